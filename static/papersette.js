// Optional conveniences: keyboard shortcuts ("/", j, k), suggestions, more passages of a paper, BibTeX to copy, filters for long
// lists of facet values, and stars for a reading list. The site works without JavaScript.
const box = document.querySelector("input[type=search]");
const { suggest, kinds, list, listName, keep, copy, copied } = document.currentScript?.dataset ?? {};
const kindNames = JSON.parse(kinds ?? "{}");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "/" && box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
  if (event.key === "?") showShortcuts();
  if (event.key === "j" || event.key === "k") {
    const titles = [...document.querySelectorAll(".card h2 a")];
    const index = titles.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
    titles[Math.max(0, Math.min(index, titles.length - 1))]?.focus();
  }
});

// The list of shortcuts is in the footer, where it is read without JavaScript.
function showShortcuts() {
  const listed = document.querySelector(".shortcuts");
  if (!listed || document.querySelector("dialog[open]")) return;
  const dialog = document.createElement("dialog");
  const close = Object.assign(document.createElement("button"), { textContent: "✕", className: "link-button", ariaLabel: listed.dataset.close });
  const heading = Object.assign(document.createElement("h2"), { textContent: listed.querySelector("summary").textContent, id: "shortcuts-heading" });
  dialog.setAttribute("aria-labelledby", heading.id);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(close, heading, listed.querySelector("dl").cloneNode(true));
  document.body.append(dialog);
  dialog.showModal();
}

// Menus close on Escape, on a click elsewhere, and when another one opens.
const menus = [...document.querySelectorAll("details.menu")];
const closeMenus = (except) => menus.forEach((menu) => menu === except || (menu.open = false));
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && menus.find((menu) => menu.open);
  if (!open) return;
  closeMenus();
  open.querySelector("summary").focus();
});

for (const input of suggest ? document.querySelectorAll("input[type=search][name=q]") : []) {
  const list = Object.assign(document.createElement("datalist"), { id: `${input.id}-suggestions` });
  input.after(list);
  input.setAttribute("list", list.id);
  let timer, requested;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const q = input.value.trim();
      if (q.length < 2 || q === requested) return;
      requested = q;
      const answer = await fetch(`${suggest}?_shape=array&q=${encodeURIComponent(q)}`);
      if (!answer.ok || requested !== q) return;
      const found = (await answer.json()).map(({ label, kind, paper_count, query }) => {
        const count = paper_count === null ? "" : ` (${paper_count.toLocaleString(document.documentElement.lang)})`;
        return Object.assign(document.createElement("option"), { value: query, label: `${label} – ${kindNames[kind] ?? kind}${count}` });
      });
      list.replaceChildren(...found);
    }, 150);
  });
}

// Fetches more passages of a paper when its list is opened. ⟦ and ⟧ enclose the matches.
for (const details of document.querySelectorAll("details[data-passages]")) {
  details.addEventListener("toggle", async () => {
    const { passages, best, read } = details.dataset;
    const answer = await fetch(passages);
    if (!answer.ok) return;
    const others = (await answer.json()).filter(({ page }) => page !== Number(best)).slice(0, 4);
    details.querySelector("p").before(...others.map(({ page, passage }) => {
      const link = Object.assign(document.createElement("a"), { className: "page", textContent: page, href: `${read}&page=${page}#passage` });
      const number = document.createElement("bdi"); // dir="auto" looks past it: the direction is that of the passage
      number.append(link);
      const line = Object.assign(document.createElement("p"), { className: "passage", dir: "auto" });
      const words = passage.split(/[⟦⟧]/).map((text, n) => n % 2 ? Object.assign(document.createElement("mark"), { textContent: text }) : text);
      line.append(number, " ", ...words);
      return line;
    }));
  }, { once: true });
}

// Shows the BibTeX of a paper below its links; a second click hides it.
for (const cite of document.querySelectorAll("a.cite")) {
  cite.role = "button";
  cite.ariaExpanded = false;
  let shown;
  cite.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!shown) {
      const address = new URL(cite.href);
      address.searchParams.set("_nocol", "abstract"); // too long for a list of references
      const answer = await fetch(address);
      if (!answer.ok) return location.assign(cite.href);
      const entry = Object.assign(document.createElement("pre"), { textContent: (await answer.text()).trim(), tabIndex: 0, dir: "ltr" });
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: copy });
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(entry.textContent);
          button.textContent = copied;
        } catch { getSelection().selectAllChildren(entry); } // without access to the clipboard, select the text
      });
      shown = Object.assign(document.createElement("div"), { className: "bibtex", hidden: true });
      shown.append(entry, button);
      cite.closest(".links").after(shown);
    }
    shown.hidden = !shown.hidden;
    cite.ariaExpanded = !shown.hidden;
  });
}

// Replaces the fifteen most frequent values of a facet by those that contain the typed letters.
for (const form of document.querySelectorAll("form.named")) {
  const list = form.nextElementSibling;
  const mostFrequent = [...list.children];
  const input = form.elements.named;
  const facet = form.elements.facet.value;
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const named = input.value.trim();
      if (!named) return list.replaceChildren(...mostFrequent);
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

// Stars store paper ids in this browser; the reading list is a URL with the ids, which works anywhere.
const STORE = "papersette-reading-list";
const readKept = () => {
  try { return new Set(JSON.parse(localStorage.getItem(STORE)) ?? []); } catch { return new Set(); } // no storage, or no list in it
};
const kept = readKept();
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
    try { localStorage.setItem(STORE, JSON.stringify([...kept])); } catch { /* without storage, stars last until the page is left */ }
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

// The editor of SQL hides the field that has the label.
window.addEventListener("load", () => {
  for (const box of document.querySelectorAll(".CodeMirror textarea, .cm-content")) box.ariaLabel = "SQL";
});
