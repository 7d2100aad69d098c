// Filters say nothing in the address of what is not chosen, and make way for the list when its button is pressed.
const form = document.getElementById("find");
const sheet = form.closest("details");
const wide = matchMedia("(min-width: 62rem)");
let pressed = false;
form.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) {
    if (value === "") formData.delete(name);
  }
  const there = formData.getAll("municipality").filter((one) => one !== "all");
  if (there.length) {
    formData.delete("municipality");
    for (const one of there) formData.append("municipality", one);
  }
});
form.addEventListener("submit", () => {
  pressed = true;
  if (!wide.matches) sheet.open = false;
});
document.addEventListener("htmx:after:swap", () => {
  const heading = document.getElementById("found");
  if (!pressed || !heading) return;
  pressed = false;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: wide.matches });
});
