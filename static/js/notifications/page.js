// The notifications page, kept true while it is open. What one reads never moves: rows change in place, arrivals
// wait behind "2 new, show". Counts and new rows come from the server as the same page rendered anew.

import { fillRead, focusRow, idOf, isTyping, part } from "./dom.js";
import { restored } from "./deeds.js";

const REFRESH_AFTER = 400; // a burst is one refresh
const AT_ONCE = 4; // requests in flight while a selection is worked off

export class NotificationsPage {
  #client;
  #root;
  #news = new Set(); // ids of arrivals not on this page yet
  #timer = null;
  #refreshes = 0;
  #current = null; // the row that j and k go on from

  constructor(client, root) {
    this.#client = client;
    this.#root = root;
    root.addEventListener("change", ({ target }) => this.#onSelect(target));
    root.addEventListener("focusin", ({ target }) => (this.#current = target.closest(".notification-row") ?? this.#current));
    root.querySelector("[data-news]").addEventListener("click", (event) => this.#onShowNews(event));
    document.addEventListener("submit", (event) => this.#onBulk(event));
    document.addEventListener("keydown", (event) => this.#onKey(event));
  }

  // On the page, or told of by "2 new, show".
  tellsOf(item) {
    return this.#row(item.id) !== null || this.#news.has(item.id);
  }

  unreadIds() {
    return this.#rows().filter((row) => row.classList.contains("is-unread")).map(idOf);
  }

  arrived(items) {
    const { status, type, firstPage } = this.#root.dataset;
    if (firstPage === "true" && status !== "read") {
      const fitting = items.filter((item) => !type || item.notification_type === type);
      for (const item of fitting) if (!this.#row(item.id)) this.#news.add(item.id);
      this.#showNews();
    }
    this.#refreshSoon();
  }

  changed(changes) {
    for (const { id, is_read: isRead, is_deleted: isDeleted } of changes) {
      if (isDeleted) this.#news.delete(id);
      const row = this.#row(id);
      if (!row) continue;
      if (isRead !== undefined) fillRead(row, isRead);
      if (isDeleted !== undefined) this.#setDeleted(row, isDeleted);
    }
    this.#showNews();
    this.#showSelection();
    this.#refreshSoon();
  }

  replaced() {
    this.#refresh({ list: true });
  }

  #row(id) {
    return this.#root.querySelector(`[data-notification-id="${id}"]`);
  }

  #rows() {
    return [...this.#root.querySelectorAll(".notification-row:not([hidden])")];
  }

  // Hidden, not removed: it comes back in its place if the server refuses.
  #setDeleted(row, isDeleted) {
    if (isDeleted && row.contains(document.activeElement)) this.#move(1) || this.#move(-1);
    row.hidden = isDeleted;
    row.querySelector("[data-select]").checked = false;
    const group = row.closest("[data-day]");
    group.hidden = group.querySelector(".notification-row:not([hidden])") === null;
    if (this.#rows().length === 0) this.#refresh({ list: true });
  }

  #showNews() {
    const link = this.#root.querySelector("[data-news]");
    link.hidden = this.#news.size === 0;
    link.querySelector("[data-news-text]").textContent = `${this.#news.size} new, show`;
  }

  async #onShowNews(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const ids = new Set(this.#news);
    if (!(await this.#refresh({ list: true }))) return;
    for (const row of this.#rows()) row.classList.toggle("is-new", ids.has(idOf(row)));
    const first = this.#rows().at(0);
    if (first) focusRow(first);
  }

  #refreshSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh({ list: false }), REFRESH_AFTER);
  }

  // Resolves to whether the page is now the newest.
  async #refresh({ list }) {
    clearTimeout(this.#timer);
    this.#refreshes += 1;
    const mine = this.#refreshes;
    const fresh = await rendered(window.location.href);
    if (!fresh || mine !== this.#refreshes) return false;
    const names = list ? ["tabs", "actions", "list"] : ["tabs", "actions"];
    for (const name of names) this.#replace(name, fresh);
    if (list) {
      this.#news.clear();
      this.#showNews();
      this.#current = null;
    }
    return true;
  }

  // A part in use, an open question or a focused button, is left alone until the next time.
  #replace(name, fresh) {
    const old = this.#root.querySelector(`[data-live="${name}"]`);
    const inUse = name === "actions" && (old.contains(document.activeElement) || old.querySelector("details[open]"));
    if (!inUse) old.replaceWith(document.adoptNode(fresh.querySelector(`[data-live="${name}"]`)));
  }

  #onSelect(target) {
    if (target.matches("[data-select-all]")) {
      for (const row of this.#rows()) row.querySelector("[data-select]").checked = target.checked;
    }
    if (target.matches("[data-select], [data-select-all]")) this.#showSelection();
  }

  #selected() {
    return this.#rows().filter((row) => row.querySelector("[data-select]").checked);
  }

  #showSelection() {
    const all = this.#root.querySelector("[data-select-all]");
    if (!all) return;
    const count = this.#selected().length;
    all.checked = count > 0 && count === this.#rows().length;
    all.indeterminate = count > 0 && !all.checked;
    this.#root.querySelector("[data-selected-count]").textContent = count ? `${count} selected` : "Select all";
    for (const form of this.#root.querySelectorAll("form[data-bulk]")) form.hidden = count === 0;
    const question = count === 1 ? "Delete this notification?" : `Delete ${count} notifications?`;
    this.#root.querySelector("form[data-bulk=delete]").dataset.confirm = question;
  }

  async #onBulk(event) {
    const { bulk } = event.target.dataset;
    if (!bulk) return;
    event.preventDefault();
    restored(event.submitter);
    const rows = this.#selected();
    const wanted = bulk === "read" ? rows.filter((row) => row.classList.contains("is-unread")) : rows;
    const deed = bulk === "read" ? (id) => this.#client.markRead(id) : (id) => this.#client.remove(id);
    const ids = wanted.map(idOf);
    for (const row of rows) row.querySelector("[data-select]").checked = false;
    this.#showSelection();
    await workedOff(ids, deed);
  }

  #onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const deed = { j: () => this.#move(1), k: () => this.#move(-1), e: () => this.#read(), "#": () => this.#remove() }[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  #move(step) {
    const rows = this.#rows();
    const index = rows.indexOf(this.#current);
    const next = index < 0 ? rows.at(0) : rows[index + step];
    if (!next) return false;
    focusRow(next);
    this.#current = next;
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  #read() {
    if (this.#current?.classList.contains("is-unread")) this.#client.markRead(idOf(this.#current));
  }

  #remove() {
    if (this.#current?.isConnected) part(this.#current, "delete").requestSubmit();
  }
}

async function rendered(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch {
    return null; // offline: the next change asks again
  }
}

async function workedOff(ids, deed) {
  const left = [...ids];
  const work = async () => {
    while (left.length) await deed(left.shift());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
