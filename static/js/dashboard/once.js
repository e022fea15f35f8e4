// A form that does something does it once, however often its button is pressed. The server sees to that as well, by
// the key in the form: this spares it the second request.
export function sendOnce(page = document, view = window) {
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  // A page that comes back from the browser's memory is to be used again: as another form.
  view.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of page.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const key of page.querySelectorAll('input[name="form_key"]')) key.value = anotherKey();
  });
}

function anotherKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
