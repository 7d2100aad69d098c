// Buttons with data-copy put what stands in that field on the clipboard. Without JavaScript they are not there.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const told = document.getElementById(`${button.dataset.copy}-copied`);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = button.dataset.done;
    } catch {
      // No permission, or no https: the field is marked, and the old way may still be there.
      told.textContent = document.execCommand("copy") ? button.dataset.done : button.dataset.failed;
    }
  });
}
