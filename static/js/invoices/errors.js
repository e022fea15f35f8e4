/** Shows the server's messages beside the fields they name, and takes them away again. */

/** The place for a field's message: the element with `data-error-for`. */
function slot(form, name) {
  return form.querySelector(`[data-error-for="${CSS.escape(name)}"]`);
}

/** The element a person would go to for `name`: hidden fields have a visible one that stands for them. */
export function field(form, name) {
  const standIn = form.querySelector(`[data-stands-for="${CSS.escape(name)}"]`);
  const found = standIn ?? form.elements.namedItem(name);
  return found instanceof RadioNodeList ? found[0] : found;
}

export function showError(form, name, messages) {
  const control = field(form, name);
  const place = slot(form, name);
  if (!control || !place) return;
  place.textContent = messages.join(" ");
  if (messages.length) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

/** Shows `errors` (field name: messages) on the fields `wanted` allows, and clears every other. */
export function showErrors(form, errors, wanted = () => true) {
  for (const place of form.querySelectorAll("[data-error-for]")) {
    const name = place.dataset.errorFor;
    showError(form, name, wanted(name) ? (errors[name] ?? []) : []);
  }
}

/** Moves to a field, opening whatever it is folded into. */
export function goTo(form, name) {
  const control = field(form, name);
  if (!control) return;
  control.closest("details")?.setAttribute("open", "");
  if (control.closest(".line-more")) control.closest("tbody.line").classList.add("line-open");
  control.focus();
  // As Tab does. And Chromium leaves no caret in a field to which a closing dialog has just given the focus back.
  control.select?.();
  control.scrollIntoView({ block: "center" });
}

/** A list of links, one for each problem: to its field, or to the page that can mend it; `more` is another such. */
export function links(problems) {
  return problems.map(({ field: name, message, url, more, more_url: moreUrl }) => {
    const item = document.createElement("li");
    if (!name && !url) {
      item.textContent = message;
      return item;
    }
    item.append(url ? elsewhere(message, url) : toField(message, name));
    if (more) item.append(" ", elsewhere(more, moreUrl));
    return item;
  });
}

function toField(text, name) {
  const link = Object.assign(document.createElement("a"), { textContent: text, href: `#id_${name}` });
  link.dataset.goto = name;
  return link;
}

/** A link to another page; what is typed here stays open. */
function elsewhere(text, url) {
  return Object.assign(document.createElement("a"), { textContent: text, href: url, target: "_blank" });
}
