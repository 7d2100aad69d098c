// What lies on the phone of a register: its taps, sealed until the server has them, and the registers of two days.
//
// The key is the server's for this person: the phone holds it, unreadable, while they are signed in (decision 0014).
import { merged } from "./stands.js";

export const WAITING = "waiting";
export const REFUSED = "refused";
// What no key opens any more: the server's secret of then is gone.
export const UNREAD = "unread";
const ofAll = (person, state = WAITING) => IDBKeyRange.bound([person, state, ""], [person, state, "\uffff"]);

const asked = (request) => new Promise((good, bad) => {
  request.onsuccess = () => good(request.result);
  request.onerror = () => bad(request.error);
});

const done = (transaction) => new Promise((good, bad) => {
  transaction.oncomplete = () => good();
  transaction.onerror = transaction.onabort = () => bad(transaction.error);
});

const imported = (text) => crypto.subtle.importKey(
  "raw", Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)), "AES-GCM", false, ["encrypt", "decrypt"]);

const digest = async (text) => new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).join();

// A tap that cannot be opened, of this person. `by`: the mark that it was sealed under.
const unread = (row, person) => ({ ...row, by: row.by || row.person, person, state: UNREAD });

const opened = (name) => {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    const database = request.result;
    database.createObjectStore("keys", { keyPath: "person" });
    database.createObjectStore("registers", { keyPath: ["person", "session"] });
    const taps = database.createObjectStore("taps", { keyPath: "number", autoIncrement: true });
    taps.createIndex("of", ["person", "state", "session"]);
  };
  return asked(request);
};

// What lies on the phone: rows that say whose they are, of which register, and nothing else that can be read.
export class Store {
  static async open(name = "treffpunkt") {
    const store = new Store();
    store.database = await opened(name);
    return store;
  }

  on(store, mode = "readonly") {
    return this.database.transaction(store, mode).objectStore(store);
  }

  // Takes the keys in (texts with spaces between): from now on the first can be used here, but not read. `marks`: what
  // the person was called here before.
  async unlock(person, keys, marks = "") {
    await navigator.locks.request("treffpunkt keys", async () => {
      const of = await digest(`${keys} ${marks}`);
      if ((await asked(this.on("keys").get(person)))?.of === of) { return; }
      const all = await Promise.all(keys.split(" ").map(imported));
      const before = marks.split(" ").filter(Boolean);
      for (const mark of [person, ...before]) { all.push(await this.key(mark)); }
      await this.adopt(person, all.filter(Boolean), before);
      await Promise.all(before.map((mark) => asked(this.on("keys", "readwrite").delete(mark))));
      await asked(this.on("keys", "readwrite").put({ person, key: all[0], of }));
    });
  }

  // What lies here of this person under another key, or another mark, is sealed anew with the first of these. Taps that
  // none of them opens stay as they are, and are told; a register is fetched again.
  async adopt(person, keys, marks) {
    const ours = async (store) => (await asked(this.on(store).getAll()))
      .filter((row) => row.person === person || marks.includes(row.person));
    const anew = async (row) => {
      for (const key of keys) {
        const what = await this.unseal(row, key).catch(() => null);
        if (what) { return this.seal(person, row.session, what, keys[0]); }
      }
      return null;
    };
    await this.replace(await Promise.all((await ours("taps")).map(async (row) => {
      const { number, state } = row;
      const sealed = await anew(row);
      return sealed ? { ...sealed, number, state: state === UNREAD ? WAITING : state } : unread(row, person);
    })));
    for (const row of await ours("registers")) {
      const sealed = await anew(row);
      await this.forget(row.person, row.session);
      if (sealed) { await asked(this.on("registers", "readwrite").put(sealed)); }
    }
  }

  // Rows of taps in the place of what they were, where that is still there: another tab may have sent it meanwhile.
  async replace(rows) {
    const transaction = this.database.transaction("taps", "readwrite");
    const taps = transaction.objectStore("taps");
    const there = await Promise.all(rows.map((row) => asked(taps.count(row.number))));
    rows.filter((_row, place) => there[place]).forEach((row) => taps.put(row));
    await done(transaction);
  }

  async key(person) { return (await asked(this.on("keys").get(person)))?.key; }

  async people() { return asked(this.on("keys").getAllKeys()); }

  // Of whoever else was signed in here no names stay, and no key: their taps do, sealed until they sign in again.
  async lock(all_but = null) {
    const transaction = this.database.transaction(["keys", "registers"], "readwrite");
    for (const store of [transaction.objectStore("keys"), transaction.objectStore("registers")]) {
      for (const at of await asked(store.getAllKeys())) {
        if ([at].flat()[0] !== all_but) { store.delete(at); }
      }
    }
    await done(transaction);
  }

  async seal(person, session, what, key = null) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const additionalData = new TextEncoder().encode(`${person} ${session}`);
    const text = new TextEncoder().encode(JSON.stringify(what));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key || await this.key(person), text);
    return { person, session, iv, sealed };
  }

  async unseal({ person, session, iv, sealed, by = person }, key) {
    const additionalData = new TextEncoder().encode(`${by} ${session}`);
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, sealed);
    return JSON.parse(new TextDecoder().decode(text));
  }

  async opened(person, rows) {
    const key = rows.length ? await this.key(person) : null;
    return Promise.all(rows.map((row) => this.unseal(row, key)));
  }

  // Taps of a register, the first to be made first: those that wait, or those that were refused. What another tab has
  // sealed in the moment in which the key changed is set aside: it holds up none of the others.
  async of(person, session, state = WAITING, most = undefined) {
    const rows = await asked(this.on("taps").index("of").getAll([person, state, session], most));
    const key = rows.length ? await this.key(person) : null;
    if (rows.length && !key) { throw new Error("locked"); }
    const all = await Promise.all(rows.map(async (row) => ({ row, tap: await this.unseal(row, key).catch(() => null) })));
    const lost = all.filter(({ tap }) => !tap);
    if (!lost.length) { return all; }
    await this.replace(lost.map(({ row }) => unread(row, person)));
    return this.of(person, session, state, most);
  }

  // How many they are: nothing is opened to be counted.
  async count(person, session, state = WAITING) {
    return asked(this.on("taps").index("of").count([person, state, session]));
  }

  // Registers of one person with taps that wait, or are in another state: their ids, each as often as there are taps.
  async waiting(person, state = WAITING) {
    return (await asked(this.on("taps").index("of").getAll(ofAll(person, state)))).map((row) => row.session);
  }

  // Does the phone hold taps of anybody?
  async any() { return (await asked(this.on("taps").count())) > 0; }

  async add(person, session, tap) {
    const row = await this.seal(person, session, tap);
    await asked(this.on("taps", "readwrite").add({ ...row, state: WAITING }));
  }

  // What was judged goes, and what was refused stays with its reason: in one transaction.
  async settle(person, session, judged, refused) {
    const sealed = await Promise.all(refused.map(async ({ row, tap }) => (
      { ...await this.seal(person, session, tap), number: row.number, state: REFUSED })));
    const transaction = this.database.transaction("taps", "readwrite");
    const taps = transaction.objectStore("taps");
    for (const { row } of judged) { taps.delete(row.number); }
    for (const row of sealed) { taps.put(row); }
    await done(transaction);
  }

  async drop({ row }) { await asked(this.on("taps", "readwrite").delete(row.number)); }

  async keep(person, session, what) {
    const row = await this.seal(person, session, what);
    await asked(this.on("registers", "readwrite").put(row));
  }

  async kept(person) {
    const rows = (await asked(this.on("registers").getAll())).filter((row) => row.person === person);
    return this.opened(person, rows);
  }

  // What the server says of a register that is kept.
  async stands(person, session, told) {
    const row = await asked(this.on("registers").get([person, session]));
    if (!row) { return; }
    const [kept] = await this.opened(person, [row]);
    await this.keep(person, session, { ...kept, register: merged(kept.register, told) });
  }

  async forget(person, session) { await asked(this.on("registers", "readwrite").delete([person, session])); }

  // Whoever signs out leaves no names here, and no key, whether that still opens them or not. Taps are not touched: see
  // throwAway.
  async purge(person) {
    const transaction = this.database.transaction(["keys", "registers"], "readwrite");
    transaction.objectStore("registers").delete(IDBKeyRange.bound([person], [person, []]));
    transaction.objectStore("keys").delete(person);
    await done(transaction);
  }

  // The one way to lose a tap: the host's own act, when it waits or when they have read that it cannot be opened.
  async throwAway(person, state = WAITING) {
    const transaction = this.database.transaction("taps", "readwrite");
    const taps = transaction.objectStore("taps");
    for (const number of await asked(taps.index("of").getAllKeys(ofAll(person, state)))) { taps.delete(number); }
    await done(transaction);
  }
}
