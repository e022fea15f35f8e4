import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { FakePage } from "./support/page.js";

let page;

beforeEach(() => {
  page = new FakePage();
});

describe("a connection that works", () => {
  test("is live, asks for the changes on open, and does not poll", async () => {
    await page.open();
    await page.clock.advance(20_000);
    assert.deepEqual(page.states, ["live"]);
    assert.equal(page.count("changes"), 1);
    assert.equal(page.count("count"), 0);
  });

  test("brings what was posted while the page was on its way", async () => {
    page.inbox.post();
    await page.open();
    assert.deepEqual(page.toasts, [1]);
    assert.equal(page.client.store.unread, 1);
  });

  test("asks for nothing more while frames come in their order", async () => {
    await page.open();
    for (let index = 0; index < 50; index += 1) {
      page.socket.receive(page.inbox.post());
      page.socket.receive(page.inbox.countFrame());
    }
    await page.clock.advance(1_000);
    assert.equal(page.count("changes"), 1);
    assert.equal(page.toasts.length, 50);
  });

  test("finds a frame lost in silence when the next count comes", async () => {
    await page.open();
    page.inbox.post();
    page.socket.receive(page.inbox.countFrame());
    await page.clock.advance(200);
    assert.deepEqual(page.toasts, [1]);
  });

  test("does not ask for a gap that closes within a moment", async () => {
    await page.open();
    const [first, second] = [page.inbox.post(), page.inbox.post()];
    page.socket.receive(second);
    await page.clock.advance(100);
    page.socket.receive(first);
    await page.clock.advance(1_000);
    assert.equal(page.count("changes"), 1);
  });

  test("asks once, not five hundred times, when a burst is read elsewhere", async () => {
    await page.open();
    for (let index = 0; index < 500; index += 1) page.inbox.post();
    for (let id = 1; id <= 500; id += 1) {
      page.inbox.read(id);
      page.socket.receive(page.inbox.changedFrame());
    }
    await page.clock.advance(1_000);
    assert.equal(page.client.store.unread, 0);
    assert.ok(page.count("changes") <= 7, `${page.count("changes")} requests`); // five pages of a hundred, and the first
  });
});

describe("a connection that is lost", () => {
  test("shows each notification once when it comes back", async () => {
    await page.open();
    page.socket.receive(page.inbox.post());
    page.socket.end(1012);
    assert.deepEqual(page.states, ["live", "reconnecting"]);
    page.inbox.post();
    await page.clock.advance(2_500);
    page.socket.open();
    await page.clock.advance(1);
    assert.deepEqual(page.toasts, [1, 2]);
    assert.deepEqual(page.states, ["live", "reconnecting", "live"]);
  });

  test("is polled for every 30 seconds from the first attempt that fails until one succeeds", async () => {
    page.client.start();
    page.socket.end();
    await page.clock.advance(0);
    assert.equal(page.count("count"), 1);
    assert.deepEqual(page.states, ["polling"]);
    for (let seconds = 0; seconds < 90; seconds += 1) {
      await page.clock.advance(1_000);
      if (page.socket.readyState === 0) page.socket.end();
    }
    assert.equal(page.count("count"), 4);
    while (page.socket.readyState !== 0) await page.clock.advance(1_000);
    page.socket.open();
    const polls = page.count("count");
    await page.clock.advance(34_000);
    assert.equal(page.count("count"), polls);
    assert.equal(page.client.state, "live");
  });

  test("still brings notifications, found by the poll", async () => {
    page.client.start();
    page.socket.end();
    await page.clock.advance(1);
    page.inbox.post();
    await page.clock.advance(30_200);
    assert.deepEqual(page.toasts, [1]);
    assert.equal(page.client.store.unread, 1);
  });

  test("is honest while not even polling works", async () => {
    page.refuse(503);
    page.client.start();
    page.socket.end();
    await page.clock.advance(1);
    assert.equal(page.client.state, "reconnecting");
    page.refusal = null;
    await page.clock.advance(30_000);
    assert.equal(page.client.state, "polling");
  });

  test("honours Retry-After while polling", async () => {
    page.refuse(429, { retryAfter: 90_000 });
    page.client.start();
    page.socket.end();
    await page.clock.advance(89_999);
    assert.equal(page.count("count"), 1);
    await page.clock.advance(1);
    assert.equal(page.count("count"), 2);
  });
});

describe("signed out", () => {
  test("by 4401 ends everything: no connection, no poll, no catch-up", async () => {
    await page.open();
    page.socket.end(4401);
    const before = page.asked.length;
    page.client.online();
    page.client.visible();
    page.client.start();
    await page.clock.advance(600_000);
    assert.equal(page.client.state, "signed-out");
    assert.equal(page.Sockets.made.length, 1);
    assert.equal(page.asked.length, before);
  });

  for (const what of ["a poll", "a catch-up"]) {
    test(`by 401 in answer to ${what} ends everything`, async () => {
      page.refuse(401);
      page.client.start();
      if (what === "a poll") page.socket.end();
      else page.socket.open();
      await page.clock.advance(600_000);
      assert.equal(page.client.state, "signed-out");
      assert.equal(page.asked.length, 1);
      assert.equal(page.Sockets.made.length, 1);
    });
  }
});

describe("catching up", () => {
  test("is tried again until it works, and at most every few seconds", async () => {
    page.inbox.post();
    page.refuse(503);
    await page.open();
    await page.clock.advance(60_000);
    const tries = page.count("changes");
    assert.ok(tries >= 4 && tries <= 12, `${tries} tries in a minute`);
    page.refusal = null;
    await page.clock.advance(30_000);
    assert.deepEqual(page.toasts, [1]);
  });

  test("waits for as long as the server asks", async () => {
    page.refuse(429, { retryAfter: 20_000 });
    await page.open();
    const tries = page.count("changes");
    page.inbox.post();
    page.socket.receive(page.inbox.countFrame());
    await page.clock.advance(19_000);
    assert.equal(page.count("changes"), tries);
    page.refusal = null;
    await page.clock.advance(12_000);
    assert.deepEqual(page.toasts, [1]);
  });

  test("runs one at a time, and once more for what came meanwhile", async () => {
    page = new FakePage({ latency: () => 500 });
    page.client.start();
    page.socket.open();
    await page.clock.advance(600); // the answer is made, and on its way back
    for (let index = 0; index < 5; index += 1) {
      page.inbox.post();
      page.socket.receive(page.inbox.countFrame());
    }
    assert.equal(page.count("changes"), 1);
    await page.clock.advance(5_000);
    assert.equal(page.count("changes"), 2);
    assert.deepEqual(page.toasts, [1, 2, 3, 4, 5]);
  });
});

describe("a connection that comes back while a catch-up is under way", () => {
  test("starts another after it, never beside it", async () => {
    page = new FakePage({ latency: () => 2_000, random: () => 0 });
    page.client.start();
    page.socket.open();
    await page.clock.advance(2_500);
    page.socket.end();
    await page.clock.advance(0);
    page.inbox.post();
    page.socket.open();
    await page.clock.advance(10_000);
    assert.equal(page.count("changes"), 2);
    assert.equal(page.catchUps.most, 1);
    assert.deepEqual(page.toasts, [1]);
  });
});

describe("the back-forward cache", () => {
  test("is entered without a connection, and left with a new one and the changes", async () => {
    await page.open();
    page.client.pause();
    assert.equal(page.socket.closedWith, 1000);
    page.inbox.post();
    await page.clock.advance(600_000);
    assert.equal(page.Sockets.made.length, 1);
    page.client.start();
    page.socket.open();
    await page.clock.advance(1);
    assert.deepEqual(page.toasts, [1]);
    assert.equal(page.client.state, "live");
  });
});

describe("deeds", () => {
  test("reading sets the badge from the answer, and explains itself to nobody else", async () => {
    await page.open();
    page.socket.receive(page.inbox.post());
    page.socket.receive(page.inbox.countFrame());
    assert.equal(await page.client.markRead(1), true);
    assert.equal(page.client.store.unread, 0);
    await page.clock.advance(1_000);
    assert.equal(page.client.store.revision, page.inbox.revision);
    assert.equal(page.client.store.isBehind, false);
  });

  test("a refused one is taken back and said", async () => {
    await page.open();
    page.socket.receive(page.inbox.post());
    const said = [];
    page.client.addEventListener("failed", ({ detail }) => said.push(detail));
    page.refuse(404);
    assert.equal(await page.client.remove(1), false);
    assert.deepEqual(said, [{ status: 404, message: "No." }]);
    assert.deepEqual(page.client.store.latest(20).map((item) => item.id), [1]);
  });

  test("reading everything reaches rows on the page that came with its markup", async () => {
    page.inbox.post();
    page = new FakePage({ inbox: page.inbox });
    await page.open();
    const changed = [];
    page.client.addEventListener("changed", ({ detail }) => changed.push(...detail));
    await page.client.markAllRead([1]);
    assert.deepEqual(changed[0], { id: 1, is_read: true });
    assert.equal(page.client.store.unread, 0);
  });

  test("what another tab of this browser did is looked up", async () => {
    await page.open();
    page.socket.receive(page.inbox.post());
    page.client.hearsay(page.inbox.read(1));
    await page.clock.advance(200);
    assert.equal(page.client.store.get(1).is_read, true);
  });
});
