// Passing a page on. Without JavaScript its buttons are not there: the short address stands beside them.
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue; // the phone's own way; few computers have one
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {}); // they thought better of it
  });
}
for (const button of document.querySelectorAll("[data-take]")) {
  const told = document.getElementById("short-taken");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.take);
      told.textContent = button.dataset.done;
    } catch {
      // No permission, or no https: the address is marked, to copy by hand.
      getSelection().selectAllChildren(document.getElementById("short"));
      told.textContent = button.dataset.failed;
    }
  });
}
