// The search box of the bar: suggestions of every kind while one types. Enter before they are there, or on the
// last of them, opens the page of results, as it does where this does not run. On a phone a button of the bar opens it.
import { fetchResults, Typeahead } from "./typeahead.js";

const FEWEST_LETTERS = 2; // with fewer the server finds nothing either

/** The suggestions for a text: what was found in its groups, and all results last. */
export function itemsOf(results, text, { go, showAll }) {
  const found = results.map(({ group, label, detail, url }) => ({ group, label, detail, pick: () => go(url) }));
  return [...found, { label: `All results for “${text}”`, special: true, pick: showAll }];
}

export function searchEverything(go = (url) => window.location.assign(url)) {
  const form = document.querySelector("[data-suggest-url]");
  if (!form) return;
  openByButton(form, document.querySelector("[data-search-toggle]"));
  new Typeahead(form.elements.q, {
    free: true,
    exact: true,
    search: async (text, signal) => {
      if (text.length < FEWEST_LETTERS) return [];
      const results = await fetchResults(form.dataset.suggestUrl, { q: text }, signal);
      return itemsOf(results, text, { go, showAll: () => form.requestSubmit() });
    },
  });
}

/** Where the box is always in sight its button is hidden, and what this does shows nowhere. */
function openByButton(form, toggle) {
  const isOpen = () => toggle.getAttribute("aria-expanded") === "true";
  const set = (open) => {
    toggle.setAttribute("aria-expanded", String(open));
    form.classList.toggle("is-open", open);
  };
  toggle.addEventListener("click", () => {
    set(!isOpen());
    if (isOpen()) form.elements.q.focus();
  });
  document.addEventListener("show-search", () => {
    if (toggle.offsetParent !== null) set(true);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !isOpen()) return;
    event.preventDefault();
    set(false);
    toggle.focus();
  });
}
