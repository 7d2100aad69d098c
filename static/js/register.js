// A register that saves itself: each tap goes to the queue, and what the server then says to the page.
import { calm } from "./calm.js";
import { conflicts, drawn } from "./conflicts.js";
import {
  clock, controls, count, form, hide, nameOf, said, sayValue, show, shown, standing, status, typing, valueOf, versionOf,
  words,
} from "./fields.js";
import { merged } from "./stands.js";

let queue;
let undo = null;
let sentBefore = null;

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
    const why = refused.find((tap) => tap.id === last.id)?.refused;
    status.textContent = `${what}. ${why ?? said("saved", { clock: clock(last.at) })}`;
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

// What the server says stands on the page, but for what this phone has tapped since.
let stands = null;
const decided = ({ field: asked, values }) => [asked, ...values.map((one) => one.field)].some((one) => queue.last.has(one));
const meet = async (register) => {
  if (!register) { return; }
  stands = merged(stands, register);
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
    // What was refused stands as it stood, also for whom the server tells nothing of the register any more.
    if (more.taps.some((one) => one.id === sentBefore?.id && one.outcome === "refused")) {
      if (!more.register) { undo?.forEach(([name, before]) => show(name, before)); count(); }
      undo = null;
    }
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
  if (form.dataset.keys) {
    await store.unlock(person, form.dataset.keys, form.dataset.marks);
    await store.lock(person);
    form.removeAttribute("data-keys");
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
  stands = { of: form.querySelectorAll(".tp-mark").length, fields: {}, conflicts: drawn() };
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
