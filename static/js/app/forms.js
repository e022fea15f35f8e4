// Small help while filling in a form; the server checks everything again.

const GSTIN_LENGTH = 15;

// data-gstin-state="#id_state_code": the first two digits of a GSTIN are the state's code.
export function linkGstinToState() {
  for (const input of document.querySelectorAll("[data-gstin-state]")) {
    const state = document.querySelector(input.dataset.gstinState);
    input.addEventListener("input", () => {
      const gstin = input.value.replace(/\s/g, "").toUpperCase();
      const code = gstin.slice(0, 2);
      const known = [...state.options].some((option) => option.value === code);
      if (known && (gstin.length === GSTIN_LENGTH || state.value === "")) {
        state.value = code;
        state.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  }
}

// data-when="kind=goods" or "scheme!=unregistered": shown, and sent, while the form's field has that value.
export function showWhatApplies() {
  for (const part of document.querySelectorAll("[data-when]")) {
    const [, name, not, value] = part.dataset.when.match(/^(\w+)(!?)=(\w+)$/);
    const field = part.closest("form").elements.namedItem(name);
    const show = () => {
      part.hidden = (field.value === value) === Boolean(not);
      for (const control of part.querySelectorAll("input, select, textarea")) control.disabled = part.hidden;
    };
    field.addEventListener("change", show);
    show();
  }
}

// The button that was pressed shows that work is under way, and a second press does nothing.
export function showBusyButtons() {
  document.addEventListener("submit", (event) => {
    const { submitter, target } = event;
    if (event.defaultPrevented || !submitter || target.method !== "post") return;
    setTimeout(() => {
      submitter.setAttribute("aria-busy", "true");
      submitter.disabled = true;
    });
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button[aria-busy=true]")) {
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
  });
}

// After a refused form the summary takes the focus, so that it is read first and its links are one Tab away.
export function showErrorSummary() {
  const summary = document.querySelector("[data-error-summary]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });
}
