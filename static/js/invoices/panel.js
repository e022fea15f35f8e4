/** The panel of totals, which shows what the server answered and how old that answer is. */

import { FAILED, SIGNED_OUT, STALE_PAGE, UNREACHABLE } from "./preview.js";
import { links } from "./errors.js";

const WORDS = {
  [SIGNED_OUT]: "You are signed out, so the totals are not up to date. Sign in in another tab, then go on here: nothing typed is lost.",
  [STALE_PAGE]: "The server did not accept this page. Sign in in another tab, then go on here: nothing typed is lost.",
  [UNREACHABLE]: "The server cannot be reached, so the totals are not up to date. Nothing typed is lost; it is tried again as you go on.",
  [FAILED]: "The totals could not be worked out just now. Nothing typed is lost; they are tried again as you go on.",
};
const SHOW_WAIT_MS = 300; // a wait longer than this is shown

export class Panel {
  #slow = null;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.panel = panel;
  }

  part(name) {
    return this.panel.querySelector(`[data-panel="${name}"]`);
  }

  waiting() {
    this.#slow ??= setTimeout(() => this.panel.setAttribute("aria-busy", "true"), SHOW_WAIT_MS);
  }

  #settled() {
    clearTimeout(this.#slow);
    this.#slow = null;
    this.panel.removeAttribute("aria-busy");
  }

  show(answer) {
    this.#settled();
    this.part("trouble").hidden = true;
    this.part("rows").replaceChildren(...answer.totals.flatMap(totalRow));
    for (const total of this.panel.querySelectorAll('[data-panel="total"]')) total.textContent = answer.total;
    this.part("note").textContent = answer.note;
    const warnings = this.part("warnings");
    warnings.hidden = answer.warnings.length === 0;
    warnings.querySelector("ul").replaceChildren(...links(answer.warnings));
  }

  trouble(kind) {
    this.#settled();
    const note = this.part("trouble");
    note.textContent = WORDS[kind];
    note.hidden = false;
  }
}

function totalRow({ label, value }) {
  const term = document.createElement("dt");
  term.textContent = label;
  const amount = document.createElement("dd");
  amount.textContent = value;
  return [term, amount];
}
