// Draws the pictures of a page: each figure brings its specification and its rows, so that nothing is asked for. Colours are the page's own.

function theme(width) {
  const style = getComputedStyle(document.documentElement);
  const [ink, soft, line, paper, link, least, greatest] = ["ink", "soft", "line", "paper", "link", "least", "greatest"]
    .map((name) => style.getPropertyValue(`--${name}`).trim());
  const narrow = width < 520;
  const labels = { labelColor: ink, titleColor: soft, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
  return {
    background: "transparent",
    font: getComputedStyle(document.body).fontFamily,
    view: { stroke: null },
    axis: { ...labels, gridColor: line, domainColor: line, tickColor: line, labelLimit: narrow ? 130 : 260 },
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

// What is written over a mark must not keep a click or a pointer from it.
function letThrough(vega) {
  for (const mark of vega.marks) if (mark.type === "text") mark.interactive = false;
  return vega;
}

async function draw(figure) {
  const place = figure.querySelector(".plot");
  const { display, rows, description, words } = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const spec = { width: "container", description, data: { values: rows }, ...display };
  figure.picture?.finalize();
  figure.picture = await vegaEmbed(place, spec, {
    mode: "vega-lite",
    renderer: "svg",
    logLevel: vega.Error, // Vega-Lite warns of each picture whose height follows from its rows
    config: theme(place.clientWidth),
    patch: letThrough,
    actions: { export: true, source: false, compiled: false, editor: false },
    i18n: words,
    tooltip: { theme: dark ? "dark" : "light" },
    downloadFileName: figure.id,
  });
  place.querySelector("summary").ariaLabel = words.CLICK_TO_VIEW_ACTIONS;
}

const pictures = [...document.querySelectorAll("figure.picture:has(.plot)")];
const drawAll = () => pictures.forEach(draw);
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
