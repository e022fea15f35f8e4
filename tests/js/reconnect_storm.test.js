// A thousand pages lose their server in the same moment. Their clock and their chances are the test's own.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { NotificationSocket } from "../../static/js/notifications/socket.js";
import { FakeClock } from "./support/clock.js";
import { FakePage } from "./support/page.js";
import { seeded } from "./support/random.js";
import { fakeWebSocket, silent } from "./support/socket.js";

const PAGES = 1000;
const SLOT = 250; // milliseconds
const FIRST_WITHIN = 5_000;
const MOST_APART = 30_000;
const STABLE_AFTER = 30_000;
const MOST_IN_A_SLOT = 0.08; // of all; spread evenly it would be 0.05
const MOST_WITH_RETRIES = 0.12; // after five seconds second and third attempts come on top of the last first ones

let clock;
let pages;
let isServed; // whether the server takes connections

class Page {
  attempts = [];

  constructor(random) {
    this.socket = new NotificationSocket({
      url: "ws://site/ws/notifications/",
      WebSocket: this.#sockets(),
      clock,
      random,
      log: silent,
      on: { onOpen() {}, onFrame() {}, onLost() {}, onSignedOut() {} },
    });
    this.socket.start();
  }

  #sockets() {
    const page = this;
    return class extends fakeWebSocket() {
      constructor(url) {
        super(url);
        page.connection = this;
        page.attempts.push(clock.now());
        clock.setTimeout(() => this.readyState === 0 && (isServed ? this.open() : this.end()), 1);
      }

      send(text) {
        if (JSON.parse(text).type === "ping") clock.setTimeout(() => this.receive({ type: "pong" }), 1);
      }
    };
  }
}

// How many of these times fall into each slot after `start`.
function slots(times, start, length = SLOT) {
  const found = new Map();
  for (const time of times) {
    const slot = Math.floor((time - start) / length);
    found.set(slot, (found.get(slot) ?? 0) + 1);
  }
  return found;
}

// The server ends and takes nobody back; returns when that was.
function loseAll() {
  isServed = false;
  for (const page of pages) {
    page.attempts = [];
    page.connection.end(1012);
  }
  return clock.now();
}

function spreadOverFiveSeconds(times, start) {
  assert.ok(times.every((time) => time - start < FIRST_WITHIN), "a first attempt after five seconds");
  const found = slots(times, start);
  const most = Math.max(...found.values());
  assert.ok(most <= MOST_IN_A_SLOT * times.length, `${most} of ${times.length} within ${SLOT} ms`);
  assert.equal(found.size, FIRST_WITHIN / SLOT, "moments in which nobody tried");
}

beforeEach(async () => {
  clock = new FakeClock();
  isServed = true;
  const random = seeded(2026);
  pages = Array.from({ length: PAGES }, () => new Page(random));
  await clock.advance(STABLE_AFTER + 1);
});

test("the first attempts are spread evenly over five seconds", async () => {
  const start = loseAll();
  await clock.advance(FIRST_WITHIN);
  spreadOverFiveSeconds(pages.map((page) => page.attempts[0]), start);
});

test("while nobody answers each page tries again within thirty seconds, and never all of them at once", async () => {
  const start = loseAll();
  await clock.advance(180_000);
  for (const { attempts } of pages) {
    const apart = attempts.slice(1).map((time, index) => time - attempts[index]);
    assert.ok(Math.max(...apart) <= MOST_APART + 1, `${Math.max(...apart)} ms apart`);
    assert.ok(clock.now() - attempts.at(-1) <= MOST_APART, "a page has given up");
  }
  const found = slots(pages.flatMap((page) => page.attempts), start);
  assert.ok(Math.max(...found.values()) <= MOST_WITH_RETRIES * PAGES, `${Math.max(...found.values())} at once`);
});

test("after thirty seconds of stability the next loss is spread over five seconds again", async () => {
  loseAll();
  await clock.advance(120_000);
  isServed = true;
  await clock.advance(MOST_APART + STABLE_AFTER + 2);
  const start = loseAll();
  await clock.advance(FIRST_WITHIN);
  spreadOverFiveSeconds(pages.map((page) => page.attempts[0]), start);
});

test("a server that ends again at once is not met by everybody within five seconds", async () => {
  loseAll();
  await clock.advance(120_000);
  isServed = true;
  await clock.advance(MOST_APART + 2);
  loseAll();
  await clock.advance(FIRST_WITHIN);
  const early = pages.filter((page) => page.attempts.length > 0).length;
  assert.ok(early < PAGES / 2, `${early} of ${PAGES}`);
});

test("the network's return is tried at once, by each page that it comes back to", () => {
  const start = loseAll();
  for (const page of pages) page.socket.hurry();
  assert.deepEqual(slots(pages.map((page) => page.attempts[0]), start), new Map([[0, PAGES]]));
});

test("the catch-ups and polls of the same pages are as spread as their attempts", async () => {
  const random = seeded(2027);
  const shared = Array.from({ length: PAGES / 4 }, () => new FakePage({ clock, random }));
  const asked = { changes: [], count: [] };
  for (const page of shared) {
    page.client.start();
    page.socket.open();
  }
  await clock.advance(STABLE_AFTER);
  for (const page of shared) {
    page.asked.push = (what) => asked[what].push(clock.now());
    page.socket.end(1012);
  }
  const start = clock.now();
  await refuseFor(shared, FIRST_WITHIN);
  spreadRoughly(asked.count, start, shared.length);
  await refuseFor(shared, 60_000);
  const back = clock.now();
  while (shared.some((page) => page.client.state !== "live")) {
    for (const page of shared) if (page.socket.readyState === 0) page.socket.open();
    await clock.advance(SLOT);
  }
  spreadRoughly(asked.changes, back, shared.length);
});

async function refuseFor(shared, milliseconds) {
  for (let passed = 0; passed < milliseconds; passed += SLOT) {
    await clock.advance(SLOT);
    for (const page of shared) if (page.socket.readyState === 0) page.socket.end();
  }
}

// Of few pages chance makes a slot fuller.
function spreadRoughly(times, start, of) {
  const most = Math.max(...slots(times, start, SLOT * 4).values());
  assert.ok(most <= 0.3 * of, `${most} of ${of} within a second`);
}
