// On any page of whoever leads something: says what is not sent yet, with a button; and signing out sends it first.
// Without a net one chooses: wait, or throw the marks away. That is the only way to lose one.
const code = document.querySelector("script[data-waiting]");
const words = JSON.parse(code.dataset.waiting);
const out = document.querySelector("form[data-sign-out]");

const button = (text, act) => {
  const made = Object.assign(document.createElement("button"), { className: "ds-button", type: "button", textContent: text });
  made.addEventListener("click", act);
  return made;
};

const begin = async () => {
  if (!(await indexedDB.databases()).some((one) => one.name === "treffpunkt")) { return; }
  const { Queue, Store } = await import(code.dataset.queue);
  const store = await Store.open();
  // Whoever else was signed in on this phone: theirs stays sealed, until they are again.
  await store.lock(code.dataset.person);
  const person = code.dataset.person;
  const bar = Object.assign(document.createElement("div"), { className: "tp-standing", hidden: true });
  bar.setAttribute("role", "status");
  document.getElementById("innhold").before(bar);

  const send = async () => {
    await store.unlock(person, code.dataset.key);
    for (const session of new Set(await store.waiting(person))) {
      const queue = new Queue({ store, person, session, address: code.dataset.taps.replace("SESSION", session) });
      await queue.send();
      queue.close();
    }
    return (await store.waiting(person)).length;
  };
  const show = (left, ...buttons) => {
    const text = document.createElement("span");
    text.textContent = (left === 1 ? words.one : words.many).replace("NUM", left);
    bar.replaceChildren(text, ...buttons);
    bar.hidden = !left;
  };
  const again = button(words.send, async () => show(await send(), again));
  const waiting = (await store.waiting(person)).length;
  if (waiting && !document.querySelector("form[data-register]")) { show(waiting, again); }

  const leave = async () => {
    await store.purge(person);
    out.submit();
  };
  out?.addEventListener("submit", async (event) => {
    event.preventDefault();
    show((await store.waiting(person)).length);
    const left = await send();
    if (!left) { await leave(); return; }
    const wait = button(words.wait, () => show(left, again));
    const lose = button((left === 1 ? words.lose_one : words.lose).replace("NUM", left), async () => {
      await store.throwAway(person);
      await leave();
    });
    show(left, wait, lose);
    wait.focus();
  });
};

if (window.isSecureContext && navigator.locks && indexedDB.databases) { begin(); }
