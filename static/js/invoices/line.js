/** One row of the invoice: its product field, which fills the rest of the row when a product is taken. */

import { fetchResults, Typeahead } from "../app/typeahead.js";

const FILLED = ["description", "hsn", "unit", "price", "rate", "cess_pct", "cess_per_unit"];

export class Line {
  /**
   * @param {Element} row
   * @param {HTMLFormElement} form
   * @param {() => void} onChange
   */
  constructor(row, form, onChange) {
    this.row = row;
    this.form = form;
    this.onChange = onChange;
    new Typeahead(this.control("description"), {
      search: (text, signal) => this.#search(text, signal),
      onEdit: () => this.#forgetEmptied(),
      free: true,
    });
  }

  /** The row's control of that name, whatever place the row has now. */
  control(name) {
    return this.row.querySelector(`[name$="-${name}"]`);
  }

  async #search(text, signal) {
    const products = await fetchResults(
      this.form.dataset.productsUrl,
      { q: text, on: this.form.elements.date.value },
      signal,
    );
    return products.map((product) => ({
      label: product.name,
      detail: product.detail,
      pick: () => this.#take(product),
    }));
  }

  /** A description may be reworded; one that is emptied takes its product with it. */
  #forgetEmptied() {
    if (!this.control("description").value.trim()) this.control("product").value = "";
  }

  #take(product) {
    const rate = product.supply === "taxable" ? product.rate : product.supply;
    const values = { ...product, description: product.name, rate };
    this.control("product").value = product.id;
    for (const name of FILLED) this.#fill(name, values[name]);
    this.control("price_includes_tax").checked = Boolean(product.price_includes_tax);
    const quantity = this.control("qty");
    if (!quantity.value) quantity.value = "1";
    quantity.focus();
    quantity.select();
    this.onChange();
  }

  #fill(name, value) {
    const control = this.control(name);
    if (control && value !== undefined && value !== null) control.value = value;
  }
}
