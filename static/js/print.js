// Buttons with data-print print the page. Without JavaScript they are not there: browsers have a way of their own.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
