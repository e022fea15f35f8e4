// What the views of this folder share: templates, their marked parts, and how a notification is put into them.
// Text goes in as text, never as markup; links only as paths of this site.

import { relative } from "../app/times.js";
import { iconClasses, moment, safePath } from "./format.js";

export function cloned(templateId) {
  return document.getElementById(templateId).content.firstElementChild.cloneNode(true);
}

export function part(element, name) {
  return element.querySelector(`[data-part="${name}"]`);
}

export function idOf(element) {
  return Number(element.closest("[data-notification-id]").dataset.notificationId);
}

export function fillIcon(element, item) {
  const icon = part(element, "icon");
  icon.className = "bi notification-icon";
  icon.classList.add(...iconClasses(item.icon_class));
}

// A link without an address is plain text to everyone, the keyboard included.
export function fillLink(link, url, text) {
  link.textContent = text;
  const path = safePath(url);
  if (path) link.setAttribute("href", path);
  else link.removeAttribute("href");
}

export function fillTime(element, iso) {
  const date = new Date(iso);
  const time = part(element, "time");
  time.dateTime = iso;
  time.title = moment(date);
  time.querySelector("[data-relative]").textContent = relative(date);
  part(time, "moment").textContent = `, ${moment(date)}`;
}

// Only an unread one asks before it is deleted: nobody has seen what it says.
export function fillRead(row, isRead) {
  row.classList.toggle("is-unread", !isRead);
  for (const name of ["unread", "dot"]) part(row, name).hidden = isRead;
  const form = part(row, "read");
  if (isRead && form.contains(document.activeElement)) focusRow(row);
  form.hidden = isRead;
  if (isRead) delete part(row, "delete").dataset.confirm;
  else part(row, "delete").dataset.confirm = "Delete this notification?";
}

export function focusRow(row) {
  const link = row.querySelector("a[href][data-open]");
  if (!link) row.tabIndex = -1;
  (link ?? row).focus();
}

// Puts the elements into their order without touching those already in place, so that focus and hover stay.
export function arrange(parent, elements) {
  for (const child of [...parent.children]) if (!elements.includes(child)) child.remove();
  elements.forEach((element, index) => {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
}

export function isTyping(target) {
  return target.closest?.("textarea, select, [contenteditable], input:not([type=checkbox])") !== null;
}
