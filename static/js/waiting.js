// On any page of whoever is signed in: says what is not sent yet, with a button, and what could not be taken or opened;
// and whatever ends the sign-in here by one's own act sends it first, and then leaves no names and no key on the phone.
// Without a net one chooses: wait, or throw the marks away. That is the only way to lose one.
const code = document.querySelector("script[data-waiting]");
const words = JSON.parse(code.dataset.waiting);
const ways_out = document.querySelectorAll("form[data-sign-out]");
const address = (session) => code.dataset.register.replace("SESSION", session);
const on_page = document.querySelector("form[data-register]")?.dataset.register;

const button = (text, act) => {
  const made = Object.assign(document.createElement("button"), { className: "ds-button", type: "button", textContent: text });
  made.addEventListener("click", act);
  return made;
};

const bar = () => {
  const made = Object.assign(document.createElement("div"), { className: "tp-standing", hidden: true });
  made.setAttribute("role", "status");
  return made;
};

const say = (where, number, one, many, why, ...buttons) => {
  const text = document.createElement("span");
  text.textContent = (number === 1 ? one : many).replace("NUM", number).replace("WHY", why);
  where.replaceChildren(text, ...buttons);
  where.hidden = !number;
  if (number && !where.isConnected) { document.getElementById("innhold").before(where); }
};

// Who is signed in, and what opens theirs. Whoever leads nothing now is asked for only if somebody's taps lie here: it may
// be theirs, of when they did.
const whose = async (store) => {
  if (code.dataset.keys) { return code.dataset; }
  if (!await store.any()) { return null; }
  const answer = await fetch(address("SESSION").replace(/[^/]+\/register$/, "phone.json"), {
    headers: { Accept: "application/json" }, redirect: "error",
  }).catch(() => null);
  return answer?.ok ? answer.json() : null;
};

const begin = async () => {
  if (!(await indexedDB.databases()).some((one) => one.name === "treffpunkt")) { return; }
  const { Queue, REFUSED, Store, UNREAD } = await import(code.dataset.queue);
  const store = await Store.open();
  const mine = await whose(store);
  if (!mine) { await store.lock(); return; }
  const { person } = mine;
  await store.unlock(person, mine.keys, mine.marks);
  // Whoever else was signed in on this phone: theirs stays sealed, until they are again.
  await store.lock(person);
  const [here, refused, unread] = [bar(), bar(), bar()];
  document.getElementById("innhold").before(here);

  const look = (sessions) => [...new Set(sessions)].filter((session) => code.dataset.keys && session !== on_page)
    .map((session) => Object.assign(document.createElement("a"), {
      className: "ds-button", href: address(session), textContent: words.open }));
  // What this phone cannot tell anybody: with why, until its host has read it. The page of a register says its own.
  const tell = async () => {
    const rows = [];
    for (const session of new Set(await store.waiting(person, REFUSED))) {
      if (session !== on_page) { rows.push(...await store.of(person, session, REFUSED)); }
    }
    const why = [...new Set(rows.map(({ tap }) => tap.refused))].join(" ");
    const sessions = rows.map(({ row }) => row.session);
    say(refused, rows.length, words.refused_one, words.refused, why, ...look(sessions), button(words.read, async () => {
      await Promise.all(rows.map((one) => store.drop(one)));
      await tell();
    }));
    const lost = await store.waiting(person, UNREAD);
    say(unread, lost.length, words.unread_one, words.unread, "", ...look(lost), button(words.read, async () => {
      await store.throwAway(person, UNREAD);
      await tell();
    }));
    // Of whoever leads nothing any more no names stay, and once all is said no key.
    if (!code.dataset.keys && !rows.length && !lost.length && !(await store.waiting(person)).length) {
      await store.purge(person);
    }
  };
  const send = async () => {
    await store.unlock(person, mine.keys, mine.marks);
    for (const session of new Set(await store.waiting(person))) {
      const queue = new Queue({ store, person, session, address: `${address(session)}/taps` });
      await queue.send().catch(() => {});
      queue.close();
    }
    await tell();
    return (await store.waiting(person)).length;
  };
  const show = (left, ...buttons) => say(here, left, words.one, words.many, "", ...buttons);
  const again = button(words.send, async () => show(await send(), again));
  const waiting = (await store.waiting(person)).length;
  if (waiting && !on_page) { show(waiting, again); }
  await tell();

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
