// Draws the charts of a page. Each figure contains its specification and data; the colours are those of the page.

function theme(width) {
  const style = getComputedStyle(document.documentElement);
  const [ink, soft, line, paper, link, least, greatest] = ["ink", "soft", "line", "paper", "link", "least", "greatest"]
    .map((name) => style.getPropertyValue(`--${name}`).trim());
  const narrow = width < 520;
  const aria = document.documentElement.lang === "en"; // Vega describes axes and legends in English
  const labels = { aria, labelColor: ink, titleColor: soft, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
  return {
    background: "transparent",
    font: getComputedStyle(document.body).fontFamily,
    view: { stroke: null },
    axis: { ...labels, gridColor: line, domainColor: line, tickColor: line, labelLimit: narrow ? 145 : 260 },
    axisX: { labelAngle: 0, labelOverlap: true },
    axisQuantitative: { tickCount: 5 },
    legend: { ...labels, orient: "top", columns: narrow ? 1 : 3, labelLimit: narrow ? width - 190 : 340, gradientLength: Math.min(220, width - 60), symbolOpacity: 1 },
    range: { category: style.getPropertyValue("--colours").trim().split(/\s+/), heatmap: [least, greatest], ramp: [least, greatest] },
    bar: { color: link },
    text: { color: ink, fontSize: 12 },
    style: {
      value: { align: "left", dx: 4 },
      label: { fontWeight: 600, fontSize: narrow ? 10 : 13 },
      halo: { stroke: paper, strokeWidth: 4, strokeJoin: "round", strokeOpacity: 0.75 },
    },
  };
}

// Text over a mark must not intercept clicks.
function ignorePointerOnText(vega) {
  for (const mark of vega.marks) if (mark.type === "text") mark.interactive = false;
  return vega;
}

// The arrow keys lead from mark to mark, and Enter opens what a click opens. The mark is described below the chart.
function letKeysReachMarks(figure) {
  const all = [...figure.querySelectorAll(".plot svg [role='graphics-symbol'][aria-label]")].filter((mark) => !mark.children.length);
  const linked = all.filter((mark) => mark.__data__?.href);
  const marks = linked.length ? linked : all.filter((mark) => mark.closest(".mark-rect"));
  const reading = figure.querySelector(".reading");
  for (const mark of all) { // "venue_year: ICML 2019" becomes "Venue and year: ICML 2019"
    mark.ariaLabel = mark.ariaLabel.replace(/(?<=^|; )\w+(?=: )/g, (column) => figure.titles[column] ?? column);
  }
  marks.forEach((mark, index) => {
    mark.setAttribute("tabindex", index ? -1 : 0);
    if (linked.length) mark.setAttribute("role", "link");
    mark.addEventListener("focus", () => {
      for (const other of marks) other.setAttribute("tabindex", other === mark ? 0 : -1);
      reading.textContent = mark.ariaLabel;
    });
    mark.addEventListener("blur", () => { reading.textContent = ""; });
    mark.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -index, End: marks.length - 1 - index };
      if (event.key === "Enter" && mark.__data__?.href) location.assign(mark.__data__.href);
      if (!(event.key in steps)) return;
      event.preventDefault();
      marks[Math.max(0, Math.min(index + steps[event.key], marks.length - 1))].focus();
    });
  });
  for (const canvas of figure.querySelectorAll("canvas")) {
    canvas.role = "img";
    canvas.ariaLabel = figure.description;
  }
}

// The rows of a chart with many are not in the page.
async function rowsOf({ rows, source }) {
  if (rows) return rows;
  const answer = await fetch(source);
  if (!answer.ok) throw new Error(`${source}: ${answer.status}`);
  return answer.json();
}

async function draw(figure) {
  const plot = figure.querySelector(".plot");
  figure.titles = {}; // of columns, as tooltips have them
  const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent, (_, part) => {
    if (part?.field && part.title) figure.titles[part.field] = part.title;
    return part;
  });
  const { display, description, labels } = data;
  const rows = figure.rows ??= await rowsOf(data);
  const dark = getComputedStyle(document.documentElement).getPropertyValue("--is-dark").trim() === "1";
  const spec = { width: "container", description, data: { values: rows }, ...display };
  figure.description = description;
  figure.chart?.finalize();
  figure.chart = await vegaEmbed(plot, spec, {
    mode: "vega-lite",
    ast: true, // expressions are interpreted, not compiled: the site's policy allows no eval
    renderer: "svg",
    logLevel: vega.Error, // Vega-Lite warns of each chart whose height follows from its rows
    config: theme(plot.clientWidth),
    patch: ignorePointerOnText,
    actions: { export: true, source: false, compiled: false, editor: false },
    i18n: labels,
    tooltip: { theme: dark ? "dark" : "light" },
    downloadFileName: figure.id,
  });
  plot.querySelector("summary").ariaLabel = labels.CLICK_TO_VIEW_ACTIONS;
  letKeysReachMarks(figure);
}

const charts = [...document.querySelectorAll("figure.chart:has(.plot)")];
// Where the rows or a library cannot be fetched, a message replaces the chart.
async function drawOrTell(figure) {
  const plot = figure.querySelector(".plot");
  plot.hidden = false; // for its width
  await draw(figure).catch((error) => {
    plot.hidden = true;
    console.error(error);
  });
  figure.querySelector(".failed").hidden = !plot.hidden;
}
const drawAll = () => charts.forEach(drawOrTell);
drawAll();
for (const query of ["(prefers-color-scheme: dark)", "(max-width: 40rem)"]) matchMedia(query).addEventListener("change", drawAll);
