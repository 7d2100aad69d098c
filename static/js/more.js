/* "Vis flere": the next page of a list is appended, and focus goes to the first card of it. The address follows, so that
   whoever comes back is where they were. Without this, or where it fails, the link leads to that page. */
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
    location.assign(link.href);
    return;
  }
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
