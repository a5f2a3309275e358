// What HTML cannot: "/" to the search box, j and k through the results, suggestions while typing, the next passages of a paper, BibTeX
// to copy, long lists that filter while one types, stars for a reading list. Everything works without.
const box = document.querySelector("input[type=search]");
const { suggest, list, listName, keep, copy, copied } = document.currentScript?.dataset ?? {};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "/" && box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
  if (event.key === "j" || event.key === "k") {
    const titles = [...document.querySelectorAll(".card h2 a")];
    const place = titles.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
    titles[Math.max(0, Math.min(place, titles.length - 1))]?.focus();
  }
});

for (const input of suggest ? document.querySelectorAll("input[type=search][name=q]") : []) {
  const list = Object.assign(document.createElement("datalist"), { id: `${input.id}-suggestions` });
  input.after(list);
  input.setAttribute("list", list.id);
  let timer, asked;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const q = input.value.trim();
      if (q.length < 2 || q === asked) return;
      asked = q;
      const answer = await fetch(`${suggest}?_shape=array&q=${encodeURIComponent(q)}`);
      if (!answer.ok || asked !== q) return;
      list.replaceChildren(...(await answer.json()).map(({ label, kind }) => {
        const field = { tag: "tag", author: "author", dataset: "dataset", technique: "technique" }[kind];
        return Object.assign(document.createElement("option"), { value: field ? `${field}:"${label}"` : label, label: `${label} – ${kind}` });
      }));
    }, 150);
  });
}

// The passages of a paper beside its best one, fetched when they are asked for. ⟦ and ⟧ mark what was found.
for (const fold of document.querySelectorAll("details[data-passages]")) {
  fold.addEventListener("toggle", async () => {
    const { passages, best, pdf } = fold.dataset;
    const answer = await fetch(passages);
    if (!answer.ok) return;
    const others = (await answer.json()).filter(({ page }) => page !== Number(best)).slice(0, 4);
    fold.querySelector("p").before(...others.map(({ page, passage }) => {
      const place = Object.assign(document.createElement(pdf ? "a" : "span"), { className: "page", textContent: page });
      if (pdf) place.href = `${pdf}#page=${page}`;
      const line = Object.assign(document.createElement("p"), { className: "passage" });
      const words = passage.split(/[⟦⟧]/).map((text, n) => n % 2 ? Object.assign(document.createElement("mark"), { textContent: text }) : text);
      const text = document.createElement("bdi");
      text.append(...words);
      line.append(place, " ", text);
      return line;
    }));
  }, { once: true });
}

// The BibTeX of a paper below its links, to copy; a second click takes it away.
for (const cite of document.querySelectorAll("a.cite")) {
  cite.role = "button";
  cite.ariaExpanded = false;
  let shown;
  cite.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!shown) {
      const answer = await fetch(cite.href);
      if (!answer.ok) return location.assign(cite.href);
      const entry = Object.assign(document.createElement("pre"), { textContent: (await answer.text()).trim(), tabIndex: 0, dir: "ltr" });
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: copy });
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(entry.textContent);
          button.textContent = copied;
        } catch { getSelection().selectAllChildren(entry); } // where the clipboard is closed, it is marked, to be copied by hand
      });
      shown = Object.assign(document.createElement("div"), { className: "bibtex", hidden: true });
      shown.append(entry, button);
      cite.closest("p").after(shown);
    }
    shown.hidden = !shown.hidden;
    cite.ariaExpanded = !shown.hidden;
  });
}

// The values of a facet that have the letters typed, in place of its fifteen commonest.
for (const form of document.querySelectorAll("form.named")) {
  const list = form.nextElementSibling;
  const commonest = [...list.children];
  const input = form.elements.named;
  const facet = form.elements.facet.value;
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const named = input.value.trim();
      if (!named) return list.replaceChildren(...commonest);
      const answer = await fetch(`${form.action}.json?_shape=array&${new URLSearchParams(new FormData(form))}`);
      if (!answer.ok || named !== input.value.trim()) return;
      const values = (await answer.json()).filter((row) => row.facet === facet).slice(0, 30);
      list.replaceChildren(...values.map(({ value, label, count }) => {
        const address = new URL(location.href);
        const chosen = (address.searchParams.get(facet) ?? "").split(",").filter((one) => one && one !== value);
        address.searchParams.set(facet, [...chosen, value].join(","));
        address.searchParams.delete("page");
        const line = document.createElement("li");
        const link = Object.assign(document.createElement("a"), { href: address, textContent: label, dir: "auto" });
        line.append(link, " ", Object.assign(document.createElement("span"), { textContent: count }));
        return line;
      }));
    }, 150);
  });
}

// Stars keep ids in this browser alone; what they lead to is an address with the ids in it, which works anywhere.
const STORE = "papersette-reading-list";
const kept = new Set((() => { try { return JSON.parse(localStorage.getItem(STORE)) ?? []; } catch { return []; } })());
const link = Object.assign(document.createElement("a"), { className: "reading-list" });
const showLink = () => {
  const ids = [...kept];
  link.href = `${list}?ids=${encodeURIComponent(ids.some((id) => /[\s,]/.test(id)) ? JSON.stringify(ids) : ids.join(","))}`;
  link.textContent = `${listName} (${ids.length})`;
  link.hidden = !ids.length;
};
for (const paper of list ? document.querySelectorAll("[data-paper]") : []) {
  const id = paper.dataset.paper;
  const star = Object.assign(document.createElement("button"), { type: "button", className: "star", title: keep });
  const show = () => {
    star.textContent = kept.has(id) ? "★" : "☆";
    star.ariaPressed = kept.has(id);
  };
  star.ariaLabel = `${keep}: ${paper.querySelector("h1, h2")?.textContent.trim()}`;
  star.addEventListener("click", () => {
    if (!kept.delete(id)) kept.add(id);
    try { localStorage.setItem(STORE, JSON.stringify([...kept])); } catch { /* a browser that stores nothing keeps it for this page */ }
    show();
    showLink();
  });
  show();
  paper.querySelector(".links")?.prepend(star);
}
if (list) {
  showLink();
  document.querySelector("header.site nav")?.append(link);
}

// Datasette's own forms have no labels that a screen reader could say.
const names = { _filter_column: "Column", _filter_op: "Comparison", _filter_value: "Value", _sort: "Sort by", _sort_by_desc: "Descending" };
for (const [name, label] of Object.entries(names)) {
  for (const field of document.querySelectorAll(`[name^="${name}"]`)) field.ariaLabel ??= label;
}
const label = () => document.querySelectorAll("textarea:not([aria-label]), .cm-content:not([aria-label])").forEach((box) => (box.ariaLabel = "SQL"));
label();
window.addEventListener("load", label);
