import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Memory } from "../../static/js/notifications/memory.js";
import { Tabs } from "../../static/js/notifications/tabs.js";
import { FakeBrowser } from "./support/browser.js";
import { FakeClock, settled } from "./support/clock.js";
import { notification } from "./support/inbox.js";

let browser;
let opened;

beforeEach(() => {
  browser = new FakeBrowser();
  opened = [];
});

afterEach(() => {
  for (const tab of opened) tab.leave();
});

function tab({ user = "1", locks = browser.locks, onMessage = () => {}, storage = browser.storage } = {}) {
  const { Channel } = browser;
  const made = new Tabs({ user, onMessage, locks, Channel, clock: new FakeClock(), storage: new Memory(() => storage) });
  made.join();
  opened.push(made);
  return made;
}

const ids = (items) => items.map((item) => item.id);

test("of many tabs exactly one gets each notification, though they ask at the same instant", async () => {
  const tabs = Array.from({ length: 5 }, () => tab());
  const items = [notification(1), notification(2), notification(3)];
  const claimed = await Promise.all(tabs.map((one) => one.claim(items)));
  assert.deepEqual(claimed.flatMap(ids).sort(), [1, 2, 3]);
});

test("storage that reaches other processes late does not make two of one", async () => {
  const tabs = [tab(), tab({ storage: new FakeBrowser().storage })];
  const claimed = await Promise.all(tabs.map((one) => one.claim([notification(1)])));
  assert.deepEqual(claimed.flatMap(ids), [1]);
});

test("a page that was opened later does not show it again, even when the first is gone", async () => {
  const first = tab();
  await first.claim([notification(1)]);
  first.leave();
  await settled();
  assert.deepEqual(ids(await tab().claim([notification(1), notification(2)])), [2]);
});

test("without locks, on a plain http address, the memory decides alone", async () => {
  assert.deepEqual(ids(await tab({ locks: undefined }).claim([notification(1)])), [1]);
  assert.deepEqual(ids(await tab({ locks: undefined }).claim([notification(1)])), []);
});

test("where storage is forbidden a notification is shown all the same", async () => {
  const forbidden = {
    getItem() {
      throw new Error("denied");
    },
  };
  assert.deepEqual(ids(await tab({ storage: forbidden }).claim([notification(1)])), [1]);
});

test("the same id at another time is another notification: the database was restored", async () => {
  const one = tab();
  await one.claim([notification(1)]);
  const again = notification(1, { created_at: "2026-11-23T09:00:00.000000+05:30" });
  assert.deepEqual(ids(await one.claim([again])), [1]);
});

test("two people at one browser share nothing", async () => {
  const heard = [];
  await tab({ user: "1" }).claim([notification(1)]);
  const other = tab({ user: "2", onMessage: (message) => heard.push(message) });
  assert.deepEqual(ids(await other.claim([notification(1)])), [1]);
  opened[0].tell({ revision: 5 });
  assert.deepEqual(heard, []);
});

test("a tab knows whether it is the only one, also after others were left", async () => {
  const one = tab();
  await settled();
  assert.equal(await one.isOnly(), true);
  const other = tab();
  await settled();
  assert.equal(await one.isOnly(), false);
  other.leave();
  await settled();
  assert.equal(await one.isOnly(), true);
});

test("what one did is told to the others, not to itself", () => {
  const heard = [[], []];
  const [one] = heard.map((words) => tab({ onMessage: (message) => words.push(message) }));
  one.tell({ unread_count: 4, revision: 44 });
  assert.deepEqual(heard, [[], [{ unread_count: 4, revision: 44 }]]);
});

test("the memory is bounded", async () => {
  const one = tab({ locks: undefined });
  await one.claim(Array.from({ length: 700 }, (_, index) => notification(index + 1)));
  const [stored] = [...browser.stored.values()];
  assert.equal(JSON.parse(stored).length, 500);
});
