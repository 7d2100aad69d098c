// The picture on the wall leads here with the words after the #, which no browser sends. They are put where they would be
// typed, and taken out of the address: it is not kept, copied or shared with them.
const field = document.getElementById("said");
if (field && location.hash.length > 1) {
  let words = "";
  try { words = decodeURIComponent(location.hash.slice(1)); } catch { /* it is no text */ }
  if (/^[a-z]+(-[a-z]+){2}$/.test(words)) {
    field.value = words.replaceAll("-", " ");
    const found = document.getElementById("scanned");
    if (found) { found.hidden = false; }
  }
  history.replaceState(history.state, "", location.pathname + location.search);
}
