// Toasts as they stand in the corner, and the decision which arrivals become toasts of this tab.

import { cloned, fillIcon, fillLink, part } from "./dom.js";
import { newCount, safePath } from "./format.js";
import { ToastQueue } from "./toast_queue.js";

const LET_FOCUSED_FIRST = 200; // of two windows in sight the one in use tells
const FAILURE_STAYS_FOR = 8000;
const AT_MOST = 3;
const PHONE = window.matchMedia("(max-width: 639.98px)"); // as in notifications.css: one at a time

export class Toasts {
  #client;
  #tabs;
  #isOnScreen;
  #corner = document.getElementById("notification-toasts");
  #failure = document.getElementById("notification-failure");
  #failureTimer = null;
  #drawn = new Map(); // key -> element
  #queue = new ToastQueue({ onChange: (toasts) => this.#draw(toasts), atMost: () => (PHONE.matches ? 1 : AT_MOST) });

  // `isOnScreen(item)`: whether the page shows it, or tells of it, already.
  constructor({ client, tabs, isOnScreen }) {
    this.#client = client;
    this.#tabs = tabs;
    this.#isOnScreen = isOnScreen;
    this.#listen();
  }

  get items() {
    return this.#queue.items;
  }

  // For the page after this one, and from the page before it.
  get kept() {
    return this.#queue.kept;
  }

  restore(kept) {
    this.#queue.restore(kept.filter(({ item, left }) => item && left >= 0)); // an older version wrote items alone
  }

  async arrived(items) {
    const loud = items.filter((item) => item.priority !== "low");
    if (loud.length === 0 || (document.hidden && !(await this.#tabs.isOnly()))) return;
    if (!document.hasFocus()) await new Promise((resolve) => setTimeout(resolve, LET_FOCUSED_FIRST));
    const mine = await this.#tabs.claim(loud);
    const news = mine.filter((item) => this.#isUnread(item.id) && !this.#isOnScreen(item));
    if (news.length) this.#queue.push(news);
  }

  retract(ids) {
    this.#queue.retract(ids);
  }

  retractRead() {
    this.retract(this.items.map((item) => item.id).filter((id) => !this.#isUnread(id)));
  }

  clear() {
    this.retract(this.items.map((item) => item.id));
  }

  setHidden(isHidden) {
    if (isHidden) this.#queue.hold("hidden");
    else this.#queue.release("hidden");
  }

  fail(message) {
    part(this.#failure, "message").textContent = message;
    this.#failure.hidden = false;
    clearTimeout(this.#failureTimer);
    this.#failureTimer = setTimeout(() => (this.#failure.hidden = true), FAILURE_STAYS_FOR);
  }

  #isUnread(id) {
    const item = this.#client.store.get(id);
    return item !== undefined && !item.is_read && !item.is_deleted;
  }

  #listen() {
    this.#corner.addEventListener("pointerenter", () => this.#queue.hold("pointer"));
    this.#corner.addEventListener("pointerleave", () => this.#queue.release("pointer"));
    this.#corner.addEventListener("focusin", () => this.#queue.hold("focus"));
    this.#corner.addEventListener("focusout", () => this.#queue.release("focus"));
    this.#corner.addEventListener("click", ({ target }) => {
      if (target.closest("[data-toast-close]")) this.#queue.dismiss(keyOf(target));
    });
    this.#failure.querySelector("[data-failure-close]").addEventListener("click", () => (this.#failure.hidden = true));
    document.addEventListener("keydown", (event) => this.#onKey(event));
  }

  #onKey(event) {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const focused = document.activeElement?.closest(".notification-toasts > li");
    if (focused) this.#queue.dismiss(keyOf(focused));
    else this.#queue.dismissNewest();
  }

  #draw(toasts) {
    const keys = new Set(toasts.map((toast) => toast.key));
    for (const [key, element] of this.#drawn) {
      if (keys.has(key)) continue;
      element.remove();
      this.#drawn.delete(key);
    }
    for (const toast of toasts) {
      if (!this.#drawn.has(toast.key)) this.#add(toast);
      if (toast.items) part(this.#drawn.get(toast.key), "count").textContent = newCount(toast.items.length);
    }
    // What is removed under the pointer or with the focus sends no event of leaving.
    if (!this.#corner.matches(":hover")) this.#queue.release("pointer");
    if (!this.#corner.contains(document.activeElement)) this.#queue.release("focus");
  }

  #add(toast) {
    const element = toast.items ? cloned("notification-storm-template") : single(toast.item);
    element.dataset.key = toast.key;
    this.#drawn.set(toast.key, element);
    this.#corner.append(element);
  }
}

function keyOf(element) {
  return Number(element.closest("[data-key]").dataset.key);
}

function single(item) {
  const element = cloned("notification-toast-template");
  element.dataset.notificationId = item.id;
  element.dataset.priority = item.priority;
  fillIcon(element, item);
  fillLink(part(element, "link"), item.link_url, item.title);
  part(element, "message").textContent = item.message;
  fillLink(part(element, "action"), item.link_url, item.link_text ?? "");
  part(element, "action-line").hidden = !item.link_text || !safePath(item.link_url);
  return element;
}
