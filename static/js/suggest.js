/* Suggestions under a field for words: a combobox with a list, as WAI-ARIA describes it. What is typed is searched for as
   ever: nothing is chosen by itself, and without this, or where it fails, nothing is missed. The field says where to ask
   (data-suggest), what the list is called (data-suggest-name) and how many are told (data-suggest-none, -one, -many). */
for (const field of document.querySelectorAll("[data-suggest]")) {
  const { suggest, suggestName, suggestNone, suggestOne, suggestMany } = field.dataset;
  const list = document.createElement("ul");
  const told = document.createElement("p");
  const answers = new Map();
  let asking, waiting, at = -1;
  Object.assign(list, { id: `${field.id}-suggestions`, className: "tp-suggest", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", suggestName);
  told.className = "ds-sr-only";
  told.setAttribute("role", "status");
  field.parentElement.classList.add("tp-suggesting");
  field.after(list, told);
  for (const [name, text] of Object.entries({ role: "combobox", autocomplete: "off", "aria-autocomplete": "list",
    "aria-expanded": "false", "aria-controls": list.id })) field.setAttribute(name, text);

  const close = () => {
    clearTimeout(waiting);
    asking?.abort();
    at = -1;
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const mark = (to) => {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = to;
    const option = list.children[at];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  };

  const show = (options) => {
    close();
    list.replaceChildren(...options.map(({ text, sort, path, lang }, number) => {
      const option = document.createElement("li");
      const said = document.createElement("span");
      const kind = document.createElement("small");
      said.textContent = text;
      if (lang) said.lang = lang;
      kind.textContent = sort;
      Object.assign(option, { id: `${list.id}-${number}` });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.path = path;
      option.append(said, " ", kind);
      return option;
    }));
    list.hidden = !options.length;
    field.setAttribute("aria-expanded", String(!!options.length));
    told.textContent = !options.length ? suggestNone : options.length === 1 ? suggestOne
      : suggestMany.replace("0", options.length);
  };

  const ask = async () => {
    const typed = field.value.trim().toLowerCase();
    const chosen = field.form ? new FormData(field.form).getAll("municipality") : [];
    const address = `${suggest}?${new URLSearchParams([["q", typed], ...chosen.map((one) => ["municipality", one])])}`;
    if (typed.length < 2) {
      told.textContent = "";
      return close();
    }
    if (!answers.has(address)) {
      asking?.abort();
      asking = new AbortController();
      try {
        const answer = await fetch(address, { signal: asking.signal });
        if (!answer.ok) return close();
        answers.set(address, await answer.json());
      } catch {
        return;
      }
    }
    if (document.activeElement === field && field.value.trim().toLowerCase() === typed) show(answers.get(address));
  };

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !list.hidden, last = list.children.length - 1;
    if (event.key === "Escape" && open) close();
    else if (event.key === "ArrowDown" && open) mark(at === last ? -1 : at + 1);
    else if (event.key === "ArrowUp" && open) mark(at === -1 ? last : at - 1);
    else if (event.key === "ArrowDown" && field.value.trim().length > 1) ask();
    else if (event.key === "Enter" && open && at >= 0) location.assign(list.children[at].dataset.path);
    else {
      if (event.key === "Enter") close();
      return;
    }
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-path]");
    if (option) location.assign(option.dataset.path);
  });
  field.addEventListener("blur", close);
}
