// Going back to a form asks for its page anew, and that has another key. With the key that the form had, it books once
// however often it is sent: what was typed is still there, and whoever sees it may think that nothing was sent.
const key = document.querySelector("input[name=form_key]");
const visit = performance.getEntriesByType("navigation")[0];
if (key && visit && visit.type === "back_forward" && history.state && history.state.formKey) {
  key.value = history.state.formKey;
} else if (key) {
  history.replaceState({ ...history.state, formKey: key.value }, "");
}
