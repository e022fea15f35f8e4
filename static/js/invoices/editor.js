/** The invoice editor: rows, suggestions, live totals from the server, and the question before issuing. */

import { csrfToken } from "./cookies.js";
import { CustomerField } from "./customer.js";
import { goTo, links, showErrors } from "./errors.js";
import { Line } from "./line.js";
import { Panel } from "./panel.js";
import { Preview } from "./preview.js";
import { Rows } from "./rows.js";
import { Unsaved } from "./unsaved.js";

const DEEDS = { s: "save", Enter: "issue" }; // with Ctrl or Cmd
const NARROW = window.matchMedia("(max-width: 959.98px)"); // where a line is a card, blank ones only cost scrolling

class Editor {
  #isBusy = false;
  #left = new Set(); // the fields a person has finished with: only these show errors while typing

  constructor(form) {
    this.form = form;
    this.panel = new Panel(document.getElementById("invoice-panel"));
    this.dialog = document.getElementById("issue-dialog");
    this.unsaved = new Unsaved();
    this.deed = Object.assign(document.createElement("input"), { type: "hidden", name: "do" });
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
        say: (text) => this.#say(text),
      },
    );
    new CustomerField(form, document.getElementById("customer-dialog"), {
      onChange: () => this.#changed(),
      onDone: () => this.rows.focusBlank(),
    });
    if (NARROW.matches) this.rows.foldBlank();
    this.#listen();
    this.#keepServerErrors();
    this.#goWhereTheAddressPoints();
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
    document.addEventListener("keydown", (event) => this.#command(event));
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-goto]");
      if (!link) return;
      event.preventDefault();
      this.dialog.close(); // a field behind the question cannot be gone to
      goTo(this.form, link.dataset.goto);
    });
    document.getElementById("add-line").addEventListener("click", (event) => {
      event.preventDefault();
      this.rows.focus(this.rows.add());
    });
    document.getElementById("add-freight").addEventListener("click", (event) => {
      event.preventDefault();
      this.#addFreight();
    });
    window.addEventListener("pageshow", (event) => event.persisted && this.#comeBack());
    this.dialog.querySelector("[data-confirm]").addEventListener("click", () => this.#send("issue"));
    this.dialog.querySelector("[data-close]").addEventListener("click", () => this.dialog.close());
  }

  /** What the server's own rendering complained about stays marked until it is put right. */
  #keepServerErrors() {
    for (const place of this.form.querySelectorAll("[data-error-for]")) {
      if (place.textContent.trim()) this.#left.add(place.dataset.errorFor);
    }
    if (this.form.dataset.bound) this.unsaved.mark();
  }

  #goWhereTheAddressPoints() {
    const name = window.location.hash.replace(/^#id_/, "");
    if (name) goTo(this.form, name);
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
    this.#offerRates(answer.rates);
    document.getElementById("place-reason").textContent = answer.place.reason;
    this.form.elements.place_of_supply.options[0].textContent = answer.place.automatic;
    document.getElementById("customer-detail").textContent = answer.customer;
    showErrors(this.form, answer.errors, (name) => this.#left.has(name));
  }

  /** The rates in law on the invoice's date; a line keeps one that is no longer among them. */
  #offerRates(rates) {
    for (const select of this.form.querySelectorAll("select[name$='-rate']")) {
      const taxed = [...select.options].filter((option) => /^[0-9]/.test(option.value));
      if (taxed.map((option) => option.value).join() === rates.map(([value]) => value).join()) continue;
      const chosen = select.value;
      taxed.filter((option) => option.value !== chosen).forEach((option) => option.remove());
      const options = rates.filter(([value]) => value !== chosen).map(([value, label]) => new Option(label, value));
      const all = [...select.options, ...options].sort((a, b) => rank(a.value) - rank(b.value));
      select.replaceChildren(...all);
      select.value = chosen;
    }
  }

  /** Carriage bears the rate of what is carried. */
  #addFreight() {
    const rates = this.form.querySelectorAll("select[name$='-rate']");
    const rate = [...rates].find((select) => select.value)?.value;
    const row = this.rows.insert(document.getElementById("freight-template"));
    const own = row.querySelector("select[name$='-rate']");
    if (own && rate) own.value = rate;
    row.querySelector("[name$='-price']").focus();
    this.#changed();
  }

  /** From wherever on the page, unless something is asked just now. */
  #command(event) {
    const deed = DEEDS[event.key];
    if (!deed || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.form.requestSubmit(this.#button(deed));
  }

  /** Enter in a field must not save half an invoice. */
  #enter(event) {
    const isBare = !event.ctrlKey && !event.metaKey;
    if (event.key === "Enter" && isBare && event.target.matches("input:not([type=submit])")) event.preventDefault();
  }

  #button(deed) {
    return this.form.querySelector(`.panel-bar button[value=${deed}]`);
  }

  /** Asks the server first, so that nothing is sent into a signed-out session or an unreachable network. */
  async #submit(event) {
    event.preventDefault();
    if (this.#isBusy) return; // a key may press again what is on its way
    const deed = event.submitter?.value ?? "save";
    this.#busy(true);
    const answer = await this.preview.settled();
    this.#busy(false);
    if (answer === null) return; // the panel says why
    const issuing = deed === "issue";
    const problems = issuing ? [...answer.problems, ...answer.missing_problems] : answer.problems;
    if (problems.length) this.#complain(issuing ? { ...answer.errors, ...answer.missing } : answer.errors, problems);
    else if (issuing) this.#confirm(answer);
    else this.#send(deed);
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

  #confirm({ issue, warnings }) {
    for (const [name, text] of Object.entries(issue)) {
      this.dialog.querySelector(`[data-issue="${name}"]`).textContent = text;
    }
    const worthALook = this.dialog.querySelector("[data-issue-warnings]");
    worthALook.hidden = warnings.length === 0;
    worthALook.querySelector("ul").replaceChildren(...links(warnings));
    this.dialog.showModal();
  }

  #send(deed) {
    this.unsaved.clear();
    this.form.elements.csrfmiddlewaretoken.value = csrfToken(this.form);
    this.deed.value = deed === "issue" ? "issue-confirmed" : deed;
    this.form.append(this.deed);
    this.#busy(true);
    HTMLFormElement.prototype.submit.call(this.form);
  }

  /** The browser's "back" shows the page as it was when it was sent. */
  #comeBack() {
    this.deed.remove();
    this.dialog.close();
    this.#busy(false);
    this.#ask();
  }

  #busy(busy) {
    this.#isBusy = busy;
    for (const button of document.querySelectorAll(".panel-bar button, [data-confirm]")) button.disabled = busy;
  }

  #say(text) {
    document.getElementById("editor-status").textContent = text;
  }
}

/** Rates in their order, after the empty choice and before the reasons for bearing none. */
function rank(value) {
  if (value === "") return -1;
  return /^[0-9]/.test(value) ? Number(value) : Infinity;
}

new Editor(document.getElementById("invoice-form"));
