// The list of offers: how more is shown, its filters, and where one is. It stands in blocks and looks whether it was
// here before: whoever goes back gets the page anew from htmx, which runs this once more.

// "Vis flere": the next page of a list is appended, and focus goes to the first card of it. The address follows, so that
// whoever comes back is where they were. Without this, or where it fails, the link leads to that page.
if (!window.showsMore) {
  window.showsMore = true;
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-more]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link.ariaBusy) return;
    link.ariaBusy = "true";
    const list = document.querySelector("[data-cards]");
    const pager = document.querySelector("[data-pager]");
    const first = pager.querySelector("[data-shown]")?.textContent.match(/\d+/)?.[0];
    let page;
    try {
      const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw answer.status;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      if (list.isConnected) location.assign(link.href);
      return;
    }
    if (!list.isConnected) return; // another list is here by now: what belongs to this one is not its, nor its address
    const more = page.querySelector("[data-cards]");
    const target = more?.querySelector(".tp-offer__link");
    if (!target) {
      location.assign(link.href);
      return;
    }
    const sections = [...more.children];
    if (list.lastElementChild.dataset.day === sections[0].dataset.day) {
      list.lastElementChild.querySelector("ul").append(...sections.shift().querySelectorAll("li"));
    }
    list.append(...sections);
    const next = page.querySelector("[data-pager]");
    const shown = next.querySelector("[data-shown]");
    if (shown && first) shown.textContent = shown.textContent.replace(/\d+/, first);
    pager.replaceWith(next);
    document.getElementById("live").textContent = more.dataset.cards;
    history.replaceState(history.state, "", link.href);
    target.focus();
  });
}

// What is pressed stays where it is until it is let go: a list that came between would take the press with it. So an
// answer waits for the finger, and for the click that follows it; not for ever, where a browser does not say that it is
// gone.
if (!window.waitsForFingers) {
  window.waitsForFingers = true;
  const LONGEST = 2000;
  let waiting = null;
  const letGo = () => setTimeout(() => {
    waiting?.forEach((go) => go());
    waiting = null;
  });
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest("select")) waiting ??= [];
  }, true);
  for (const end of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(end, letGo, true);
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const ask = ctx.fetch;
    ctx.fetch = async (...asked) => {
      const answer = await ask(...asked);
      if (waiting) await new Promise((go) => waiting.push(go) && setTimeout(go, LONGEST));
      return answer;
    };
  });
}

// Filters say nothing in the address of what is not chosen, and make way for the list when its button is pressed.
{
  const form = document.getElementById("find");
  if (form) {
    const sheet = form.closest("details");
    const wide = matchMedia("(min-width: 62rem)");
    let pressed = false;
    form.addEventListener("formdata", ({ formData }) => {
      for (const [name, value] of [...formData]) {
        if (value === "") formData.delete(name);
      }
      const there = formData.getAll("municipality").filter((one) => one !== "all");
      if (there.length) {
        formData.delete("municipality");
        for (const one of there) formData.append("municipality", one);
      }
    });
    form.addEventListener("submit", () => {
      pressed = true;
      if (!wide.matches) sheet.open = false;
    });
    document.addEventListener("htmx:after:swap", () => {
      const heading = document.getElementById("found");
      if (!pressed || !heading) return;
      pressed = false;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: wide.matches });
    });
  }
}

// "Bruk der jeg er nå": the position becomes a postcode here, in the browser, and is neither sent nor kept. The list of
// postcodes is fetched only when somebody asks. Without JavaScript the button is not there.
{
  const KM_OF_A_DEGREE = 111.195;
  const ABROAD = 60;

  const away = (one, other) =>
    KM_OF_A_DEGREE *
    Math.hypot(one.lat - other.lat, (one.lon - other.lon) * Math.cos(((one.lat + other.lat) / 360) * Math.PI));

  async function nearest(button, here) {
    const lines = (await (await fetch(button.dataset.postcodes)).text()).split("\n");
    let found = null;
    for (const line of lines) {
      if (!line || line.startsWith("#")) continue;
      const [code, , lat, lon] = line.split("\t");
      const km = away(here, { lat: Number(lat), lon: Number(lon) });
      if (!found || km < found.km) found = { code, km };
    }
    return found;
  }

  for (const button of document.querySelectorAll("[data-here]")) {
    if (!navigator.geolocation) continue;
    const field = document.getElementById(button.dataset.here);
    const told = document.getElementById("here-told");
    button.hidden = false;
    told.textContent = told.dataset.told;
    const located = async (position) => {
      const found = await nearest(button, { lat: position.coords.latitude, lon: position.coords.longitude });
      button.removeAttribute("aria-busy");
      if (!found || found.km > ABROAD) {
        told.textContent = button.dataset.abroad;
        return;
      }
      field.value = found.code;
      field.form.requestSubmit();
    };
    const refused = () => {
      button.removeAttribute("aria-busy");
      told.textContent = button.dataset.no;
    };
    button.addEventListener("click", () => {
      button.setAttribute("aria-busy", "true");
      navigator.geolocation.getCurrentPosition((position) => located(position).catch(refused), refused, {
        maximumAge: 600000,
        timeout: 10000,
      });
    });
  }
}
