// What this page knows of the inbox, and up to which revision. Pure: no DOM, no network, no clock.
//
// `revision` is the one up to which everything is known. A frame of the next revision moves it on by one; a frame
// further ahead waits for the gap to close; any word of a revision above it means that something is missing, and
// `isBehind` asks for a catch-up. Each row is guarded by its own revision, so that nothing older ever undoes
// something newer, in whatever order frames and answers come.

const NO_REVISION = Number.MAX_SAFE_INTEGER; // in no inbox's history: asking since then is asking to start over
const KEPT = 500; // rows in memory; the panel shows twenty, the page asks the server

function nothing() {
  return { arrived: [], changed: [], counted: false, replaced: false };
}

export class Store {
  #revision;
  #heard; // the highest revision anything has mentioned
  #doubted = false; // the server answered with less than was heard before: its data were restored, ours are void
  #mustLookAgain = false;
  #unread;
  #countRevision;
  #newestId; // of what was known at #revision: an unread row above it is news, one below was only touched
  #items = new Map();
  #gone = new Map(); // id -> revision of the deletion: a late frame must not raise the dead
  #ahead = new Map(); // revision -> id of frames that came before their turn
  #shown = new Set();

  constructor({ revision, unread, countRevision = revision, newestId = 0 }) {
    this.#revision = revision;
    this.#heard = Math.max(revision, countRevision);
    this.#unread = unread;
    this.#countRevision = countRevision;
    this.#newestId = newestId;
  }

  get revision() {
    return this.#revision;
  }

  get heard() {
    return this.#heard;
  }

  get unread() {
    return this.#unread;
  }

  get newestId() {
    return this.#newestId;
  }

  get isBehind() {
    return this.#doubted || this.#mustLookAgain || this.#heard > this.#revision;
  }

  get(id) {
    return this.#items.get(id);
  }

  // Newest first, nothing below the id `floor`: further down this page knows only single rows.
  latest(limit, floor = 0) {
    return [...this.#items.values()]
      .filter((item) => !item.is_deleted && item.id >= floor)
      .sort((one, other) => other.id - one.id)
      .slice(0, limit);
  }

  unreadIds() {
    return [...this.#items.values()].filter((item) => !item.is_read && !item.is_deleted).map((item) => item.id);
  }

  // Every method below returns its effects: `arrived` rows never shown before, `changed` rows as { id, … },
  // `counted` where the badge is another one, `replaced` where everything known before is void.

  applyFrame(frame) {
    const effects = nothing();
    if (!Number.isSafeInteger(frame.revision)) return effects;
    if (frame.type === "unread_count") this.#count(frame.count, frame.revision, effects);
    else if (frame.type === "notification") this.#posted(frame, effects);
    else if (frame.type !== "inbox_changed") return effects;
    this.#heard = Math.max(this.#heard, frame.revision);
    return effects;
  }

  // An answer to a question asked when this page had heard of `asOf`.
  applyCount({ unread_count: count, revision }, asOf = 0) {
    const effects = nothing();
    this.#count(count, revision, effects);
    this.#heard = Math.max(this.#heard, revision);
    if (revision < asOf) this.#doubted = true;
    return effects;
  }

  beginCatchUp() {
    return { since: this.#doubted ? NO_REVISION : this.#revision, heard: this.#heard };
  }

  applyChanges(round, page) {
    const effects = nothing();
    const restored = page.reset && page.revision < round.since;
    if (page.reset) this.#forget(restored ? -1 : page.revision, effects);
    for (const row of page.notifications) this.#changed(row, round.since, effects);
    if (restored) this.#countRevision = page.revision;
    this.#count(page.unread_count, page.revision, effects);
    if (page.next === null) this.#caughtUp(round, page, restored);
    return effects;
  }

  // A page of the list: rows only, it says nothing of what was deleted.
  applyList(rows) {
    const effects = nothing();
    for (const row of rows) this.#put(row, effects);
    return effects;
  }

  // What the person just did, before the server has said yes. `undo()` takes back what nothing newer has replaced.
  assume(ids, marks) {
    const effects = nothing();
    const before = new Map();
    for (const id of ids) {
      const item = this.#items.get(id);
      before.set(id, item);
      if (item) this.#items.set(id, { ...item, ...marks });
      effects.changed.push({ id, ...marks });
    }
    const assumed = new Map(ids.map((id) => [id, this.#items.get(id)]));
    return { effects, undo: () => this.#undo(before, assumed, marks) };
  }

  #undo(before, assumed, marks) {
    const effects = nothing();
    for (const [id, item] of before) {
      if (this.#items.get(id) !== assumed.get(id)) continue;
      if (item) this.#items.set(id, item);
      const unmarked = Object.fromEntries(Object.keys(marks).map((name) => [name, item?.[name] ?? false]));
      effects.changed.push({ id, ...unmarked });
    }
    return effects;
  }

  #posted({ revision, notification }, effects) {
    if (revision <= this.#revision) return; // known since the last catch-up
    this.#put({ ...notification, revision }, effects);
    this.#arrive(this.#items.get(notification.id), effects);
    this.#ahead.set(revision, notification.id);
    this.#closeGaps();
  }

  #closeGaps() {
    while (this.#ahead.has(this.#revision + 1)) {
      this.#revision += 1;
      this.#newestId = Math.max(this.#newestId, this.#ahead.get(this.#revision));
      this.#ahead.delete(this.#revision);
    }
  }

  #changed(row, since, effects) {
    if (row.is_deleted) this.#bury(row, effects);
    else {
      this.#put(row, effects);
      if (row.revision > since && row.id > this.#newestId) this.#arrive(this.#items.get(row.id), effects);
    }
  }

  #put(row, effects) {
    const known = this.#items.get(row.id)?.revision ?? this.#gone.get(row.id) ?? -1;
    const revision = row.revision ?? 0;
    if (revision <= known) return;
    this.#items.set(row.id, { ...row, revision });
    effects.changed.push(this.#items.get(row.id));
    if (this.#items.size > KEPT) this.#items.delete(Math.min(...this.#items.keys()));
  }

  #bury({ id, revision }, effects) {
    this.#items.delete(id);
    this.#gone.set(id, revision);
    effects.changed.push({ id, is_deleted: true });
  }

  // Deleted, or read elsewhere, before this page heard of it: no news any more.
  #arrive(item, effects) {
    if (!item || item.is_read || item.is_deleted || this.#shown.has(item.id)) return;
    this.#shown.add(item.id);
    effects.arrived.push(item);
  }

  #count(count, revision, effects) {
    if (!Number.isSafeInteger(count) || revision < this.#countRevision) return;
    if (count !== this.#unread) effects.counted = true;
    this.#unread = count;
    this.#countRevision = revision;
  }

  // Frames that came while the answer was on its way, with revisions above it, outlive it.
  #forget(upTo, effects) {
    effects.replaced = true;
    for (const [id, item] of this.#items) {
      if (upTo < 0 || item.revision <= upTo) this.#items.delete(id);
    }
    this.#gone.clear();
  }

  #caughtUp(round, page, restored) {
    if (restored) this.#startOver(page.revision);
    this.#revision = Math.max(this.#revision, page.revision);
    this.#newestId = Math.max(this.#newestId, this.#newestUpTo(this.#revision));
    for (const revision of this.#ahead.keys()) {
      if (revision <= this.#revision) this.#ahead.delete(revision);
    }
    this.#closeGaps();
    this.#doubted = !page.reset && page.revision < round.heard;
    this.#mustLookAgain = restored; // what came since the restored server's answer was taken for old
  }

  #startOver(revision) {
    this.#revision = revision;
    this.#heard = revision;
    this.#newestId = this.#newestUpTo(revision);
    this.#ahead.clear();
    // A restored database gives the ids above its newest a second time, to other notifications.
    for (const id of this.#shown) if (id > this.#newestId) this.#shown.delete(id);
  }

  // Not of what a frame brought before its turn: older ones may be missing still, and would be taken for known.
  #newestUpTo(revision) {
    const known = [...this.#items.values()].filter((item) => item.revision <= revision);
    return Math.max(0, ...known.map((item) => item.id));
  }
}
