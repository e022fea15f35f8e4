/** The customer of an invoice, or the vendor of a bill: found by typing, or made in place. */

import { csrfToken } from "./cookies.js";
import { showErrors } from "./errors.js";
import { fetchResults, Typeahead } from "../app/typeahead.js";

const trouble = (noun) => `The ${noun} was not saved: the server did not answer. What you typed stays here; try again.`;
const capitalized = (noun) => noun[0].toUpperCase() + noun.slice(1);

export class CustomerField {
  /**
   * @param {HTMLFormElement} form the invoice
   * @param {HTMLDialogElement} dialog with the form of a new customer
   * @param {{onChange: () => void, onDone: () => void, noun?: string}} hooks `onDone`: it is known who, what comes
   *   next? `noun` is what the fields, addresses and marks of the form are named after.
   */
  constructor(form, dialog, { onChange, onDone, noun = "customer" }) {
    Object.assign(this, { form, dialog, onChange, onDone, noun });
    this.name = form.elements[`${noun}_name`];
    this.id = form.elements[noun];
    this.short = dialog.querySelector("form");
    new Typeahead(this.name, {
      search: (text, signal) => this.#search(text, signal),
      onEdit: () => this.#forget(),
    });
    this.name.addEventListener("keydown", (event) => this.#key(event));
    form.querySelector(`[data-new-${noun}]`).addEventListener("click", (event) => {
      event.preventDefault();
      this.#openDialog("");
    });
    this.short.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#create();
    });
    dialog.querySelectorAll("[data-close]").forEach((button) =>
      button.addEventListener("click", () => dialog.close()),
    );
  }

  async #search(text, signal) {
    const found = await fetchResults(this.form.dataset[`${this.noun}sUrl`], { q: text }, signal);
    const items = found.map((party) => ({
      label: party.name,
      detail: party.detail,
      pick: () => this.#take(party),
    }));
    if (text) {
      items.push({ label: `New ${this.noun} “${text}”`, special: true, pick: () => this.#openDialog(text) });
    }
    return items;
  }

  /** Enter that takes no suggestion goes on, as it does in a line; without a customer there is nowhere to go to. */
  #key(event) {
    const isBare = !event.isComposing && !event.altKey && !event.ctrlKey && !event.metaKey;
    if (event.key === "Enter" && isBare && !event.defaultPrevented && this.id.value) this.onDone();
  }

  #take({ id, name }) {
    this.name.value = name;
    this.id.value = id;
    this.onChange();
    this.onDone();
  }

  #forget() {
    if (!this.id.value) return;
    this.id.value = "";
    this.onChange();
  }

  #openDialog(text) {
    const name = this.short.elements.name;
    if (text) name.value = text;
    this.dialog.showModal();
    name.focus();
  }

  async #create() {
    const button = this.short.querySelector("[type=submit]");
    button.disabled = true;
    try {
      const response = await fetch(this.form.dataset[`new${capitalized(this.noun)}Url`], {
        method: "POST",
        body: new FormData(this.short),
        headers: { "X-CSRFToken": csrfToken(this.form), Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
      });
      this.#answer(response, response.status === 201 || response.status === 200 || response.status === 400
        ? await response.json()
        : null);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      this.#say(trouble(this.noun));
    } finally {
      button.disabled = false;
    }
  }

  #answer(response, answer) {
    if (response.type === "opaqueredirect" || response.status === 401) {
      this.#say("You are signed out. Sign in in another tab, then save again: what you typed stays here.");
    } else if (answer === null) {
      this.#say(trouble(this.noun));
    } else if (answer.errors) {
      showErrors(this.short, answer.errors);
      this.#say((answer.errors.__all__ ?? []).join(" "));
      this.short.querySelector("[aria-invalid=true]")?.focus();
    } else {
      this.dialog.close();
      this.short.reset();
      showErrors(this.short, {});
      this.#say("");
      this.#take(answer);
    }
  }

  #say(text) {
    const note = this.short.querySelector("[data-note]");
    note.textContent = text;
    note.hidden = !text;
  }
}
