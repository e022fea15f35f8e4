// What a person does to a notification, wherever it is shown. The markup is plain forms and links that work by
// themselves; here they are done without leaving the page. What asks first has asked by then (app/confirm.js).

import { idOf } from "./dom.js";

const DEEDS = {
  read: (client, form) => client.markRead(idOf(form)),
  delete: (client, form) => client.remove(idOf(form)),
  "read-all": (client, _form, idsOnPage) => client.markAllRead(idsOnPage()),
  "delete-read": (client, form) => {
    form.closest("details").open = false;
    return client.removeRead();
  },
};

// `idsOnPage()`: unread rows in sight that the client may never have met.
export function listenForDeeds(client, idsOnPage) {
  document.addEventListener("submit", (event) => {
    const deed = DEEDS[event.target.dataset.deed];
    if (!deed) return;
    event.preventDefault();
    restored(event.submitter);
    deed(client, event.target, idsOnPage);
  });
  const opened = ({ target, button }) => {
    const link = target.closest?.("a[data-open]");
    if (link && button < 2) client.markRead(idOf(link)); // in a new tab too, by the middle button
  };
  document.addEventListener("click", opened);
  document.addEventListener("auxclick", opened);
}

// app/forms.js makes the button of every sent form busy; this one is not sent, and may be pressed again.
export function restored(button) {
  setTimeout(() => {
    if (!button) return;
    button.disabled = false;
    button.removeAttribute("aria-busy");
  });
}
