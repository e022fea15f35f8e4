// The bell: its badge and name, the panel with the latest notifications, and the state of the connection.

import { LIVE, POLLING, RECONNECTING, SIGNED_OUT } from "./client.js";
import { arrange, cloned, fillIcon, fillLink, fillRead, fillTime, focusRow, part } from "./dom.js";
import { badgeText, bellName, isToday } from "./format.js";

const LATEST = 20;
const FEW = 8; // fewer than fill the panel, while there are older ones
const SHOW_WAIT_AFTER = 300;
const PHONE = "(max-width: 639.98px)";
const CONNECTION_WORDS = {
  [LIVE]: "Live",
  [RECONNECTING]: "Reconnecting",
  [POLLING]: "Checking every 30 seconds",
  [SIGNED_OUT]: "Signed out",
};

export class Bell {
  #client;
  #root;
  #button;
  #panel;
  #rows = new Map(); // id -> { item, row }
  #floor = null; // the oldest id of the list as it was loaded; null before that
  #loading = false;

  constructor(client, root) {
    this.#client = client;
    this.#root = root;
    this.#button = root.querySelector("#notification-bell");
    this.#panel = root.querySelector("#notification-panel");
    this.#button.setAttribute("aria-expanded", "false");
    this.#listen();
    this.showCount();
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  showCount() {
    const { unread } = this.#client.store;
    const badge = this.#root.querySelector("#notification-badge");
    badge.textContent = badgeText(unread);
    badge.hidden = unread === 0;
    this.#button.setAttribute("aria-label", bellName(unread));
    for (const button of document.querySelectorAll("[data-needs-unread]")) button.disabled = unread === 0;
  }

  showState(state) {
    const connection = this.#root.querySelector("#notification-connection");
    connection.dataset.state = state;
    connection.querySelector("[data-connection-text]").textContent = CONNECTION_WORDS[state];
  }

  // What the panel held may no longer be true.
  reload() {
    this.#floor = null;
    if (this.isOpen) this.#load();
  }

  showItems() {
    if (!this.isOpen || this.#floor === null) return;
    const items = this.#client.store.latest(LATEST, this.#floor);
    this.#arrange("today", items.filter((item) => isToday(new Date(item.created_at))));
    this.#arrange("earlier", items.filter((item) => !isToday(new Date(item.created_at))));
    this.#part("empty").hidden = items.length > 0;
    this.#forget(items);
    if (items.length < FEW && this.#floor > 0) this.#load();
  }

  #listen() {
    this.#button.addEventListener("click", (event) => {
      event.preventDefault(); // without scripts it leads to the page
      if (this.isOpen) this.#close();
      else this.#open();
    });
    this.#root.querySelector("[data-panel-close]").addEventListener("click", () => this.#close({ focus: true }));
    this.#part("retry").addEventListener("click", () => this.#load());
    this.#panel.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !this.#root.contains(relatedTarget) && !relatedTarget.closest("dialog")) this.#close();
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (this.isOpen && !this.#root.contains(target) && !target.closest("dialog")) this.#close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.isOpen || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      this.#close({ focus: true });
    });
  }

  #open() {
    this.#panel.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    if (window.matchMedia(PHONE).matches) this.#panel.focus(); // it covers everything else
    this.showItems();
    this.#load();
    this.#root.dispatchEvent(new CustomEvent("panelopen"));
  }

  #close({ focus = false } = {}) {
    this.#panel.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
    if (focus) this.#button.focus();
  }

  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    this.#part("failed").hidden = true;
    const wait = setTimeout(() => (this.#part("loading").hidden = this.#floor !== null), SHOW_WAIT_AFTER);
    try {
      const { floor } = await this.#client.loadLatest(LATEST);
      this.#floor = floor;
    } catch (error) {
      if (error.name !== "HttpError") throw error;
      this.#part("failed").hidden = this.#floor !== null;
    } finally {
      clearTimeout(wait);
      this.#part("loading").hidden = true;
      this.#loading = false;
    }
    this.showItems();
  }

  #arrange(group, items) {
    const section = this.#root.querySelector(`[data-panel-group="${group}"]`);
    const list = section.querySelector("ul");
    this.#keepFocus(list, items);
    arrange(list, items.map((item) => this.#row(item)));
    section.hidden = items.length === 0;
  }

  // A focused row that goes hands the focus to the one that takes its place.
  #keepFocus(list, items) {
    const focused = document.activeElement?.closest("li");
    if (!focused || focused.parentElement !== list) return;
    const ids = new Set(items.map((item) => item.id));
    if (ids.has(Number(focused.dataset.notificationId))) return;
    const heir = focused.nextElementSibling ?? focused.previousElementSibling;
    if (heir) focusRow(heir);
    else this.#panel.focus();
  }

  #row(item) {
    const known = this.#rows.get(item.id);
    if (known?.item === item) return known.row;
    const row = known?.row ?? cloned("notification-row-template");
    fill(row, item);
    this.#rows.set(item.id, { item, row });
    return row;
  }

  #forget(items) {
    const ids = new Set(items.map((item) => item.id));
    for (const id of this.#rows.keys()) if (!ids.has(id)) this.#rows.delete(id);
  }

  #part(name) {
    return this.#panel.querySelector(`[data-panel-${name}]`);
  }
}

function fill(row, item) {
  row.dataset.notificationId = item.id;
  fillIcon(row, item);
  fillLink(part(row, "link"), item.link_url, item.title);
  part(row, "message").textContent = item.message;
  fillTime(row, item.created_at);
  part(row, "read").action = `/notifications/${item.id}/read/`;
  part(row, "delete").action = `/notifications/${item.id}/delete/`;
  part(row, "read-name").textContent = `Mark as read: ${item.title}`;
  part(row, "delete-name").textContent = `Delete: ${item.title}`;
  fillRead(row, item.is_read);
}
