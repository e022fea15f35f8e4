/** What a note comes to while it is typed: the server works it out, and says what it refuses beside the field. */

const RESTS_MS = 250;
const form = document.getElementById("note-form");
const panel = document.getElementById("note-panel");

class Totals {
  #timer = null;
  #asking = null;

  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), RESTS_MS);
  }

  async #ask() {
    this.#asking?.abort();
    this.#asking = new AbortController();
    panel.setAttribute("aria-busy", "true");
    try {
      const options = { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin", redirect: "manual" };
      const response = await fetch(form.dataset.totals, { ...options, signal: this.#asking.signal });
      if (response.ok) this.#show(await response.json());
    } catch (error) {
      if (error.name === "AbortError") return; // a later one asks
      if (!(error instanceof TypeError)) throw error; // no network: the button works all the same
    }
    panel.removeAttribute("aria-busy");
  }

  #show({ totals, total, effect, errors, refused }) {
    panel.querySelector("[data-rows]").replaceChildren(...totals.flatMap(({ label, value }) => [cell("dt", label), cell("dd", value)]));
    panel.querySelector("[data-total]").textContent = total;
    panel.querySelector("[data-effect]").textContent = effect;
    for (const place of form.querySelectorAll("[data-error-for]")) {
      place.textContent = (errors[place.dataset.errorFor] ?? []).join(" ");
    }
    takeAwayMended(refused);
  }
}

/** Takes what is refused no longer out of the summary above the form; nothing new comes into it while one types. */
function takeAwayMended(refused) {
  const summary = document.querySelector("[data-error-summary]");
  if (!summary) return;
  const aboutNoField = refused.some((name) => !form.elements.namedItem(name));
  for (const item of summary.querySelectorAll("li")) {
    const link = item.querySelector("a");
    const control = link && document.getElementById(link.hash.slice(1));
    if (control ? refused.includes(control.name) : aboutNoField) continue;
    item.remove();
    if (control) unmark(control);
  }
  const left = summary.querySelectorAll("li").length;
  if (left === 0) summary.remove();
  else summary.querySelector("h2").textContent = left === 1 ? "One thing needs a change" : `${left} things need a change`;
}

/** A field of the form that is right by now; those of lines have a place that stays. */
function unmark(control) {
  control.removeAttribute("aria-invalid");
  const said = document.getElementById(`${control.id}_error`);
  if (said && !said.matches("[data-error-for]")) said.remove();
}

function cell(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}

const totals = new Totals();
form.addEventListener("input", () => totals.soon());
form.addEventListener("change", () => totals.soon());
// What was typed before this script had come, on a slow line, or is back after "Back".
if ([...form.elements].some(({ name, type, value }) => name.startsWith("lines-") && type !== "hidden" && value)) totals.soon();
