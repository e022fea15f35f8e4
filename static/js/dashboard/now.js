// Now: regions are replaced where they have changed, charts go on, and a change of what is going on is announced.
import { drawCharts } from "./charts.js";
import { poll, status } from "./poll.js";

const EVERY_MS = 2500;

export function watchNow() {
  const root = document.getElementById("pl-now");
  if (!root) return;
  const charts = drawCharts(root);
  const live = status(document.getElementById("pl-live"));
  const said = document.getElementById("pl-said");
  let keys = null;

  poll({
    url: () => root.dataset.url + location.search,
    every: EVERY_MS,
    told(answer) {
      for (const region of root.querySelectorAll("[data-region]")) replace(region, answer.regions[region.dataset.region]);
      charts.show(answer.chart);
      live.live(answer.at);
      for (const region of root.querySelectorAll("[data-region]")) region.classList.remove("is-stale");
      // Not each number is worth a word: only that something else is going on.
      const now = answer.keys.join();
      if (keys !== null && now !== keys) said.textContent = answer.said;
      keys = now;
      return EVERY_MS;
    },
    lost(error) {
      live.lost(error);
      for (const region of root.querySelectorAll("[data-region]")) region.classList.add("is-stale");
    },
  });
}

// Replaces what is in a region, if it is another, and leaves the focus on the link it was on.
export function replace(region, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  if (fresh.innerHTML.trim() === region.innerHTML.trim()) return;
  const key = region.contains(document.activeElement) && document.activeElement.dataset.key;
  region.replaceChildren(fresh.content);
  if (key) [...region.querySelectorAll("[data-key]")].find((link) => link.dataset.key === key)?.focus();
}
