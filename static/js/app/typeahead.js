/**
 * A text field that suggests rows of the server: the combobox pattern of the ARIA practices guide.
 *
 * Arrow keys move, Enter or Tab takes the marked suggestion, Escape closes the list. Only the newest
 * search's answer is shown. The field works as plain text where this module does not run.
 */

const WAIT_MS = 120;
const SHOW_WAIT_MS = 300; // a wait longer than this is shown

let lists = 0;

/** One suggestion: `label` in full, `detail` beside it, and `pick` for what choosing it does. */
function optionElement(item, id) {
  const option = document.createElement(item.group ? "div" : "li");
  option.id = id;
  option.role = "option";
  option.className = item.special ? "typeahead-option typeahead-special" : "typeahead-option";
  option.setAttribute("aria-selected", "false");
  const label = document.createElement("span");
  label.textContent = item.label;
  option.append(label);
  if (item.detail) {
    const detail = document.createElement("span");
    detail.className = "detail";
    detail.textContent = item.detail;
    option.append(detail);
  }
  return option;
}

/** The options in their order; those of one `group`, which stand together, under its name. */
function listElements(items, id) {
  const elements = [];
  let group = null;
  items.forEach((item, index) => {
    const option = optionElement(item, `${id}-${index}`);
    if (!item.group) elements.push(option);
    else {
      if (item.group !== items[index - 1]?.group) elements.push((group = groupElement(item.group, `${id}-of-${index}`)));
      group.append(option);
    }
  });
  return elements;
}

function groupElement(name, id) {
  const group = document.createElement("li");
  group.role = "group";
  group.setAttribute("aria-labelledby", id);
  const title = document.createElement("div");
  title.id = id;
  title.role = "presentation";
  title.className = "typeahead-group";
  title.textContent = name;
  group.append(title);
  return group;
}

export class Typeahead {
  #items = [];
  #active = -1;
  #steered = false; // the marked suggestion was gone to with the arrow keys
  #newest = 0;
  #timer = null;
  #flight = null;

  /**
   * @param {HTMLInputElement} input
   * @param {object} options
   * @param {(text: string, signal: AbortSignal) => Promise<Array>} options.search items of {label, detail, pick, special, group}
   * @param {() => void} [options.onEdit] the text was changed by hand: what was picked no longer holds
   * @param {boolean} [options.free] the text may also stand for itself: then Tab takes only what was gone to
   * @param {boolean} [options.exact] Enter takes no suggestion for what the text was before it was typed on
   */
  constructor(input, { search, onEdit = () => {}, free = false, exact = false }) {
    Object.assign(this, { input, search, onEdit, free, exact });
    this.list = this.#attachList();
    input.addEventListener("input", () => this.#edited());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.close());
    input.addEventListener("click", () => this.#open || this.#ask(0));
  }

  get #open() {
    return !this.list.hidden;
  }

  close() {
    clearTimeout(this.#timer);
    this.#flight?.abort();
    this.#newest += 1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.#mark(-1);
  }

  #attachList() {
    const list = document.createElement("ul");
    list.id = `typeahead-${++lists}`;
    list.role = "listbox";
    list.className = "typeahead-list";
    list.hidden = true;
    list.setAttribute("aria-label", "Suggestions");
    // Keep the focus in the field, so that a press on an option is not first a blur that closes the list.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.#clicked(event));
    this.input.after(list);
    for (const [name, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
    })) this.input.setAttribute(name, value);
    return list;
  }

  #edited() {
    this.onEdit();
    if (this.exact) this.#mark(-1);
    this.#ask(WAIT_MS);
  }

  #ask(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), wait);
  }

  async #look() {
    this.#flight?.abort();
    const mine = ++this.#newest;
    const flight = (this.#flight = new AbortController());
    const slow = setTimeout(() => this.#say("Searching…"), SHOW_WAIT_MS);
    try {
      const items = await this.search(this.input.value.trim(), flight.signal);
      if (mine === this.#newest) this.#show(items);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      if (mine === this.#newest) this.#say("The search did not answer. What you typed stays.");
    } finally {
      clearTimeout(slow);
    }
  }

  #show(items) {
    this.#items = items;
    this.#steered = false;
    this.#active = -1;
    this.input.removeAttribute("aria-activedescendant");
    if (!items.length) {
      this.close();
      return;
    }
    this.list.replaceChildren(...listElements(items, this.list.id));
    this.#reveal();
    const first = items[0];
    if (!first.special && this.input.value.trim()) this.#mark(0);
  }

  #say(text) {
    this.#items = [];
    const note = document.createElement("li");
    note.className = "typeahead-note";
    note.textContent = text;
    this.list.replaceChildren(note);
    this.#reveal();
  }

  #reveal() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  get #options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  #mark(index) {
    const options = this.#options;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    this.#active = index;
    if (index < 0) this.input.removeAttribute("aria-activedescendant");
    else {
      this.input.setAttribute("aria-activedescendant", options[index].id);
      options[index].scrollIntoView({ block: "nearest" });
    }
  }

  #key(event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#arrow(event);
    else if (event.key === "Escape" && this.#open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (this.#takes(event.key) && this.#open && this.#active >= 0) {
      if (event.key === "Enter") event.preventDefault();
      event.stopPropagation();
      this.#pick(this.#active);
    }
  }

  #takes(key) {
    return key === "Enter" || (key === "Tab" && (this.#steered || !this.free));
  }

  #arrow(event) {
    event.preventDefault();
    this.#steered = true;
    if (!this.#open) {
      this.#ask(0);
      return;
    }
    const step = event.key === "ArrowDown" ? 1 : -1;
    const count = this.#items.length;
    if (count) this.#mark((this.#active + step + count) % count);
  }

  #clicked(event) {
    const option = event.target.closest("[role=option]");
    if (option) this.#pick(this.#options.indexOf(option));
  }

  #pick(index) {
    const item = this.#items[index];
    this.close();
    item.pick();
  }
}

/** Fetches suggestions as JSON; a sign-in redirect counts as no answer. */
export async function fetchResults(url, parameters, signal) {
  const address = new URL(url, window.location.href);
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  const response = await fetch(address, {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    redirect: "manual",
    signal,
  });
  if (!response.ok) throw new TypeError(`no suggestions: ${response.status}`);
  return (await response.json()).results;
}
