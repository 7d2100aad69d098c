// The empty page that stands in where there is no net: draws what is sealed on this phone, for whoever was signed in here
// last, until the end of tomorrow.
const page = document.getElementById("registers");

const draw = (one, { queue, words, title }, person) => {
  const filled = document.getElementById("register").content.cloneNode(true);
  const form = filled.querySelector("form");
  Object.assign(form.dataset, { register: one.session, taps: one.taps, person, queue, words });
  filled.querySelector("h1").textContent = one.title;
  filled.querySelector("[data-when]").textContent = one.when;
  const line = form.querySelector(".tp-marks").innerHTML;
  form.querySelector(".tp-marks").innerHTML = one.parties.map((party, place) => line
    .replaceAll("BOOKING", party.booking).replaceAll("NUMBER", place)).join("");
  [...form.querySelectorAll(".tp-mark")].forEach((mark, place) => {
    mark.querySelectorAll("bdi").forEach((name) => { name.textContent = one.parties[place].name; });
    mark.querySelector("input[type=number]").defaultValue = one.parties[place].seats;
    mark.querySelector("input[type=number]").max = one.parties[place].most;
  });
  form.querySelector("[data-all]").textContent = one.parties.length;
  form.dataset.stands = JSON.stringify(one.register);
  document.title = title;
  page.replaceChildren(filled);
};

const list = (kept) => {
  const lines = kept.map((one) => {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = one.page;
    link.textContent = `${one.title}, ${one.when}`;
    line.append(link);
    return line;
  });
  document.getElementById("kept").replaceChildren(...lines);
  document.getElementById("none").hidden = lines.length > 0;
};

const begin = async () => {
  const { Store } = await import(page.dataset.queue);
  const store = await Store.open();
  const [person] = await store.people();
  const now = new Date().toISOString();
  const kept = person ? (await store.kept(person)).filter((one) => one.until > now) : [];
  kept.sort((one, other) => one.starts.localeCompare(other.starts));
  list(kept);
  const here = kept.find((one) => location.pathname.includes(one.session));
  if (here) {
    draw(here, page.dataset, person);
    await import(page.dataset.code);
  }
  document.body.dataset.drawn = Math.round(performance.now());
};

// What is said of the net: it is away, it is there and does not answer, or it is there again. Where it is there, the page
// may be asked for again.
const net = (said) => {
  for (const name of ["away", "silent", "again"]) { document.getElementById(name).hidden = name !== said; }
  document.getElementById("reload").hidden = said === "away";
};
addEventListener("online", () => net("again"));
addEventListener("offline", () => net("away"));
if (navigator.onLine) { net("silent"); }
begin();
