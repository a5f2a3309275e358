// Draws the charts of a page. Each figure contains its specification and data; the colours are those of the page.

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

// Text over a mark must not intercept clicks.
function ignorePointerOnText(vega) {
  for (const mark of vega.marks) if (mark.type === "text") mark.interactive = false;
  return vega;
}

async function draw(figure) {
  const plot = figure.querySelector(".plot");
  const { display, rows, description, labels } = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const spec = { width: "container", description, data: { values: rows }, ...display };
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
}

const charts = [...document.querySelectorAll("figure.chart:has(.plot)")];
const drawAll = () => charts.forEach(draw);
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
