// Filters above a list: choosing one shows the result at once, and empty ones stay out of the address.

export function autosubmitFilters() {
  for (const form of document.querySelectorAll("form[data-filters]")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=checkbox], input[type=date]")) form.requestSubmit();
    });
    form.addEventListener("formdata", (event) => {
      for (const [name, value] of [...event.formData]) {
        if (value === "") event.formData.delete(name);
      }
    });
    for (const button of form.querySelectorAll("[data-no-script]")) button.hidden = true;
  }
}
