/** The editor of a vendor's bill: rows, suggestions, and live totals from the server, as the invoice editor has them. */

import { csrfToken } from "../invoices/cookies.js";
import { CustomerField } from "../invoices/customer.js";
import { goTo, links, showErrors } from "../invoices/errors.js";
import { Line } from "../invoices/line.js";
import { Panel } from "../invoices/panel.js";
import { Preview } from "../invoices/preview.js";
import { Rows } from "../invoices/rows.js";
import { Unsaved } from "../invoices/unsaved.js";

const NARROW = window.matchMedia("(max-width: 959.98px)"); // where a line is a card, blank ones only cost scrolling

class BillEditor {
  #isBusy = false;
  #left = new Set(); // the fields a person has finished with: only these show errors while typing

  constructor(form) {
    this.form = form;
    this.panel = new Panel(document.getElementById("bill-panel"));
    this.unsaved = new Unsaved();
    this.preview = new Preview({
      url: form.dataset.previewUrl,
      // Not in parts: those of 200 lines take the server as long to read as to work out.
      body: () => new URLSearchParams(new FormData(form)),
      token: () => csrfToken(form),
      onAnswer: (answer) => this.#show(answer),
      onTrouble: (kind) => this.panel.trouble(kind),
    });
    this.rows = new Rows(
      document.getElementById("lines"),
      document.getElementById("line-template"),
      form.elements["lines-TOTAL_FORMS"],
      {
        onAdd: (row) => new Line(row, form, () => this.#changed()),
        onChange: () => this.#changed(),
        say: (text) => (document.getElementById("editor-status").textContent = text),
      },
    );
    new CustomerField(form, document.getElementById("vendor-dialog"), {
      noun: "vendor",
      onChange: () => this.#changed(),
      onDone: () => form.elements.number.focus(),
    });
    if (NARROW.matches) this.rows.foldBlank();
    this.#listen();
    this.#keepServerErrors();
    this.#ask();
  }

  #listen() {
    this.form.addEventListener("input", () => this.#changed());
    this.form.addEventListener("change", (event) => {
      if (event.target.name) this.#left.add(event.target.dataset.standsFor ?? event.target.name);
      this.#changed();
    });
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.form.addEventListener("keydown", (event) => this.#enter(event));
    document.addEventListener("keydown", (event) => this.#save(event));
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-goto]");
      if (!link) return;
      event.preventDefault();
      goTo(this.form, link.dataset.goto);
    });
    document.getElementById("add-line").addEventListener("click", (event) => {
      event.preventDefault();
      this.rows.focus(this.rows.add());
    });
    window.addEventListener("pageshow", (event) => event.persisted && this.#busy(false));
  }

  /** What the server's own rendering complained about stays marked until it is put right. */
  #keepServerErrors() {
    for (const place of this.form.querySelectorAll("[data-error-for]")) {
      if (place.textContent.trim()) this.#left.add(place.dataset.errorFor);
    }
    if (this.form.dataset.bound) this.unsaved.mark();
  }

  #changed() {
    this.unsaved.mark();
    this.#ask();
  }

  #ask() {
    this.panel.waiting();
    this.preview.ask();
  }

  #show(answer) {
    this.panel.show(answer);
    this.rows.all.forEach((row, place) => {
      row.querySelector("[data-amount]").textContent = answer.lines[place] ?? "";
    });
    document.getElementById("vendor-detail").textContent = answer.vendor;
    document.getElementById("due-note").textContent = answer.due;
    const claim = document.getElementById("claim-note"); // not there where no tax is claimed
    if (claim) claim.textContent = answer.claim;
    showErrors(this.form, answer.errors, (name) => this.#left.has(name));
  }

  #save(event) {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  /** Enter in a field must not record half a bill. */
  #enter(event) {
    const isBare = !event.ctrlKey && !event.metaKey;
    if (event.key === "Enter" && isBare && event.target.matches("input:not([type=submit])")) event.preventDefault();
  }

  /** Asks the server first, so that nothing is sent into a signed-out session or an unreachable network. */
  async #submit(event) {
    event.preventDefault();
    if (this.#isBusy) return; // a key may press again what is on its way
    this.#busy(true);
    const answer = await this.preview.settled();
    this.#busy(false);
    if (answer === null) return; // the panel says why
    const problems = [...answer.problems, ...answer.missing_problems];
    if (problems.length) this.#complain({ ...answer.errors, ...answer.missing }, problems);
    else this.#send();
  }

  #complain(errors, problems) {
    Object.keys(errors).forEach((name) => this.#left.add(name));
    showErrors(this.form, errors);
    const summary = document.getElementById("error-summary");
    summary.querySelector("h2").textContent =
      problems.length === 1 ? "One thing needs a change" : `${problems.length} things need a change`;
    summary.querySelector("ul").replaceChildren(...links(problems));
    summary.hidden = false;
    summary.focus();
    summary.scrollIntoView({ block: "center" });
  }

  #send() {
    this.unsaved.clear();
    this.form.elements.csrfmiddlewaretoken.value = csrfToken(this.form);
    this.#busy(true);
    HTMLFormElement.prototype.submit.call(this.form);
  }

  #busy(busy) {
    this.#isBusy = busy;
    for (const button of this.form.querySelectorAll(".panel-bar button")) button.disabled = busy;
  }
}

new BillEditor(document.getElementById("bill-form"));
