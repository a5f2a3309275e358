// The search of a static site, over the index that Pagefind has made.

const form = document.querySelector("form.find");
const input = form.querySelector("input");
const count = document.querySelector("#count");
const results = document.querySelector("#results");
const BATCH = 10;
let latest = 0; // a search that is overtaken by another one shows nothing

// An excerpt has no elements but <mark>; whatever else it has is shown as text.
function addMarked(parent, excerpt) {
  for (const part of excerpt.split(/(<mark>.*?<\/mark>)/s)) {
    const marked = part.match(/^<mark>(.*)<\/mark>$/s);
    parent.append(marked ? Object.assign(document.createElement("mark"), { textContent: decode(marked[1]) }) : decode(part));
  }
}

function decode(text) {
  const page = new DOMParser().parseFromString(`<p>${text.replaceAll("<", "&lt;")}</p>`, "text/html");
  return page.querySelector("p").textContent;
}

function toCard({ url, meta, excerpt, sub_results: pages }) {
  const card = Object.assign(document.createElement("article"), { className: "card", dir: "auto" });
  const title = Object.assign(document.createElement("a"), { href: url, textContent: meta.title });
  const heading = document.createElement("h2");
  heading.append(title);
  card.append(heading);
  const found = pages.filter((page) => page.url.includes("#")).slice(0, 3);
  for (const page of found.length ? found : [{ excerpt }]) {
    const line = Object.assign(document.createElement("p"), { className: "passage", dir: "auto" });
    if (page.url) {
      line.append(Object.assign(document.createElement("a"), { className: "page", href: page.url, textContent: page.title }), " ");
    }
    addMarked(line, `…${page.excerpt}…`);
    card.append(line);
  }
  return card;
}

async function show(found, start, own) {
  const cards = (await Promise.all(found.slice(start, start + BATCH).map((result) => result.data()))).map(toCard);
  if (own !== latest) return;
  results.append(...cards);
  if (start + BATCH >= found.length) return;
  const more = Object.assign(document.createElement("button"), { type: "button", textContent: results.dataset.more });
  more.addEventListener("click", () => { more.remove(); show(found, start + BATCH, own); });
  results.append(more);
}

async function search() {
  const own = ++latest;
  const q = input.value.trim();
  results.replaceChildren();
  count.textContent = "";
  if (!q) return;
  try {
    const pagefind = await import("../pagefind/pagefind.js");
    const { results: found } = await pagefind.search(q);
    if (own !== latest) return;
    count.textContent = found.length ? `${count.dataset.found}: ${found.length}` : count.dataset.none;
    await show(found, 0, own);
  } catch (error) {
    count.textContent = count.dataset.failed;
    throw error;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const address = new URL(location);
  address.searchParams.set("q", input.value);
  history.pushState(null, "", address);
  search();
});

function readAddress() {
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  search();
}

addEventListener("popstate", readAddress);
readAddress();
