// The taps of a register until the server has them: sealed on the phone, sent in order, each once.
//
// A tap is stored before it is sent, under an id made here; it leaves the store when the server has said what became of
// it. Sent twice it is one, for the server knows the id. One lock a register over all tabs keeps the order.
import { REFUSED, WAITING } from "./store.js";

export { REFUSED, Store, UNREAD } from "./store.js";

const BATCH = 50;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
const PATIENCE = 20_000;
const HEADS = ["heads", "adults", "children"];
const SET = 2000;
// The phone's clock beside one that nobody can set: how far they are apart changes when it is set, or has slept.
const apart = () => Date.now() - performance.now();

// The queue of one register in one tab. `told(what, more)` hears: waiting, sent, refused, offline, signed-out.
export class Queue {
  constructor({ store, person, session, address, token = "", now = null, told = () => {} }) {
    Object.assign(this, { store, person, session, address, token, told });
    this.ahead = now ? Date.parse(now) - Date.now() : null;
    this.last = new Map();
    this.wait = FIRST_WAIT;
    this.name = `register ${person} ${session}`;
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = ({ data }) => {
      if (data.tap) { this.remember(data.tap); }
      if (data.answered) { this.forgetLast(data.answered); this.hear(data.answer.register); }
      this.told(data.tap ? "elsewhere" : "sent", data.tap || data.answer);
    };
    addEventListener("online", () => { this.wait = FIRST_WAIT; this.send(); });
  }

  // How far the server's clock is ahead of this phone's. A page that opened without net does not know it, and none does
  // any longer once the phone's clock has been set: what was tapped before that has its time, and what is tapped after
  // it is by the phone's until the server has been asked.
  get ahead() { return Math.abs(apart() - this.apart) < SET ? this.known : null; }

  set ahead(known) { Object.assign(this, { known, apart: apart() }); }

  // The clock of the server, as well as this page knows it.
  clock() { return new Date(Date.now() + (this.ahead ?? 0)).toISOString(); }

  // What waits, in its order; what was refused stays until the host has read why.
  async taps(state = WAITING) { return (await this.store.of(this.person, this.session, state)).map(({ tap }) => tap); }

  async refused() { return this.taps(REFUSED); }

  async left() { return this.store.count(this.person, this.session); }

  async open() {
    for (const tap of await this.taps()) { this.remember(tap); }
  }

  // The last of each field that has no answer yet, in the order that they were tapped in.
  remember(tap) {
    this.last.delete(field(tap));
    this.last.set(field(tap), tap);
  }

  async add({ booking, field: name, value, saw }) {
    const tap = { id: crypto.randomUUID(), at: this.clock(), booking: booking || null, field: name, value, saw };
    if (this.ahead === null) { tap.byPhone = true; }
    const before = [...this.last.values()].findLast((one) => touch(one, tap));
    if (before) { tap.after = before.id; }
    this.remember(tap);
    // Sealing takes a moment: taps are stored in the order that they were made in.
    this.storing = (this.storing || Promise.resolve()).catch(() => {}).then(async () => {
      await this.store.add(this.person, this.session, tap);
    });
    await this.storing.catch((problem) => { this.forgetLast([tap.id]); throw problem; });
    this.channel.postMessage({ tap });
    this.told("waiting", tap);
    return tap;
  }

  // Sends all that waits; true when nothing does any longer. Another tab that sends is waited for.
  async send() {
    clearTimeout(this.later);
    await this.storing?.catch(() => {});
    const all = await navigator.locks.request(this.name, () => this.sendAll());
    if (!all && !this.over) {
      this.later = setTimeout(() => this.send(), this.wait * (0.5 + Math.random()));
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    }
    return all;
  }

  async sendAll() {
    for (;;) {
      if (!await this.store.key(this.person)) { this.told("signed-out"); return false; }
      const batch = await this.store.of(this.person, this.session, WAITING, BATCH);
      if (!batch.length) { return true; }
      try {
        // Some of these may be by the server's clock, some by the phone's: they are sent once that is known.
        if (this.ahead === null && !await this.renew()) { this.told("signed-out"); return false; }
        const answer = await this.post(batch.map(({ tap }) => tap));
        if (!answer) { return false; }
        await this.settle(batch, answer);
      } catch (problem) {
        this.told("offline", problem);
        return false;
      }
      this.wait = FIRST_WAIT;
    }
  }

  // By the server's clock what was tapped when only the phone's was known.
  byServer({ byPhone, ...tap }) {
    return byPhone ? { ...tap, at: new Date(Date.parse(tap.at) + this.ahead).toISOString() } : tap;
  }

  async post(taps, again = true) {
    const response = await fetch(this.address, {
      method: "POST", credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-Form-Token": this.token },
      body: JSON.stringify({ sent: this.clock(), since: this.state, taps: taps.map((tap) => this.byServer(tap)) }),
    });
    if (response.ok) { return response.json(); }
    if (response.status < 500 && again && response.status !== 429 && await this.renew()) { return this.post(taps, false); }
    const why = response.status === 503 && (await response.json().catch(() => ({}))).why;
    if (why) { this.told("held", why); return null; }
    this.told(response.status < 500 && response.status !== 429 ? "signed-out" : "offline", response.status);
    return null;
  }

  // A new word to send with: the page is older than the sign-in, or has been reloaded without net. Whoever is signed in
  // no longer is sent to another page, which is not followed; and nobody sends what another has tapped.
  async renew() {
    const response = await fetch(this.address.replace(/[^/]+\/register\/taps$/, "phone.json"), {
      headers: { Accept: "application/json" }, redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.status >= 500 || response.status === 429) { throw new Error("busy"); }
    if (!response.ok) { return false; }
    const found = await response.json();
    if (found.person !== this.person) { return false; }
    this.token = found.token;
    this.ahead = Date.parse(found.now) - Date.now();
    return true;
  }

  // The state of the register that this page shows. The server tells what is new since then; what it tells another tab
  // of less than all is of no use to one that has not seen what was before it.
  hear(register) {
    if (register && (!register.only || register.since === this.state)) { this.state = register.state; }
  }

  // What the server says nothing of is sent again.
  async settle(batch, answer) {
    this.ahead = Date.parse(answer.now) - Date.now();
    const said = new Map(answer.taps.map((one) => [one.id, one]));
    const judged = batch.filter(({ tap }) => said.has(tap.id));
    if (!judged.length) { throw new Error("no tap was answered"); }
    const refused = judged.filter(({ tap }) => said.get(tap.id).outcome === "refused")
      .map(({ row, tap }) => ({ row, tap: { ...tap, refused: said.get(tap.id).said } }));
    await this.store.settle(this.person, this.session, judged, refused);
    const answered = judged.map(({ tap }) => tap.id);
    this.forgetLast(answered);
    this.hear(answer.register);
    this.channel.postMessage({ answered, answer });
    this.told("sent", answer);
  }

  forgetLast(answered) {
    for (const [name, tap] of this.last) { if (answered.includes(tap.id)) { this.last.delete(name); } }
  }

  // The host has read why these were refused.
  async read() {
    for (const one of await this.store.of(this.person, this.session, REFUSED)) { await this.store.drop(one); }
  }

  close() {
    this.over = true;
    clearTimeout(this.later);
    this.channel.close();
  }
}

export const field = (tap) => `${tap.booking || ""}:${tap.field}`;

// Is what one says told at the expense of the other? The heads and each of their parts are; the parts are not.
const touch = (one, other) => field(one) === field(other)
  || (HEADS.includes(one.field) && HEADS.includes(other.field) && [one.field, other.field].includes("heads"));
