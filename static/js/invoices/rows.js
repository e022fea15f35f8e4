/**
 * The rows of an invoice: adding, removing, moving, and the numbering of their fields.
 *
 * A row is a `<tbody class="line">`; its fields are named `lines-<n>-<field>` after its place, as
 * Django's formsets read them, so every change of order renames.
 */

const NUMBERED = ["id", "name", "for", "value", "aria-describedby", "aria-labelledby", "data-error-for"];
const NAME = /(lines|remove|up|down)-(?:\d+|__prefix__)(?=-|$)/g;

function isBlank(row) {
  return [...row.querySelectorAll("input:not([type=checkbox])")].every((input) => input.value === "");
}

export class Rows {
  /**
   * @param {HTMLTableElement} table
   * @param {HTMLTemplateElement} template an empty row, numbered `__prefix__`
   * @param {HTMLInputElement} total the formset's count of rows
   * @param {{onAdd: (row: Element) => void, onChange: () => void, say: (text: string) => void}} hooks
   */
  constructor(table, template, total, { onAdd, onChange, say }) {
    Object.assign(this, { table, template, total, onAdd, onChange, say });
    table.addEventListener("click", (event) => this.#clicked(event));
    table.addEventListener("keydown", (event) => this.#key(event));
    this.all.forEach((row) => onAdd(row));
  }

  get all() {
    return [...this.table.querySelectorAll("tbody.line")];
  }

  /** A new row at the end; returns it. */
  add() {
    return this.#put(this.template, null);
  }

  /** A row that is filled already, before those that are still to be written; returns it. */
  insert(template) {
    return this.#put(template, this.all.find(isBlank) ?? null);
  }

  #put(template, next) {
    const row = template.content.firstElementChild.cloneNode(true);
    this.table.insertBefore(row, next);
    this.#renumber();
    this.onAdd(row);
    return row;
  }

  /** Leaves one blank row at the end; where rows can be added, more of them only take room. */
  foldBlank() {
    const rows = this.all;
    while (rows.length > 1 && isBlank(rows.at(-1)) && isBlank(rows.at(-2))) rows.pop().remove();
    this.#renumber();
  }

  remove(row) {
    const place = this.all.indexOf(row);
    row.remove();
    const next = this.all[Math.min(place, this.all.length - 1)] ?? this.add();
    this.#renumber();
    this.focus(next);
    this.say(`Line ${place + 1} removed.`);
    this.onChange();
  }

  move(row, step) {
    const rows = this.all;
    const place = rows.indexOf(row) + step;
    if (place < 0 || place >= rows.length) return;
    const focused = document.activeElement;
    if (step < 0) rows[place].before(row);
    else rows[place].after(row);
    this.#renumber();
    if (row.contains(focused)) focused.focus();
    else this.focus(row);
    this.say(`Line moved to place ${place + 1}.`);
    this.onChange();
  }

  /** The first row that is still to be written. */
  focusBlank() {
    this.focus(this.all.find(isBlank) ?? this.add());
  }

  focus(row) {
    row.querySelector("input:not([type=hidden])").focus();
  }

  #clicked(event) {
    const button = event.target.closest("[data-row-op]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("tbody.line");
    if (button.dataset.rowOp === "remove") this.remove(row);
    else if (button.dataset.rowOp === "more") this.#toggleMore(row, button);
    else this.move(row, button.dataset.rowOp === "up" ? -1 : 1);
  }

  #toggleMore(row, button) {
    const open = row.classList.toggle("line-open");
    button.setAttribute("aria-expanded", String(open));
    if (open) row.querySelector(".line-more input").focus();
  }

  #key(event) {
    const row = event.target.closest("tbody.line");
    if (!row || event.isComposing) return;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      this.move(row, event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Enter" && event.target.matches("input, select") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#enter(row);
    }
  }

  /** Enter goes to the next row, and makes one where there is none. */
  #enter(row) {
    const rows = this.all;
    this.focus(rows[rows.indexOf(row) + 1] ?? this.add());
  }

  #renumber() {
    const rows = this.all;
    rows.forEach((row, place) => {
      const rename = (text) => text.replace(NAME, (_, word) => `${word}-${place}`);
      for (const element of [row, ...row.querySelectorAll("*")]) {
        for (const name of NUMBERED) {
          if (name === "value" && element.tagName !== "BUTTON") continue;
          if (element.hasAttribute(name)) element.setAttribute(name, rename(element.getAttribute(name)));
        }
      }
      row.querySelectorAll("[data-line-number]").forEach((mark) => {
        mark.textContent = String(place + 1);
      });
    });
    this.total.value = String(rows.length);
  }
}
