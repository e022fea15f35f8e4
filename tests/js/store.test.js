import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Store } from "../../static/js/notifications/store.js";
import { FakeInbox, notification } from "./support/inbox.js";

function fresh(inbox = new FakeInbox()) {
  return new Store({ revision: inbox.revision, unread: inbox.unread, newestId: inbox.lastId });
}

function catchUp(store, inbox, limit = 100) {
  const round = store.beginCatchUp();
  const effects = [];
  let cursor = null;
  do {
    const page = inbox.changes({ since: round.since, limit, cursor });
    effects.push(store.applyChanges(round, page));
    cursor = page.next;
  } while (cursor !== null);
  return effects;
}

const arrivedIds = (...effects) => effects.flat().flatMap(({ arrived }) => arrived.map((item) => item.id));

describe("frames", () => {
  test("a notification of the next revision is shown, and explains the count that follows it", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    const effects = store.applyFrame(inbox.post());
    assert.deepEqual(arrivedIds(effects), [1]);
    assert.equal(store.applyFrame(inbox.countFrame()).counted, true);
    assert.equal(store.unread, 1);
    assert.equal(store.isBehind, false);
  });

  test("the same frame a second time shows nothing", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    const frame = inbox.post();
    store.applyFrame(frame);
    assert.deepEqual(arrivedIds(store.applyFrame(frame)), []);
  });

  test("a count with a lower revision changes nothing", () => {
    const store = new Store({ revision: 41, unread: 5 });
    store.applyFrame({ type: "unread_count", count: 7, revision: 43 });
    const effects = store.applyFrame({ type: "unread_count", count: 6, revision: 42 });
    assert.equal(effects.counted, false);
    assert.equal(store.unread, 7);
  });

  test("frames that come in the wrong order are both shown, and leave no gap", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    const [first, second] = [inbox.post(), inbox.post()];
    assert.deepEqual(arrivedIds(store.applyFrame(second)), [2]);
    assert.equal(store.isBehind, true);
    assert.deepEqual(arrivedIds(store.applyFrame(first)), [1]);
    assert.equal(store.isBehind, false);
    assert.equal(store.revision, 2);
  });

  test("a count whose revision nothing explains asks for the changes", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    inbox.post();
    store.applyFrame(inbox.countFrame());
    assert.equal(store.unread, 1);
    assert.equal(store.isBehind, true);
    assert.deepEqual(arrivedIds(catchUp(store, inbox)), [1]);
    assert.equal(store.isBehind, false);
  });

  test("word that the inbox changed elsewhere asks for the changes", () => {
    const inbox = new FakeInbox();
    inbox.post();
    const store = fresh(inbox);
    inbox.read(1);
    store.applyFrame(inbox.changedFrame());
    assert.equal(store.isBehind, true);
    const [effects] = catchUp(store, inbox);
    assert.deepEqual(effects.changed.map(({ id, is_read }) => ({ id, is_read })), [{ id: 1, is_read: true }]);
    assert.equal(store.unread, 0);
  });

  test("an old word of a change asks for nothing", () => {
    const store = new Store({ revision: 41, unread: 0 });
    store.applyFrame({ type: "inbox_changed", revision: 41 });
    store.applyFrame({ type: "inbox_changed", revision: 7 });
    assert.equal(store.isBehind, false);
  });

  test("a frame that is late, after its notification was read elsewhere, neither shows it nor makes it unread", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    const late = inbox.post();
    inbox.read(1);
    catchUp(store, inbox);
    assert.deepEqual(arrivedIds(store.applyFrame(late)), []);
    assert.equal(store.get(1).is_read, true);
  });

  test("a frame from before the page itself was made shows nothing", () => {
    const inbox = new FakeInbox();
    const late = inbox.post();
    const store = fresh(inbox);
    assert.deepEqual(arrivedIds(store.applyFrame(late)), []);
  });

  test("frames of unknown types or without a revision change nothing", () => {
    const store = new Store({ revision: 3, unread: 1 });
    for (const frame of [{ type: "pong" }, { type: "other", revision: 9 }, { type: "unread_count", count: 4 }]) {
      assert.deepEqual(store.applyFrame(frame), { arrived: [], changed: [], counted: false, replaced: false });
    }
    assert.equal(store.isBehind, false);
  });
});

describe("catching up", () => {
  test("what came while away is shown once, what was read meanwhile is not", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    inbox.post();
    inbox.post();
    inbox.read(1);
    assert.deepEqual(arrivedIds(catchUp(store, inbox)), [2]);
    assert.deepEqual(arrivedIds(catchUp(store, inbox)), []);
  });

  test("pages are followed to the end, and the revision is taken only then", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    for (let index = 0; index < 5; index += 1) inbox.post();
    const round = store.beginCatchUp();
    const first = inbox.changes({ since: round.since, limit: 2, cursor: null });
    store.applyChanges(round, first);
    assert.equal(store.revision, 0);
    const rest = inbox.changes({ since: round.since, limit: 100, cursor: first.next });
    store.applyChanges(round, rest);
    assert.equal(store.revision, 5);
    assert.deepEqual(store.latest(20).map((item) => item.id), [5, 4, 3, 2, 1]);
  });

  test("a frame that comes while the answer is on its way is not lost by it", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    inbox.post();
    const round = store.beginCatchUp();
    const answer = inbox.changes({ since: round.since, limit: 100, cursor: null });
    assert.deepEqual(arrivedIds(store.applyFrame(inbox.post())), [2]);
    assert.deepEqual(arrivedIds(store.applyChanges(round, answer)), [1]);
    assert.equal(store.revision, 2);
    assert.equal(store.isBehind, false);
  });

  test("a revision heard of while the answer is on its way, and not in it, asks again", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    inbox.post();
    const round = store.beginCatchUp();
    const answer = inbox.changes({ since: round.since, limit: 100, cursor: null });
    inbox.post();
    store.applyFrame(inbox.countFrame());
    store.applyChanges(round, answer);
    assert.equal(store.isBehind, true);
    assert.equal(store.unread, 2);
  });

  test("a deleted notification is not raised by its own late frame, between two pages of an answer", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    const late = inbox.post();
    inbox.remove(1);
    inbox.post();
    const round = store.beginCatchUp();
    const first = inbox.changes({ since: round.since, limit: 1, cursor: null });
    store.applyChanges(round, first);
    assert.deepEqual(arrivedIds(store.applyFrame(late)), []);
    assert.equal(store.get(1), undefined);
  });

  test("an unread row that was only touched, older than what is known, is no news", () => {
    const inbox = new FakeInbox();
    inbox.post();
    const store = fresh(inbox);
    const round = store.beginCatchUp();
    const touched = { ...notification(1), revision: 2 };
    const page = { revision: 2, unread_count: 1, notifications: [touched], next: null, reset: false };
    assert.deepEqual(arrivedIds(store.applyChanges(round, page)), []);
  });

  test("a frame lost in the middle of others is news when the changes bring it", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    inbox.post();
    store.applyFrame(inbox.post());
    assert.deepEqual(arrivedIds(catchUp(store, inbox)), [1]);
  });

  test("a frame far ahead does not make what is still missing look known", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    inbox.post();
    const round = store.beginCatchUp();
    const answer = inbox.changes({ since: round.since, limit: 100, cursor: null });
    inbox.post();
    store.applyFrame(inbox.post());
    store.applyChanges(round, answer);
    assert.deepEqual(arrivedIds(catchUp(store, inbox)), [2]);
  });

  test("a word of a revision that the server itself does not know starts everything over, once", () => {
    const inbox = new FakeInbox();
    inbox.post();
    const store = fresh(inbox);
    store.applyFrame({ type: "unread_count", count: 9, revision: 50 });
    const replaced = [];
    for (let round = 0; store.isBehind && round < 5; round += 1) {
      replaced.push(...catchUp(store, inbox).map((effects) => effects.replaced));
    }
    assert.deepEqual(replaced, [false, true, false]);
    assert.equal(store.unread, 1);
    assert.equal(store.revision, 1);
  });
});

describe("starting over", () => {
  test("a reset replaces everything, and shows nothing a second time", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    store.applyFrame(inbox.post());
    store.applyFrame(inbox.post());
    inbox.remove(1);
    inbox.post();
    inbox.historyFrom = inbox.revision;
    const [effects] = catchUp(store, inbox);
    assert.equal(effects.replaced, true);
    assert.deepEqual(arrivedIds(effects), [3]);
    assert.deepEqual(store.latest(20).map((item) => item.id), [3, 2]);
    assert.equal(store.revision, inbox.revision);
  });

  test("frames above the revision of a reset outlive it", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    inbox.post();
    inbox.historyFrom = inbox.revision;
    const round = store.beginCatchUp();
    const answer = inbox.changes({ since: round.since, limit: 100, cursor: null });
    store.applyFrame(inbox.post());
    store.applyChanges(round, answer);
    assert.deepEqual(store.latest(20).map((item) => item.id), [2, 1]);
    assert.equal(store.revision, 2);
  });

  test("a server restored to an older state wins: count, revision and rows are its own", () => {
    const inbox = new FakeInbox();
    inbox.post();
    const backup = inbox.copy();
    const store = fresh(inbox);
    store.applyFrame(inbox.post());
    store.applyFrame(inbox.post());
    store.applyFrame(inbox.countFrame());
    assert.equal(store.unread, 3);
    catchUp(store, backup);
    assert.equal(store.unread, 1);
    assert.equal(store.revision, 1);
    assert.deepEqual(store.latest(20).map((item) => item.id), [1]);
    assert.equal(store.isBehind, true, "what came meanwhile was taken for old: one more look");
    catchUp(store, backup);
    assert.equal(store.isBehind, false);
  });

  test("after a restore the same id may be given to another notification, which is shown", () => {
    const inbox = new FakeInbox();
    const backup = inbox.copy();
    const store = fresh(inbox);
    store.applyFrame(inbox.post());
    catchUp(store, backup);
    catchUp(store, backup);
    assert.deepEqual(arrivedIds(store.applyFrame(backup.post({ title: "Another" }))), [1]);
  });

  test("an answer to a poll with an older revision than was known when it was asked is doubted", () => {
    const store = new Store({ revision: 41, unread: 5 });
    store.applyCount({ unread_count: 3, revision: 7 }, 41);
    assert.equal(store.unread, 5, "not before the changes have said so");
    assert.equal(store.isBehind, true);
  });
});

describe("a page that follows another", () => {
  test("starts from what the page before knew, with the count of its own", () => {
    const inbox = new FakeInbox();
    inbox.post();
    const store = new Store({ revision: 0, unread: inbox.unread, countRevision: inbox.revision, newestId: 0 });
    assert.equal(store.isBehind, true);
    assert.equal(store.unread, 1);
    assert.deepEqual(arrivedIds(catchUp(store, inbox)), [1]);
  });
});

describe("what the person just did", () => {
  function withOne() {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    store.applyFrame(inbox.post());
    return { inbox, store };
  }

  test("shows at once and is taken back when the server refuses", () => {
    const { store } = withOne();
    const { effects, undo } = store.assume([1], { is_read: true });
    assert.deepEqual(effects.changed, [{ id: 1, is_read: true }]);
    assert.equal(store.get(1).is_read, true);
    assert.deepEqual(undo().changed, [{ id: 1, is_read: false }]);
    assert.equal(store.get(1).is_read, false);
  });

  test("is not taken back from under something newer", () => {
    const { inbox, store } = withOne();
    const { undo } = store.assume([1], { is_deleted: true });
    assert.deepEqual(store.latest(20), []);
    inbox.read(1);
    catchUp(store, inbox);
    assert.deepEqual(undo().changed, []);
    assert.equal(store.get(1).is_read, true);
  });

  test("speaks of rows on the page that the store never met", () => {
    const { store } = withOne();
    const { effects, undo } = store.assume([99], { is_read: true });
    assert.deepEqual(effects.changed, [{ id: 99, is_read: true }]);
    assert.deepEqual(undo().changed, [{ id: 99, is_read: false }]);
  });
});

describe("the list", () => {
  test("shows nothing below the oldest of what was loaded", () => {
    const inbox = new FakeInbox();
    for (let index = 0; index < 30; index += 1) inbox.post();
    const store = fresh(inbox);
    store.applyList(inbox.list(20).notifications);
    inbox.read(3);
    catchUp(store, inbox);
    assert.deepEqual(store.latest(20, 11).at(-1).id, 11);
    assert.equal(store.latest(40, 11).length, 20);
  });

  test("that was on its way does not raise what was deleted meanwhile", () => {
    const inbox = new FakeInbox();
    inbox.post();
    const store = fresh(inbox);
    const list = inbox.list(20).notifications;
    inbox.remove(1);
    catchUp(store, inbox);
    store.applyList(list);
    assert.deepEqual(store.latest(20), []);
  });

  test("that comes before the frame of its newest row does not take its toast", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    const frame = inbox.post();
    store.applyList(inbox.list(20).notifications);
    assert.deepEqual(arrivedIds(store.applyFrame(frame)), [1]);
    assert.equal(store.isBehind, false);
  });

  test("in memory stays bounded, and the newest stay in it", () => {
    const inbox = new FakeInbox();
    const store = fresh(inbox);
    for (let index = 0; index < 700; index += 1) store.applyFrame(inbox.post());
    assert.equal(store.latest(1000).length, 500);
    assert.equal(store.latest(1)[0].id, 700);
  });
});
