// The dashboard asks while it is looked at, says when it gets no answer, and stops where it may not see it any more.
import assert from "node:assert/strict";
import { test } from "node:test";

import { sendOnce } from "../../static/js/dashboard/once.js";
import { SignedOut, ask, poll, status } from "../../static/js/dashboard/poll.js";

const answer = (body, more = {}) => ({ ok: true, status: 200, redirected: false, json: async () => body, ...more });
const settled = () => new Promise((resolve) => setImmediate(resolve));

function bench(answers) {
  const page = Object.assign(new EventTarget(), { hidden: false });
  const waits = [];
  const told = [];
  const lost = [];
  const asked = [];
  poll({
    url: () => `/now.json?${asked.length}`,
    every: 1000,
    page,
    later: (turn, wait) => waits.push({ turn, wait }),
    fetch: async (url) => {
      asked.push(url);
      const next = answers.shift();
      if (next instanceof Error) throw next;
      return next;
    },
    told: (body) => {
      told.push(body);
      return body.wait;
    },
    lost: (error) => lost.push(error),
  });
  return {
    page,
    waits,
    told,
    lost,
    asked,
    async turn() {
      waits.shift().turn();
      await settled();
    },
    async show(hidden) {
      page.hidden = hidden;
      page.dispatchEvent(new Event("visibilitychange"));
      await settled();
    },
  };
}

test("it asks again after each answer, and after as long as the answer says", async () => {
  const { waits, told, turn } = bench([answer({ n: 1, wait: 1000 }), answer({ n: 2, wait: 4000 })]);
  await turn();
  await turn();
  assert.deepEqual(told.map((body) => body.n), [1, 2]);
  assert.equal(waits[0].wait, 4000);
});

test("an answer that ends it is the last one", async () => {
  const { waits, turn } = bench([answer({ wait: undefined })]);
  await turn();
  assert.equal(waits.length, 0);
});

test("a failure is told of and asked again after", async () => {
  const { waits, lost, told, turn } = bench([new Error("away"), answer({}, { ok: false, status: 503 }), answer({ wait: 1000 })]);
  await turn();
  await turn();
  assert.equal(lost.length, 2);
  await turn();
  assert.equal(told.length, 1);
  assert.equal(waits.length, 1);
});

test("nobody looks, nothing is asked; somebody looks again, it is asked at once", async () => {
  const { asked, turn, show, told } = bench([answer({ wait: 1000 })]);
  await show(true);
  await turn();
  assert.equal(asked.length, 0);
  await show(false);
  assert.equal(told.length, 1);
});

test("where it is sent elsewhere or refused, it is signed out, and asks no more", async () => {
  for (const refused of [{ redirected: true }, { ok: false, status: 403 }, { ok: false, status: 401 }]) {
    const { waits, lost, turn } = bench([answer({}, refused)]);
    await turn();
    assert.ok(lost[0] instanceof SignedOut);
    assert.equal(waits.length, 0);
  }
});

test("what takes too long is given up", async () => {
  const stalled = (_url, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  await assert.rejects(ask("/now.json", { fetch: stalled, patience: 5 }));
});

test("the line says since when there is no answer, and that there is one again", () => {
  const text = { textContent: "" };
  const element = { dataset: {}, hidden: true, querySelector: () => text };
  const line = status(element);
  line.lost(new Error("away"));
  const first = text.textContent;
  assert.match(first, /^The server has not answered since \d\d:\d\d:\d\d\./);
  line.lost(new Error("away"));
  assert.equal(text.textContent, first);
  line.live("15:04:05");
  assert.equal(text.textContent, "Live, as of 15:04:05");
  assert.deepEqual([element.dataset.state, element.hidden], ["live", false]);
  line.lost(new SignedOut());
  assert.match(text.textContent, /^You are signed out/);
});

function formPage() {
  const form = { dataset: {}, matches: () => true };
  const key = { value: "as it was" };
  const page = Object.assign(new EventTarget(), {
    querySelectorAll: (what) => (what === "form[data-sent]" ? [form] : [key]),
  });
  const view = new EventTarget();
  sendOnce(page, view);
  return {
    form,
    key,
    sends() {
      const event = new Event("submit", { cancelable: true });
      Object.defineProperty(event, "target", { value: form });
      return page.dispatchEvent(event);
    },
    shows: (persisted) => view.dispatchEvent(Object.assign(new Event("pageshow"), { persisted })),
  };
}

test("a form is sent once, however often its button is pressed", () => {
  const { sends } = formPage();
  assert.deepEqual([sends(), sends(), sends()], [true, false, false]);
});

test("a form that does not ask for it is sent as often as one likes", () => {
  const { form, sends } = formPage();
  form.matches = () => false;
  assert.deepEqual([sends(), sends()], [true, true]);
});

test("a page that comes back from the browser's memory sends its form again, as another", () => {
  const { key, sends, shows } = formPage();
  sends();
  shows(false);
  assert.equal(key.value, "as it was");
  assert.equal(sends(), false);
  shows(true);
  assert.match(key.value, /^[0-9a-f]{32}$/);
  assert.equal(sends(), true);
});
