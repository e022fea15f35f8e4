// The invoice editor's questions for totals: held back, and only the newest one's answer counts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FAILED, Preview, SIGNED_OUT, STALE_PAGE, UNREACHABLE } from "../../static/js/invoices/preview.js";

/** A server whose answers come when the test says so; it takes no notice of an abort. */
function server() {
  const asked = [];
  const fetch = (url, options) =>
    new Promise((resolve, reject) => asked.push({ url, options, resolve, reject, answer: (body) => resolve(ok(body)) }));
  return { asked, fetch };
}

function ok(body) {
  return { ok: true, status: 200, json: async () => body };
}

function previewOf({ fetch }, wait = 0) {
  const seen = { answers: [], troubles: [] };
  const preview = new Preview({
    url: "/invoices/preview/",
    body: () => "typed",
    token: () => "token-now",
    onAnswer: (answer) => seen.answers.push(answer),
    onTrouble: (kind) => seen.troubles.push(kind),
    wait,
    fetch,
  });
  return { preview, seen };
}

test("an older answer that arrives after a newer one is dropped", async () => {
  const site = server();
  const { preview, seen } = previewOf(site);
  const first = preview.now();
  const second = preview.now();
  site.asked[1].answer({ total: "new" });
  assert.deepEqual(await second, { total: "new" });
  site.asked[0].answer({ total: "old" });
  assert.equal(await first, null);
  assert.deepEqual(seen, { answers: [{ total: "new" }], troubles: [] });
});

test("an older answer is dropped even while the newer one is still awaited", async () => {
  const site = server();
  const { preview, seen } = previewOf(site);
  const first = preview.now();
  const second = preview.now();
  site.asked[0].answer({ total: "old" });
  assert.equal(await first, null);
  site.asked[1].answer({ total: "new" });
  await second;
  assert.deepEqual(seen.answers, [{ total: "new" }]);
});

test("an overtaken question that fails says nothing", async () => {
  const site = server();
  const { preview, seen } = previewOf(site);
  const first = preview.now();
  const second = preview.now();
  site.asked[0].reject(new DOMException("aborted", "AbortError"));
  site.asked[1].answer({});
  await Promise.all([first, second]);
  assert.deepEqual(seen.troubles, []);
});

test("many keys in a row are one question", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const site = server();
  const { preview } = previewOf(site, 150);
  for (let key = 0; key < 5; key += 1) {
    preview.ask();
    t.mock.timers.tick(149);
  }
  assert.equal(site.asked.length, 0);
  t.mock.timers.tick(1);
  assert.equal(site.asked.length, 1);
});

test("a question carries the token of now and follows no redirect", async () => {
  const site = server();
  const { preview } = previewOf(site);
  const asking = preview.now();
  const { options } = site.asked[0];
  assert.equal(options.headers["X-CSRFToken"], "token-now");
  assert.equal(options.redirect, "manual");
  site.asked[0].answer({});
  await asking;
});

for (const [response, kind] of [
  [{ ok: false, status: 0, type: "opaqueredirect" }, SIGNED_OUT],
  [{ ok: false, status: 401 }, SIGNED_OUT],
  [{ ok: false, status: 403 }, STALE_PAGE],
  [{ ok: false, status: 500 }, FAILED],
]) {
  test(`an answer of ${response.type ?? response.status} is told as ${kind}`, async () => {
    const site = server();
    const { preview, seen } = previewOf(site);
    const asking = preview.now();
    site.asked[0].resolve(response);
    assert.equal(await asking, null);
    assert.deepEqual(seen, { answers: [], troubles: [kind] });
  });
}

test("a server that cannot be reached is told, and the next question is asked as ever", async () => {
  const site = server();
  const { preview, seen } = previewOf(site);
  const failing = preview.now();
  site.asked[0].reject(new TypeError("network"));
  assert.equal(await failing, null);
  const asking = preview.now();
  site.asked[1].answer({ total: "back" });
  await asking;
  assert.deepEqual(seen, { answers: [{ total: "back" }], troubles: [UNREACHABLE] });
});

test("who waits for a settled answer gets the newest one when typing overtook the question", async () => {
  const site = server();
  const { preview, seen } = previewOf(site);
  const waiting = preview.settled();
  preview.now();
  site.asked[0].reject(new DOMException("aborted", "AbortError"));
  site.asked[1].answer({ total: "new" });
  assert.deepEqual(await waiting, { total: "new" });
  assert.deepEqual(seen, { answers: [{ total: "new" }], troubles: [] });
  assert.equal(site.asked.length, 2);
});

test("an answer from before the last key is not a settled one: what was typed is asked at once", async () => {
  const site = server();
  const { preview } = previewOf(site, 60_000);
  const waiting = preview.settled();
  preview.ask();
  site.asked[0].answer({ total: "old" });
  await new Promise(setImmediate);
  site.asked[1].answer({ total: "new" });
  assert.deepEqual(await waiting, { total: "new" });
});

test("two who wait for a settled answer do not chase each other", async () => {
  const site = server();
  const { preview } = previewOf(site);
  const both = Promise.all([preview.settled(), preview.settled()]);
  site.asked[0].reject(new DOMException("aborted", "AbortError"));
  site.asked[1].answer({ total: "one" });
  assert.deepEqual(await both, [{ total: "one" }, { total: "one" }]);
  assert.equal(site.asked.length, 2);
});

test("who waits for a settled answer is let go when there is none, and the trouble is told once", async () => {
  const site = server();
  const { preview, seen } = previewOf(site);
  const waiting = preview.settled();
  site.asked[0].reject(new TypeError("network"));
  assert.equal(await waiting, null);
  assert.deepEqual(seen.troubles, [UNREACHABLE]);
});
