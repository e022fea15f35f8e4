import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Announcer } from "../../static/js/notifications/announcer.js";
import { FakeClock } from "./support/clock.js";
import { notification } from "./support/inbox.js";

let clock;
let said;
let announcer;

beforeEach(() => {
  clock = new FakeClock();
  said = [];
  announcer = new Announcer({ clock, say: (text) => said.push(text) });
});

test("one arrival is told by its title, several by their number", async () => {
  announcer.arrived([notification(1)]);
  await clock.advance(500);
  announcer.arrived([notification(2), notification(3)]);
  announcer.arrived([notification(4)]);
  await clock.advance(5_000);
  assert.deepEqual(said.filter(Boolean), ["1 new notification: Invoice 1", "3 new notifications"]);
});

test("nothing is said more often than every five seconds, however many arrive", async () => {
  for (let tenth = 0; tenth < 200; tenth += 1) {
    announcer.arrived([notification(tenth)]);
    await clock.advance(100);
  }
  await clock.advance(5_000);
  const words = said.filter(Boolean);
  assert.ok(words.length >= 4 && words.length <= 5, words.join(", "));
  const counted = words.map((text) => Number.parseInt(text, 10)).reduce((sum, count) => sum + count, 0);
  assert.equal(counted, 200);
});

test("the region is emptied in between, so that the same words are heard again", async () => {
  for (let round = 0; round < 2; round += 1) {
    announcer.arrived([notification(1), notification(2)]);
    await clock.advance(6_000);
  }
  assert.deepEqual(said, ["2 new notifications", "", "2 new notifications", ""]);
});

test("what was read before it was said, and what is of low priority, is not said", async () => {
  announcer.arrived([notification(1), notification(2, { priority: "low" })]);
  announcer.retract([1]);
  await clock.advance(10_000);
  assert.deepEqual(said, []);
});
