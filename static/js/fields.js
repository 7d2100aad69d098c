// The fields of a register's page: what each holds, shows and is called.
export const form = document.querySelector("form[data-register][data-person]");
export const words = form && JSON.parse(form.dataset.words);
export const said = (name, values = {}) => words[name].replace(/%\((\w+)\)s/g, (_, one) => values[one]);
export const controls = (name) => [...form.querySelectorAll(`[data-tap="${name}"]`)];
export const status = form?.querySelector("[data-status]");
// The hour here, as the server says it, whatever the phone's own zone is: 18.04, and 18:04 in English.
const HOUR = { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Oslo" };
const BETWEEN = document.documentElement.lang === "en" ? ":" : ".";
export const clock = (at) => new Date(at).toLocaleTimeString("en-GB", HOUR).replace(":", BETWEEN);
const MOODS = { present: "here", excused: "word", absent: "gone" };

// What each showed last.
export const shown = new Map();

// What a field holds: now, or as it was `drawn`.
export const valueOf = (name, drawn = false) => {
  const all = controls(name);
  if (!name.endsWith(":state")) { return (drawn ? all[0].defaultValue : all[0].value).trim() || null; }
  const chosen = (one) => drawn ? one.defaultChecked : one.checked;
  const [here] = all.filter((one) => one.type === "checkbox");
  return chosen(here) ? "present" : all.find((one) => one.type === "radio" && chosen(one))?.value || null;
};

export const versionOf = (name) => Number(controls(name)[0].dataset.version);

export const show = (name, value, version) => {
  for (const one of controls(name)) {
    if (one.type === "checkbox") { one.checked = value === "present"; }
    else if (one.type === "radio") { one.checked = one.value === (value && value !== "present" ? value : ""); }
    else { one.value = value ?? one.defaultValue; }
    if (version !== undefined) { one.dataset.version = version; }
  }
  shown.set(name, value);
  const row = controls(name)[0]?.closest(".tp-mark");
  if (row && name.endsWith(":state")) {
    row.dataset.state = row.querySelector("[data-either]") ? "conflict" : MOODS[value] || "";
    row.querySelector("[data-says]").textContent = value ? words[value] : "";
  }
};

// Heads move while one taps, whatever the net does.
export const count = () => {
  const here = [...form.querySelectorAll(".tp-mark [role=switch]")].filter((one) => one.checked);
  const seats = here.reduce((sum, one) => sum + (Number(controls(`${one.value}:seats`)[0]?.value) || 1), 0);
  form.querySelector("[data-heads]").textContent = seats + (Number(controls(":heads")[0]?.value) || 0);
  const came = form.querySelector("[data-came]");
  if (came) { came.textContent = here.length; }
};

export const nameOf = (name) => {
  const control = controls(name)[0];
  return (control?.closest(".tp-mark")?.querySelector("bdi") || form.querySelector(`label[for="${control?.id}"]`))
    ?.textContent.trim() || "";
};

export const sayValue = (tap) => {
  if (tap.field === "state" || tap.value === null) { return words[tap.value] || words.unmarked; }
  return ["seats", "heads"].includes(tap.field) ? said("came", { num: tap.value }) : tap.value;
};

// Whoever has the focus in what goes is led to what is said instead.
export const hide = (one, hidden) => {
  if (hidden && one.contains(document.activeElement)) { status.focus({ preventScroll: true }); }
  one.hidden = hidden;
};

// Nobody writes over what somebody is typing: it is said of what they saw when they began.
export const typing = (name) => {
  const [control] = controls(name);
  return control === document.activeElement && control.type !== "checkbox" && valueOf(name) !== (shown.get(name) ?? null);
};

// What an undoing has to say: a number and its parts are told at each other's expense.
const PARTS = [":adults", ":children"];
export const standing = (name) => {
  const parts = PARTS.filter((part) => shown.get(part) != null);
  const names = name === ":heads" && parts.length ? parts : PARTS.includes(name) && !parts.length ? [":heads"] : [name];
  return names.map((one) => [one, shown.get(one) ?? null]);
};
