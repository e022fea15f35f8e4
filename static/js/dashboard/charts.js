// The two charts, by the Chart.js that the administration loads. Their colours are the page's, light or dark.
const LINES = [
  ["p50", "--pl-accent", []],
  ["p95", "--pl-warning", [6, 3]],
  ["p99", "--pl-danger", [2, 2]],
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
      drawn.update("none");
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
  show(data);
  paint();
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
    spanGaps: false,
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
        legend: { display: isLine, position: "bottom", labels: { boxWidth: 24, boxHeight: 0 } },
        tooltip: { callbacks: isLine ? { label: (item) => `${item.dataset.label}: ${item.formattedValue} ms` } : {} },
      },
      scales: {
        x: { ticks: { maxTicksLimit: 7, maxRotation: 0 }, grid: { display: false } },
        y: {
          beginAtZero: true,
          suggestedMax: isLine ? undefined : 5,
          ticks: { maxTicksLimit: 5, callback: (value) => (isLine ? `${value} ms` : value) },
          grid: {},
        },
      },
    },
  });
  return { drawn, sets };
}
