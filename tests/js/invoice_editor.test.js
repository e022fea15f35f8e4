// The invoice editor's buttons: a press goes through whatever is typed while the server is asked.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { anything } from "./support/anything.js";

const REST_MS = 150; // how long typing rests before the totals are asked for
const ANSWER = { totals: [], warnings: [], lines: [], rates: [], place: {}, errors: {}, missing: {} };
const GOOD = { ...ANSWER, problems: [], missing_problems: [], issue: { number: "INV/26-27/0001" } };

const page = { asked: [], sent: [], shown: 0, trouble: anything(), listeners: {} };
const dialog = anything({ showModal: () => (page.shown += 1) });
const panel = anything({ querySelector: (part) => (part.includes("trouble") ? page.trouble : anything()) });
const form = anything({
  addEventListener: (type, listener) => (page.listeners[type] = listener),
  append: (deed) => (page.deed = deed),
});
const known = { "invoice-form": form, "issue-dialog": dialog, "invoice-panel": panel };

globalThis.document = anything({ cookie: "csrftoken=t", getElementById: (id) => known[id] ?? anything() });
globalThis.window = anything({
  matchMedia: () => ({ matches: false }),
  location: { hash: "" },
  addEventListener: (type, listener) => (page.listeners[type] = listener),
});
globalThis.FormData = class {};
globalThis.HTMLFormElement = class {
  submit() {
    page.sent.push(page.deed.value);
  }
};
globalThis.fetch = (url, { signal }) =>
  new Promise((resolve, reject) => {
    page.asked.push({ answer: (body) => resolve({ ok: true, json: async () => body }), fail: reject });
    signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
  });

mock.timers.enable({ apis: ["setTimeout"] });
await import("../../static/js/invoices/editor.js");

const settled = () => new Promise(setImmediate);
const type = () => page.listeners.input({});
const press = (deed) => page.listeners.submit({ preventDefault() {}, submitter: { value: deed } });

/** Typing rests: the totals are asked for. */
async function rest() {
  mock.timers.tick(REST_MS);
  await settled();
}

beforeEach(async () => {
  page.listeners.pageshow({ persisted: true }); // whatever the last test sent, the page is back
  await rest();
  page.asked.at(-1).answer(GOOD);
  await settled();
  Object.assign(page, { asked: [], sent: [], shown: 0 });
});

test("a press of Save goes through when typing goes on while the server is asked", async () => {
  press("save");
  type();
  await rest();
  assert.equal(page.asked.length, 2);
  page.asked[1].answer(GOOD);
  await settled();
  assert.deepEqual(page.sent, ["save"]);
});

test("a press of Issue shows what was typed last, not what an answer on its way had said", async () => {
  press("issue");
  type();
  page.asked[0].answer({ ...GOOD, issue: { total: "old" } });
  await settled();
  assert.equal(page.shown, 0);
  page.asked[1].answer(GOOD);
  await settled();
  assert.equal(page.shown, 1);
});

test("a press that gets no answer sends nothing, says why, and can be made again", async () => {
  press("save");
  page.asked[0].fail(new TypeError("network"));
  await settled();
  assert.match(page.trouble.textContent, /cannot be reached/);
  assert.deepEqual(page.sent, []);
  press("save");
  page.asked[1].answer(GOOD);
  await settled();
  assert.deepEqual(page.sent, ["save"]);
});

test("a second press while the first is on its way saves once", async () => {
  press("save");
  press("save");
  page.asked[0].answer(GOOD);
  await settled();
  press("save");
  await settled();
  assert.deepEqual(page.sent, ["save"]);
});
