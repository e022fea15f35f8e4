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

// data-digits="6" data-short="{code} has {digits} digits, …": said when the field is left, and gone once it is mended.
export function warnOfShortCodes() {
  for (const input of document.querySelectorAll("[data-digits]")) {
    const { digits, short } = input.dataset;
    const note = noteAt(input);
    const show = (mayBegin) => {
      const code = input.value.trim();
      const isShort = code !== "" && code.length < Number(digits);
      if (isShort && !mayBegin) return;
      note.textContent = isShort ? short.replace("{code}", code).replace("{digits}", code.length) : "";
    };
    input.addEventListener("change", () => show(true));
    input.addEventListener("input", () => show(false));
  }
}

// The server's own, or an empty one: a screen reader tells only what comes into a place that was there before.
function noteAt(input) {
  const field = input.closest(".field");
  let note = field.querySelector("[data-warning-for]");
  if (!note) {
    note = Object.assign(document.createElement("p"), { className: "field-warning" });
    field.append(note);
  }
  note.setAttribute("role", "status");
  return note;
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

// After a deed the page begins with what was done: a screen reader tells of what stood there from the start only where
// the focus is, and "Undo" is one Tab away.
export function showNotice() {
  const notice = document.querySelector("[data-notices] > .notice");
  const first = "[data-error-summary], #error-summary:not([hidden]), main [autofocus]:not(dialog *)";
  if (!notice || document.querySelector(first)) return;
  if (document.activeElement && document.activeElement !== document.body) return; // somebody types already
  notice.focus({ preventScroll: true });
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
