// What lies on the phone of a register: its taps, sealed until the server has them, and the registers of two days.
//
// The key is the server's for this person: the phone holds it, unreadable, while they are signed in (decision 0014).
import { merged } from "./stands.js";

export const WAITING = "waiting";
export const REFUSED = "refused";
const ofAll = (person) => IDBKeyRange.bound([person, WAITING, ""], [person, WAITING, "\uffff"]);


const asked = (request) => new Promise((good, bad) => {
  request.onsuccess = () => good(request.result);
  request.onerror = () => bad(request.error);
});

const done = (transaction) => new Promise((good, bad) => {
  transaction.oncomplete = () => good();
  transaction.onerror = transaction.onabort = () => bad(transaction.error);
});

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

  // Takes the key in: from now on it can be used here, but not read.
  async unlock(person, text) {
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    await asked(this.on("keys", "readwrite").put({ person, key }));
  }

  async key(person) { return (await asked(this.on("keys").get(person)))?.key; }

  async people() { return asked(this.on("keys").getAllKeys()); }

  // Whoever else was signed in here: their taps stay, but nobody opens them before they sign in again.
  async lock(all_but = null) {
    for (const person of await this.people()) {
      if (person !== all_but) { await asked(this.on("keys", "readwrite").delete(person)); }
    }
  }

  async seal(person, session, what) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const additionalData = new TextEncoder().encode(`${person} ${session}`);
    const text = new TextEncoder().encode(JSON.stringify(what));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, await this.key(person), text);
    return { person, session, iv, sealed };
  }

  async unseal({ person, session, iv, sealed }, key) {
    const additionalData = new TextEncoder().encode(`${person} ${session}`);
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, sealed);
    return JSON.parse(new TextDecoder().decode(text));
  }

  async opened(person, rows) {
    const key = rows.length ? await this.key(person) : null;
    return Promise.all(rows.map((row) => this.unseal(row, key)));
  }

  // Taps of a register, the first to be made first: those that wait, or those that were refused.
  async of(person, session, state = WAITING, most = undefined) {
    const rows = await asked(this.on("taps").index("of").getAll([person, state, session], most));
    const taps = await this.opened(person, rows);
    return rows.map((row, place) => ({ row, tap: taps[place] }));
  }

  // How many they are: nothing is opened to be counted.
  async count(person, session, state = WAITING) {
    return asked(this.on("taps").index("of").count([person, state, session]));
  }

  // Registers of one person with taps that wait: their ids, each as often as there are taps.
  async waiting(person) {
    return (await asked(this.on("taps").index("of").getAll(ofAll(person)))).map((row) => row.session);
  }

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
    await asked(this.on("registers", "readwrite").delete(IDBKeyRange.bound([person], [person, []])));
    await asked(this.on("keys", "readwrite").delete(person));
  }

  // The one way to lose a tap: the host's own act.
  async throwAway(person) {
    const transaction = this.database.transaction("taps", "readwrite");
    const taps = transaction.objectStore("taps");
    for (const number of await asked(taps.index("of").getAllKeys(ofAll(person)))) { taps.delete(number); }
    await done(transaction);
  }
}
