// Translates the menu of a column, which Datasette's table.js has made. A data attribute has the text of each entry.
const texts = document.currentScript.dataset;
for (const entry of document.querySelectorAll(".dropdown-menu a")) {
  entry.textContent = texts[entry.className.replaceAll("-", "")] ?? entry.textContent;
}
