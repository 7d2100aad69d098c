// Buttons with data-share open what the phone shares with. Where it has none, and without JavaScript, they are not there.
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {}); // they thought better of it
  });
}
