// The two charts, by the Chart.js that the administration loads. Their colours are the page's, light or dark.
const LINES = [
  ["p50", "--pl-accent", []],
  ["p95", "--pl-warning", [6, 3]],
  ["p99", "--pl-quiet", [2, 2]],
];

export function drawCharts(root) {
  const data = JSON.parse(root.querySelector("#pl-chart-data").textContent);
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const sent = chart(root, "sent", "bar", [{ name: "Sent a minute", key: "sent", colour: "--pl-accent" }]);
  const times = chart(root, "times", "line", LINES.map(([key, line, dash]) => ({ name: key, key, colour: line, dash })));

  function paint() {
    for (const { drawn, sets } of [sent, times]) {
      drawn.data.datasets.forEach((set, number) => {
        set.borderColor = set.backgroundColor = colour(sets[number].colour);
      });
      for (const axis of Object.values(drawn.options.scales)) {
        axis.ticks.color = colour("--pl-ink-2");
        axis.grid.color = colour("--pl-line");
      }
      drawn.options.plugins.legend.labels.color = colour("--pl-ink-2");
      drawn.update(); // in mode "none" it would keep the colours of what is drawn already
    }
  }

  function show(now) {
    for (const { drawn, sets } of [sent, times]) {
      drawn.data.labels = now.points.map((point) => point.label);
      drawn.data.datasets.forEach((set, number) => {
        set.data = now.points.map((point) => point[sets[number].key]);
      });
      drawn.update("none");
    }
    for (const sum of root.querySelectorAll("[data-sum]")) {
      if (sum.textContent !== now[sum.dataset.sum]) sum.textContent = now[sum.dataset.sum];
    }
  }

  // The theme is a class of the root element.
  new MutationObserver(paint).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  paint();
  show(data);
  return { show };
}

function chart(root, name, type, sets) {
  const canvas = root.querySelector(`[data-chart="${name}"] canvas`);
  const isLine = type === "line";
  const datasets = sets.map(({ name: label, dash }) => ({
    label,
    data: [],
    borderDash: dash,
    borderWidth: isLine ? 2 : 0,
    borderRadius: 2,
    pointRadius: isLine ? 1.5 : 0,
    barPercentage: 0.9,
    categoryPercentage: 0.95,
  }));
  const drawn = new window.Chart(canvas, {
    type,
    data: { labels: [], datasets },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: {
        colors: { enabled: false },
        legend: { display: isLine, position: "bottom", labels: { boxWidth: 24, boxHeight: 0 } },
        tooltip: { callbacks: isLine ? { label: (item) => `${item.dataset.label}: ${item.formattedValue} ms` } : {} },
      },
      scales: {
        x: { ticks: { maxTicksLimit: 7, maxRotation: 0 }, grid: { display: false } },
        // From a few milliseconds to an outage of minutes: on an even scale the first would be flat.
        y: isLine
          ? { type: "logarithmic", suggestedMin: 1, suggestedMax: 100, ticks: { callback: milliseconds }, grid: {} }
          : { beginAtZero: true, suggestedMax: 5, ticks: { maxTicksLimit: 5 }, grid: {} },
      },
    },
  });
  return { drawn, sets };
}

// Powers of ten are enough of an axis.
function milliseconds(value) {
  if (!Number.isInteger(Math.log10(value))) return "";
  return value < 1000 ? `${value} ms` : `${value / 1000} s`;
}
