// Whoever comes alone is not asked about others: the box for names is there when more than one comes.
document.querySelectorAll("[data-party]").forEach((box) => {
  const seats = box.closest("form").elements.seats;
  const names = box.querySelector("textarea");
  const follow = () => {
    const several = Number(seats.value) > 1 || names.value.trim() !== "";
    box.hidden = !several;
    box.open = several;
  };
  seats.addEventListener("input", follow);
  follow();
});
