// On any page of whoever leads something: says what is not sent yet, with a button; and whatever ends the sign-in here by
// one's own act sends it first, and then leaves no names and no key on the phone.
// Without a net one chooses: wait, or throw the marks away. That is the only way to lose one.
const code = document.querySelector("script[data-waiting]");
const words = JSON.parse(code.dataset.waiting);
const ways_out = document.querySelectorAll("form[data-sign-out]");

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
      // What was sealed with a key that the server has no more waits, and can be thrown away.
      await queue.send().catch(() => {});
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

  const leave = async (out) => {
    await store.purge(person);
    out.submit();
  };
  ways_out.forEach((out) => out.addEventListener("submit", async (event) => {
    event.preventDefault();
    show((await store.waiting(person)).length);
    const left = await send();
    if (!left) { await leave(out); return; }
    const wait = button(words.wait, () => show(left, again));
    const lose = button((left === 1 ? words.lose_one : words.lose).replace("NUM", left), async () => {
      await store.throwAway(person);
      await leave(out);
    });
    show(left, wait, lose);
    wait.focus();
  }));
  ways_out.forEach((out) => { out.dataset.signOut = "sends first"; });
};

if (window.isSecureContext && navigator.locks && indexedDB.databases) { begin(); }
