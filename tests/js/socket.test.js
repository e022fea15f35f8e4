import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { NotificationSocket } from "../../static/js/notifications/socket.js";
import { FakeClock } from "./support/clock.js";
import { fakeWebSocket } from "./support/socket.js";

let clock;
let Sockets;
let told;
let logged;
let random;

function made() {
  const socket = new NotificationSocket({
    url: "ws://site/ws/notifications/",
    WebSocket: Sockets,
    clock,
    random: () => random,
    log: { log: (line) => logged.push(line) },
    on: {
      onOpen: () => told.push("open"),
      onFrame: (frame) => told.push(frame.type),
      onLost: ({ wasOpen }) => told.push(wasOpen ? "lost" : "failed"),
      onSignedOut: () => told.push("signed out"),
    },
  });
  socket.start();
  return socket;
}

// Lets the connection fail `times` times and returns how long each next attempt was waited for.
async function waits(times) {
  const found = [];
  for (let attempt = 0; attempt < times; attempt += 1) {
    const { length } = Sockets.made;
    Sockets.last.end();
    const before = clock.now();
    while (Sockets.made.length === length) await clock.advance(clock.pending[0]);
    found.push(clock.now() - before);
  }
  return found;
}

beforeEach(() => {
  clock = new FakeClock();
  Sockets = fakeWebSocket();
  told = [];
  logged = [];
  random = 1;
});

describe("connecting", () => {
  test("a connection that opens is logged in the words of the contract", () => {
    made();
    Sockets.last.open();
    assert.deepEqual(logged, ["Notification WebSocket connected"]);
    assert.deepEqual(told, ["open"]);
    assert.equal(Sockets.last.url, "ws://site/ws/notifications/");
  });

  test("frames are handed on and what is not JSON is dropped", () => {
    made();
    Sockets.last.open();
    for (const data of ["{", "null", "7", '{"type":"unread_count"}']) Sockets.last.receive(data);
    assert.deepEqual(told, ["open", "unread_count"]);
  });

  test("an attempt that hears neither yes nor no for ten seconds has failed", async () => {
    made();
    await clock.advance(9_999);
    assert.deepEqual(told, []);
    await clock.advance(1);
    assert.deepEqual(told, ["failed"]);
    assert.equal(Sockets.made[0].closedWith, 1000);
  });
});

describe("coming back", () => {
  test("waits grow from five to thirty seconds and no further", async () => {
    made();
    assert.deepEqual(await waits(6), [5_000, 10_000, 20_000, 30_000, 30_000, 30_000]);
  });

  test("the jitter is full: anywhere from at once to the cap", async () => {
    made();
    random = 0;
    assert.deepEqual(await waits(2), [0, 0]);
    random = 0.5;
    assert.deepEqual(await waits(2), [10_000, 15_000]);
  });

  test("thirty seconds of stability start the waits anew", async () => {
    made();
    await waits(4);
    Sockets.last.open();
    await clock.advance(30_000);
    assert.deepEqual(await waits(1), [5_000]);
  });

  test("a connection that breaks soon after opening does not start the waits anew", async () => {
    made();
    await waits(3);
    Sockets.last.open();
    await clock.advance(24_000);
    assert.deepEqual(await waits(1), [30_000]);
  });

  test("the network coming back ends the waiting at once", async () => {
    const socket = made();
    Sockets.last.end();
    socket.hurry();
    assert.equal(Sockets.made.length, 2);
    await clock.advance(60_000);
    assert.equal(told.filter((word) => word === "failed").length > 1, true);
  });

  test("the network coming back makes an open link prove itself", async () => {
    const socket = made();
    Sockets.last.open();
    socket.hurry();
    assert.equal(Sockets.last.take("ping"), 1);
    await clock.advance(10_000);
    assert.deepEqual(told, ["open", "lost"]);
  });

  test("events of a connection that was let go change nothing", async () => {
    made();
    const first = Sockets.last;
    first.end();
    await clock.advance(5_000);
    Sockets.last.open();
    first.receive({ type: "unread_count" });
    first.end(4401);
    assert.deepEqual(told, ["failed", "open"]);
  });
});

describe("close codes", () => {
  test("4401 is final: nothing brings the connection back", async () => {
    const socket = made();
    Sockets.last.open();
    Sockets.last.end(4401);
    socket.hurry();
    socket.start();
    await clock.advance(600_000);
    assert.equal(Sockets.made.length, 1);
    assert.deepEqual(told, ["open", "signed out"]);
    assert.deepEqual(clock.pending, []);
  });

  test("4429 waits thirty seconds or more, even when the network comes back or the page is left and restored", async () => {
    random = 0;
    const socket = made();
    Sockets.last.open();
    Sockets.last.end(4429);
    socket.hurry();
    socket.pause();
    socket.start();
    await clock.advance(29_999);
    assert.equal(Sockets.made.length, 1);
    await clock.advance(1);
    assert.equal(Sockets.made.length, 2);
  });

  for (const code of [1000, 1001, 1006, 1009, 1011, 1012]) {
    test(`${code} reconnects`, async () => {
      made();
      Sockets.last.open();
      Sockets.last.end(code);
      await clock.advance(5_000);
      assert.equal(Sockets.made.length, 2);
    });
  }
});

describe("the heartbeat", () => {
  test("a ping goes out every 25 seconds while answers come", async () => {
    made();
    Sockets.last.open();
    for (let beat = 1; beat <= 4; beat += 1) {
      await clock.advance(25_000);
      assert.equal(Sockets.last.take("ping"), beat);
      Sockets.last.receive({ type: "pong" });
    }
    assert.equal(Sockets.made.length, 1);
  });

  test("ten seconds without an answer are a dead link, let go without waiting for its close event", async () => {
    made();
    Sockets.last.open();
    await clock.advance(34_999);
    assert.deepEqual(told, ["open"]);
    await clock.advance(1);
    assert.deepEqual(told, ["open", "lost"]);
    assert.equal(Sockets.made[0].closedWith, 1000);
    await clock.advance(5_000);
    assert.equal(Sockets.made.length, 2);
  });

  test("an answer late within the ten seconds keeps the link", async () => {
    made();
    Sockets.last.open();
    await clock.advance(34_000);
    Sockets.last.receive({ type: "pong" });
    await clock.advance(10_000);
    assert.deepEqual(told, ["open", "pong"]);
  });

  test("the count is asked for about once a minute, so that a frame lost in silence is found", async () => {
    made();
    Sockets.last.open();
    for (let beat = 1; beat <= 6; beat += 1) {
      await clock.advance(25_000);
      Sockets.last.receive({ type: "pong" });
    }
    assert.equal(Sockets.last.take("get_count"), 2);
  });

  test("a page that was just shown asks for the count, and does not when it has no connection", () => {
    const socket = made();
    socket.askCount();
    Sockets.last.open();
    socket.askCount();
    assert.deepEqual(Sockets.last.sent, [{ type: "get_count" }]);
  });
});

describe("the back-forward cache", () => {
  test("a page that is left closes its connection and keeps no timer", () => {
    const socket = made();
    Sockets.last.open();
    socket.pause();
    assert.equal(Sockets.last.closedWith, 1000);
    assert.deepEqual(clock.pending, []);
    assert.deepEqual(told, ["open"]);
  });

  test("a page that comes back connects at once", () => {
    const socket = made();
    Sockets.last.open();
    socket.pause();
    socket.start();
    assert.equal(Sockets.made.length, 2);
    Sockets.last.open();
    assert.deepEqual(told, ["open", "open"]);
  });

  test("the network coming back does not wake a page that was left", () => {
    const socket = made();
    socket.pause();
    socket.hurry();
    assert.equal(Sockets.made.length, 1);
  });
});
