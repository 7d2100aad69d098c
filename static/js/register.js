// A register that saves itself: each tap goes to the queue, and what the server then says to the page.
const form = document.querySelector("form[data-register][data-person]");
const words = form && JSON.parse(form.dataset.words);
const said = (name, values = {}) => words[name].replace(/%\((\w+)\)s/g, (_, one) => values[one]);
const controls = (name) => [...form.querySelectorAll(`[data-tap="${name}"]`)];
const status = form?.querySelector("[data-status]");
const clock = (at) => new Date(at).toLocaleTimeString("nb-NO", { hour: "2-digit", minute: "2-digit" }).replace(":", ".");
const MOODS = { present: "here", excused: "word", absent: "gone" };

// Nothing moves under a finger, or under whoever presses twice: what else there is to show waits until they have let go.
const REST = 400;
const LONGEST_PRESS = 3000;
let still = Promise.resolve();
const press = () => {
  still = new Promise((good) => {
    for (const end of ["pointerup", "pointercancel", "keyup"]) {
      addEventListener(end, () => setTimeout(good, REST), { capture: true, once: true });
    }
    setTimeout(good, LONGEST_PRESS);
  });
};
for (const begin of ["pointerdown", "keydown"]) { addEventListener(begin, press, true); }
const calm = async () => {
  let waited;
  do { waited = still; await waited; } while (waited !== still);
};

// What a field holds: now, or as it was `drawn`.
const valueOf = (name, drawn = false) => {
  const all = controls(name);
  if (!name.endsWith(":state")) { return (drawn ? all[0].defaultValue : all[0].value).trim() || null; }
  const chosen = (one) => drawn ? one.defaultChecked : one.checked;
  const [here] = all.filter((one) => one.type === "checkbox");
  return chosen(here) ? "present" : all.find((one) => one.type === "radio" && chosen(one))?.value || null;
};

const versionOf = (name) => Number(controls(name)[0].dataset.version);

const show = (name, value, version) => {
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
const count = () => {
  const here = [...form.querySelectorAll(".tp-mark [role=switch]")].filter((one) => one.checked);
  const seats = here.reduce((sum, one) => sum + (Number(controls(`${one.value}:seats`)[0]?.value) || 1), 0);
  form.querySelector("[data-heads]").textContent = seats + (Number(controls(":heads")[0]?.value) || 0);
  const came = form.querySelector("[data-came]");
  if (came) { came.textContent = here.length; }
};

const shown = new Map();
let queue;
let undo = null;
let sentBefore = null;

const nameOf = (name) => {
  const control = controls(name)[0];
  return (control?.closest(".tp-mark")?.querySelector("bdi") || form.querySelector(`label[for="${control?.id}"]`))
    ?.textContent.trim() || "";
};

const sayValue = (tap) => {
  if (tap.field === "state" || tap.value === null) { return words[tap.value] || words.unmarked; }
  return ["seats", "heads"].includes(tap.field) ? said("came", { num: tap.value }) : tap.value;
};

// Whoever has the focus in what goes is led to what is said instead.
const hide = (one, hidden) => {
  if (hidden && one.contains(document.activeElement)) { status.focus({ preventScroll: true }); }
  one.hidden = hidden;
};

// What the bar says: what was saved, or how many wait, with a button to send them; and what was refused, with why.
const tell = async (offline = false, last = null) => {
  await calm();
  const [waiting, refused] = [await queue.left(), await queue.refused()];
  hide(document.getElementById("tp-undo"), !undo);
  const bar = document.getElementById("tp-waiting");
  hide(bar, !waiting || !(offline || waiting > 1));
  signIn(false);
  if (!bar.hidden) {
    bar.querySelector("span").textContent = said(waiting === 1 ? "one_waits" : "wait", { num: waiting });
  }
  if (!waiting && last) {
    const what = `${nameOf(`${last.booking || ""}:${last.field}`)}: ${sayValue(last)}`;
    status.textContent = `${what}. ${said("saved", { clock: clock(last.at) })}`;
  } else if (waiting) {
    status.textContent = said(waiting === 1 ? "one_waits" : "wait", { num: waiting });
  }
  const list = document.getElementById("tp-refused");
  hide(list, !refused.length);
  list.querySelector("ul").replaceChildren(...refused.map((tap) => {
    const line = document.createElement("li");
    line.textContent = `${nameOf(`${tap.booking || ""}:${tap.field}`)}: ${sayValue(tap)} (${clock(tap.at)}). ${tap.refused}`;
    return line;
  }));
};

// Whoever is signed in no longer does that first; what they tapped waits for them, and they come back to it.
const signIn = (first) => {
  const link = document.getElementById("tp-sign-in");
  hide(link, !first);
  hide(document.getElementById("tp-send"), first);
  if (first) {
    link.search = new URLSearchParams({ next: location.pathname });
    document.getElementById("tp-waiting").hidden = false;
    document.querySelector("#tp-waiting span").textContent = words.signed_out;
    status.textContent = words.signed_out;
  }
};

// Two wrote different things: both, with who and when. To choose is to tap, having seen both.
const conflicts = (found) => {
  const leave = (box) => { if (box.contains(document.activeElement)) { controls(box.dataset.either)[0]?.focus(); } };
  form.querySelectorAll("[data-either]").forEach((one) => {
    if (!found.some((each) => each.field === one.dataset.either)) { leave(one); one.remove(); }
  });
  for (const one of found) {
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

// Nobody writes over what somebody is typing: it is said of what they saw when they began.
const typing = (name) => {
  const [control] = controls(name);
  return control === document.activeElement && control.type !== "checkbox" && valueOf(name) !== (shown.get(name) ?? null);
};

// What the server says stands on the page, but for what this phone has tapped since.
let stands = null;
const decided = ({ field: asked, values }) => [asked, ...values.map((one) => one.field)].some((one) => queue.last.has(one));
const meet = async (register) => {
  if (!register) { return; }
  stands = register;
  const put = (only) => {
    for (const [name, one] of Object.entries(stands.fields)) {
      if (!queue.last.has(name) && !typing(name) && only(name, one)) { show(name, one.value, one.version); }
    }
    count();
  };
  // A switch that somebody's finger is on does not turn under it. What shows already is seen at once.
  put((name, one) => (shown.get(name) ?? null) === one.value);
  await calm();
  conflicts(stands.conflicts.filter((one) => !decided(one)));
  put(() => true);
  // Somebody else may have written down who came in at the door, or given a seat.
  hide(document.getElementById("tp-others"), form.querySelectorAll(".tp-mark").length === stands.of);
};

// What an undoing has to say: a number and its parts are told at each other's expense.
const PARTS = [":adults", ":children"];
const standing = (name) => {
  const parts = PARTS.filter((part) => shown.get(part) != null);
  const names = name === ":heads" && parts.length ? parts : PARTS.includes(name) && !parts.length ? [":heads"] : [name];
  return names.map((one) => [one, shown.get(one) ?? null]);
};

const tap = async (name, value, saw, mayUndo = true) => {
  const [booking, field] = name.split(":");
  const before = shown.get(name) ?? null;
  if (before === value && saw === undefined) { return; }
  const stood = standing(name);
  show(name, value);
  count();
  if (mayUndo) { undo = stood; }
  try {
    sentBefore = await queue.add({ booking, field, value, saw: saw ?? versionOf(name) });
  } catch {
    // The phone is full, or keeps nothing: what is not stored is not shown either.
    show(name, before);
    count();
    undo = null;
    status.textContent = words.unstored;
    return;
  }
  queue.send();
};

const changed = ({ target }) => {
  const name = target.dataset?.tap;
  if (!name) { return; }
  if (target.type === "radio") { controls(name).forEach((one) => { if (one.type === "checkbox") { one.checked = false; } }); }
  if (target.type === "checkbox") {
    controls(name).forEach((one) => { if (one.type === "radio") { one.checked = one.value === ""; } });
  }
  tap(name, valueOf(name));
};

const pressed = (event) => {
  const button = event.target.closest("button");
  if (!button) { return; }
  if (button.dataset.step) {
    const input = button.parentElement.querySelector("input");
    const wanted = Math.max(Number(input.min) || 0, (Number(input.value) || 0) + Number(button.dataset.step));
    input.value = Math.min(wanted, Number(input.max) || wanted);
    tap(input.dataset.tap, input.value);
  } else if (button.dataset.choose) {
    event.preventDefault();
    const [name, chosen] = [button.dataset.choose, button.dataset.said ?? null];
    const next = controls(name)[0];
    const box = button.closest("[data-either]");
    box.inert = true;
    calm().then(() => box.remove());
    tap(name, chosen, Number(button.dataset.version));
    next?.focus({ preventScroll: true });
  } else if (button.id === "tp-undo") {
    const all = undo || [];
    undo = null;
    Promise.all(all.map(([name, before]) => tap(name, before, versionOf(name), false))).then(() => {
      controls(all[0]?.[0])[0]?.focus();
      tell();
    });
  } else if (button.id === "tp-send") {
    queue.send();
  } else if (button.id === "tp-read") {
    queue.read().then(() => { status.focus(); tell(); });
  }
};

const hear = (what, more) => {
  if (what === "elsewhere") {
    const name = field(more);
    calm().then(() => { if (queue.last.get(name)?.id === more.id && !typing(name)) { show(name, more.value); count(); } });
  }
  if (what === "sent") {
    meet(more.register);
    tell(false, sentBefore);
    if (more.register) { queue.store.stands(queue.person, queue.session, more.register); }
  }
  if (what === "waiting") { tell(!navigator.onLine); }
  if (what === "offline") { tell(true); }
  if (what === "held") { tell(true).then(() => { status.textContent = `${more} ${status.textContent}`; }); }
  if (what === "signed-out") { tell(true).then(() => signIn(true)); }
};
let field;

const begin = async () => {
  const { Queue, Store, field: named } = await import(form.dataset.queue);
  field = named;
  const store = await Store.open();
  const { person, register: session, taps: address, now } = form.dataset;
  if (form.dataset.key) {
    await store.lock(person);
    await store.unlock(person, form.dataset.key);
    form.removeAttribute("data-key");
  }
  const token = form.querySelector("[name=form_token]")?.value || "";
  queue = new Queue({ store, person, session, address, token, now, told: hear });
  await queue.open();
  // What was tapped before this code was there: it is no mark yet, and is made one.
  const early = [];
  new Set([...form.querySelectorAll("[data-tap]")].map((one) => one.dataset.tap)).forEach((name) => {
    const [first, ...others] = controls(name);
    if (first.checked && first.defaultChecked && others.some((one) => one.checked && !one.defaultChecked)) {
      first.checked = false;
    }
    shown.set(name, valueOf(name, true));
    if (valueOf(name) !== shown.get(name)) { early.push([name, valueOf(name)]); }
  });
  if (form.dataset.stands) { meet(JSON.parse(form.dataset.stands)); }
  queue.last.forEach((one, name) => show(name, one.value));
  count();
  calm().then(() => {
    document.querySelectorAll("[data-without-code]").forEach((one) => { one.hidden = true; });
    form.querySelectorAll("[data-step]").forEach((one) => { one.hidden = false; });
  });
  form.addEventListener("change", changed);
  // A number that was typed and not left is told when somebody puts the phone away.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && typing(document.activeElement?.dataset.tap)) { changed({ target: document.activeElement }); }
  });
  form.addEventListener("focusout", () => { setTimeout(() => meet(stands)); });
  form.addEventListener("click", pressed);
  form.addEventListener("submit", (event) => { event.preventDefault(); queue.send(); });
  // "Ferdig" is said of what has arrived.
  document.querySelector("form[data-finish]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    document.activeElement?.blur();
    tell(true);
    queue.send().then((all) => { if (all) { event.target.submit(); } else { tell(true); } });
  });
  if (queue.last.size) { tell(true); queue.send(); } else if ((await queue.refused()).length) { tell(); }
  early.filter(([name]) => !typing(name)).forEach(([name, value]) => tap(name, value));
  form.dataset.live = "";
  if (form.dataset.keep) {
    const { keep } = await import(form.dataset.keep);
    await keep(store, form.dataset).then((kept) => {
      calm().then(() => { document.getElementById("tp-kept").hidden = kept === null; });
      form.dataset.kept = "";
    }, (problem) => { console.warn(String(problem)); });
  }
};

if (form && window.isSecureContext && navigator.locks && window.indexedDB) { begin(); }
