// What two hosts have written differently, on the page of a register.
import { clock, controls, form, nameOf, said, sayValue, words } from "./fields.js";

// The conflicts that the page of the server had when it came: they stay as they are until more is told.
export const drawn = () => [...form.querySelectorAll("[data-either]")].map(({ dataset: { either } }) => (
  { field: either, booking: either.split(":")[0] || null, values: [], drawn: true }));

// Two wrote different things: both, with who and when. To choose is to tap, having seen both.
export const conflicts = (found) => {
  const leave = (box) => { if (box.contains(document.activeElement)) { controls(box.dataset.either)[0]?.focus(); } };
  form.querySelectorAll("[data-either]").forEach((one) => {
    if (!found.some((each) => each.field === one.dataset.either)) { leave(one); one.remove(); }
  });
  for (const one of found) {
    if (one.drawn) { continue; }
    let box = form.querySelector(`[data-either="${one.field}"]`);
    if (!box) {
      box = document.createElement("div");
      Object.assign(box, { className: "tp-mark__either", role: "group" });
      box.dataset.either = one.field;
      const control = controls(one.field)[0];
      (control?.closest(".tp-mark")?.querySelector("label") || control?.closest(".ds-field"))?.after(box);
    }
    // Whoever has a finger on a choice, or the focus, keeps it: only what is asked anew is drawn anew.
    const asked = JSON.stringify(one);
    if (box.asked === asked) { continue; }
    box.asked = asked;
    const question = document.createElement("p");
    question.textContent = said("different", { name: nameOf(one.field) });
    const choices = document.createElement("div");
    choices.className = "tp-either";
    for (const each of one.values) {
      const button = Object.assign(document.createElement("button"), { className: "ds-button", type: "button" });
      const text = document.createElement("span");
      const who = document.createElement("small");
      text.textContent = sayValue({ field: each.field.split(":")[1], value: each.value });
      who.textContent = `${each.mine ? words.you : each.by || words.somebody}, ${clock(each.at)}`;
      text.append(who);
      button.append(text);
      Object.assign(button.dataset, { variant: "secondary", choose: each.field, version: one.version });
      if (each.value !== null) { button.dataset.said = each.value; }
      choices.append(button);
    }
    leave(box);
    box.replaceChildren(question, choices);
  }
};
