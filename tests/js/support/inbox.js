// An inbox as the server keeps it, with the answers of its endpoints, after the contract.

const REPLAY_LIMIT = 1000;

export class FakeInbox {
  constructor() {
    this.revision = 0;
    this.rows = new Map();
    this.lastId = 0;
    this.historyFrom = 0;
  }

  get unread() {
    return this.standing().filter((row) => !row.is_read).length;
  }

  standing() {
    return [...this.rows.values()].filter((row) => !row.is_deleted).sort((one, other) => other.id - one.id);
  }

  post(fields = {}) {
    this.lastId += 1;
    const id = this.lastId;
    this.#change({ ...notification(id), is_deleted: false, ...fields });
    return { type: "notification", revision: this.revision, notification: bodyOf(this.rows.get(id)) };
  }

  read(id) {
    const row = this.rows.get(id);
    if (!row.is_read && !row.is_deleted) this.#change({ ...row, is_read: true });
    return this.count();
  }

  remove(id) {
    const row = this.rows.get(id);
    if (!row.is_deleted) this.#change({ ...row, is_deleted: true });
    return this.count();
  }

  readAll() {
    const unread = this.standing().filter((row) => !row.is_read);
    if (unread.length) this.revision += 1;
    for (const row of unread) this.rows.set(row.id, { ...row, is_read: true, revision: this.revision });
    return this.count();
  }

  count() {
    return { unread_count: this.unread, revision: this.revision };
  }

  countFrame() {
    return { type: "unread_count", count: this.unread, revision: this.revision };
  }

  changedFrame() {
    return { type: "inbox_changed", revision: this.revision };
  }

  list(limit) {
    return { ...this.count(), notifications: this.standing().slice(0, limit).map(told), next: null };
  }

  changes({ since, limit, cursor }) {
    const changed = [...this.rows.values()]
      .filter((row) => row.revision > since)
      .sort((one, other) => one.revision - other.revision || one.id - other.id);
    const isLost = since > this.revision || since < this.historyFrom || changed.length > REPLAY_LIMIT;
    if (cursor === null && isLost) {
      return { ...this.count(), notifications: this.standing().slice(0, limit).map(told), next: null, reset: true };
    }
    const [revision, id] = cursor === null ? [-1, -1] : cursor.split(":").map(Number);
    const left = changed.filter((row) => row.revision > revision || (row.revision === revision && row.id > id));
    const page = left.slice(0, limit);
    const last = page.at(-1);
    const next = left.length > limit ? `${last.revision}:${last.id}` : null;
    return { ...this.count(), notifications: page.map(told), next, reset: false };
  }

  copy() {
    return Object.assign(new FakeInbox(), { ...this, rows: new Map(this.rows) });
  }

  #change(row) {
    this.revision += 1;
    this.rows.set(row.id, { ...row, revision: this.revision });
  }
}

export function notification(id, fields = {}) {
  return {
    id,
    title: `Invoice ${id}`,
    message: `Invoice ${id} issued`,
    notification_type: "INVOICE",
    link_url: `/invoice/${id}/`,
    link_text: "View invoice",
    icon_class: "bi-receipt text-primary",
    badge_class: "badge-primary",
    created_at: "2026-11-22T10:15:30.123456+05:30",
    priority: "normal",
    is_read: false,
    ...fields,
  };
}

function bodyOf({ is_deleted: _deleted, revision: _revision, ...body }) {
  return body;
}

function told(row) {
  return row.is_deleted ? { id: row.id, is_deleted: true, revision: row.revision } : { ...bodyOf(row), revision: row.revision };
}
