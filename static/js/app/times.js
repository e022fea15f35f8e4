// "3 min ago" stays true while a page is open; the full time is beside it for screen readers and on hover.

const EVERY_MS = 30_000;
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const format = new Intl.RelativeTimeFormat("en-IN", { style: "short" });

export function relative(then, now = new Date()) {
  const seconds = Math.round((then - now) / 1000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? [];
  return unit ? format.format(Math.trunc(seconds / size), unit) : "just now";
}

function refresh() {
  for (const words of document.querySelectorAll("time[datetime] > [data-relative]")) {
    words.textContent = relative(new Date(words.parentElement.dateTime));
  }
}

export function keepTimesTrue() {
  refresh();
  setInterval(refresh, EVERY_MS);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}
