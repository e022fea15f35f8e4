import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { ToastQueue } from "../../static/js/notifications/toast_queue.js";
import { FakeClock } from "./support/clock.js";
import { notification } from "./support/inbox.js";

let clock;
let shown;
let queue;
let lastId;

beforeEach(() => {
  clock = new FakeClock();
  shown = [];
  queue = new ToastQueue({ clock, onChange: (toasts) => (shown = toasts) });
  lastId = 0;
});

function some(count, priority = "normal") {
  return Array.from({ length: count }, () => {
    lastId += 1;
    return notification(lastId, { priority });
  });
}

// "3" is the toast of notification 3, "(12)" one that stands for twelve.
const seen = () => shown.map(({ item, items }) => (items ? `(${items.length})` : `${item.id}`)).join(" ");

describe("one by one", () => {
  test("a toast goes after eight seconds", async () => {
    queue.push(some(1));
    await clock.advance(7_999);
    assert.equal(seen(), "1");
    await clock.advance(1);
    assert.equal(seen(), "");
  });

  test("on the next page it stays for what it had left, however many pages one opens", async () => {
    queue.push(some(2));
    await clock.advance(5_000);
    const { kept } = queue;
    queue = new ToastQueue({ clock, onChange: (toasts) => (shown = toasts) });
    queue.restore(kept);
    assert.equal(seen(), "1 2");
    await clock.advance(2_999);
    assert.deepEqual(queue.kept.map(({ item, left }) => [item.id, left]), [[1, 1], [2, 1]]);
    await clock.advance(1);
    assert.equal(seen(), "");
  });

  test("three stand at most, the others follow as places become free", async () => {
    queue.push(some(5));
    assert.equal(seen(), "1 2 3");
    queue.dismiss(shown[0].key);
    assert.equal(seen(), "2 3 4");
    await clock.advance(8_000);
    assert.equal(seen(), "5");
  });

  test("an urgent one does not wait behind ordinary ones, and the oldest of those comes back after it", async () => {
    queue.push(some(3));
    await clock.advance(1_000);
    queue.push(some(1, "urgent"));
    assert.equal(seen(), "2 3 4");
    await clock.advance(7_000);
    assert.equal(seen(), "4 1");
    await clock.advance(7_000);
    assert.equal(seen(), "4");
  });

  test("urgent ones stay until they are dismissed", async () => {
    queue.push(some(1, "urgent"));
    await clock.advance(3_600_000);
    assert.equal(seen(), "1");
    queue.dismissNewest();
    assert.equal(seen(), "");
  });

  test("what waited a minute behind urgent ones is left to the bell", async () => {
    queue.push(some(3, "urgent"));
    queue.push(some(1));
    await clock.advance(61_000);
    queue.dismissNewest();
    assert.equal(seen(), "1 2");
  });

  test("Escape takes the newest first and says when there was none", () => {
    queue.push(some(2));
    assert.equal(queue.dismissNewest(), true);
    assert.equal(seen(), "1");
    queue.dismissNewest();
    assert.equal(queue.dismissNewest(), false);
  });
});

describe("time stands still", () => {
  test("while anything holds the toasts, and goes on with what was left", async () => {
    queue.push(some(1));
    await clock.advance(5_000);
    queue.hold("pointer");
    queue.hold("focus");
    await clock.advance(60_000);
    queue.release("pointer");
    await clock.advance(60_000);
    assert.equal(seen(), "1");
    queue.release("focus");
    await clock.advance(2_999);
    assert.equal(seen(), "1");
    await clock.advance(1);
    assert.equal(seen(), "");
  });

  test("for toasts that come while they are held, too", async () => {
    queue.hold("hidden");
    queue.push(some(1));
    await clock.advance(60_000);
    queue.release("hidden");
    await clock.advance(7_999);
    assert.equal(seen(), "1");
    await clock.advance(1);
    assert.equal(seen(), "");
  });
});

describe("storms", () => {
  test("five within ten seconds come one by one, the sixth makes them one", () => {
    queue.push(some(5));
    assert.equal(seen(), "1 2 3");
    queue.push(some(1));
    assert.equal(seen(), "(6)");
  });

  test("twelve at once are one toast from the start", () => {
    queue.push(some(12));
    assert.equal(seen(), "(12)");
  });

  test("later ones join the one that stands, and its eight seconds begin anew", async () => {
    queue.push(some(6));
    await clock.advance(7_000);
    queue.push(some(1));
    await clock.advance(7_000);
    assert.equal(seen(), "(7)");
    await clock.advance(1_000);
    assert.equal(seen(), "");
  });

  test("six spread over a longer time are no storm", async () => {
    for (let index = 0; index < 6; index += 1) {
      queue.push(some(1));
      await clock.advance(2_600);
      assert.ok(!seen().includes("("));
    }
  });

  test("an urgent one keeps its own toast beside the storm", () => {
    queue.push(some(1, "urgent"));
    queue.push(some(9));
    assert.equal(seen(), "1 (9)");
  });

  test("a storm of urgent ones keeps two of them, and the rest in one that stays", async () => {
    queue.push(some(9, "urgent"));
    assert.equal(seen(), "1 2 (7)");
    await clock.advance(600_000);
    assert.equal(seen(), "1 2 (7)");
  });

  test("after the storm was dismissed the next one comes by itself", () => {
    queue.push(some(8));
    queue.dismissNewest();
    queue.push(some(1));
    assert.equal(seen(), "9");
  });
});

describe("read elsewhere", () => {
  test("takes the toast back, standing or waiting", () => {
    queue.push(some(5));
    queue.retract([2, 4]);
    assert.equal(seen(), "1 3 5");
  });

  test("is not counted in a storm, which goes with the last of them", () => {
    queue.push(some(7));
    queue.retract([1, 2]);
    assert.equal(seen(), "(5)");
    queue.retract([3, 4, 5, 6, 7]);
    assert.equal(seen(), "");
  });
});

describe("where there is room for one", () => {
  beforeEach(() => {
    queue = new ToastQueue({ clock, atMost: () => 1, onChange: (toasts) => (shown = toasts) });
  });

  test("toasts come one after another", async () => {
    queue.push(some(2));
    assert.equal(seen(), "1");
    await clock.advance(8_000);
    assert.equal(seen(), "2");
  });

  test("an urgent one takes the place, and gives it back", () => {
    queue.push(some(1));
    queue.push(some(1, "urgent"));
    assert.equal(seen(), "2");
    queue.retract([2]);
    assert.equal(seen(), "1");
  });

  test("of a burst with urgent ones a single toast is left, which stays", async () => {
    queue.push([...some(6), ...some(2, "urgent")]);
    assert.equal(seen(), "(8)");
    await clock.advance(60_000);
    assert.equal(seen(), "(8)");
  });
});
