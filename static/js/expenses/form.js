/** The form of an expense: a vendor is found by typing, and brings the GSTIN along. */

import { fetchResults, Typeahead } from "../app/typeahead.js";

const form = document.getElementById("expense-form");
const { payee, vendor, payee_gstin: gstin } = form.elements;

function take(found) {
  payee.value = found.name;
  vendor.value = found.id;
  gstin.value = found.gstin;
}

new Typeahead(payee, {
  search: async (text, signal) => {
    const found = await fetchResults(form.dataset.vendorsUrl, { q: text }, signal);
    return found.map((one) => ({ label: one.name, detail: one.detail, pick: () => take(one) }));
  },
  onEdit: () => {
    vendor.value = "";
  },
  free: true,
});
