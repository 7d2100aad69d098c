// Going back to a form asks for its page anew, and that has other keys. With the keys that its forms had, each makes
// something once however often it is sent: what was typed is still there, and whoever sees it may think that nothing
// was sent.
const keys = [...document.querySelectorAll("input[name=form_key]")];
const visit = performance.getEntriesByType("navigation")[0];
const before = (history.state && history.state.formKeys) || [];
if (visit && visit.type === "back_forward" && before.length === keys.length) {
  keys.forEach((key, place) => { key.value = before[place]; });
} else if (keys.length) {
  history.replaceState({ ...history.state, formKeys: keys.map((key) => key.value) }, "");
}
