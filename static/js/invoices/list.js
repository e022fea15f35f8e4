/** The customer filter above the list: found by typing, kept in the address by its id. */

import { fetchResults, Typeahead } from "../app/typeahead.js";

const form = document.getElementById("invoice-filters");

function filterByCustomer() {
  const field = form.querySelector("[data-customer-filter]");
  const input = field.querySelector("input");
  field.hidden = false;
  const choose = (id) => {
    form.elements.customer.value = id;
    form.requestSubmit();
  };
  input.readOnly = false;
  const chosen = input.value;
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // only a suggestion can be chosen
  });
  input.addEventListener("blur", () => {
    if (chosen && !input.value.trim()) choose("");
    else input.value = chosen;
  });
  new Typeahead(input, {
    search: async (text, signal) => {
      const found = await fetchResults(form.dataset.customersUrl, { q: text }, signal);
      return found.map((customer) => ({
        label: customer.name,
        detail: customer.detail,
        pick: () => choose(customer.id),
      }));
    },
  });
}

if (form) filterByCustomer();
