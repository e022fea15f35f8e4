import assert from "node:assert/strict";
import { test } from "node:test";

import { pathsOf } from "../../static/js/app/shortcuts.js";
import { relative } from "../../static/js/app/times.js";

const NOW = new Date("2026-11-22T12:00:00+05:30");
const before = (seconds) => new Date(NOW.getTime() - seconds * 1000);

for (const [seconds, words] of [
  [0, "just now"],
  [59, "just now"],
  [185, "3 min ago"],
  [7_300, "2 hr ago"],
  [26 * 3_600, "1 day ago"],
]) {
  test(`${seconds} seconds before now is "${words}"`, () => {
    assert.equal(relative(before(seconds), NOW).replace(".", ""), words);
  });
}

test("a time to come is told as one", () => {
  assert.equal(relative(before(-7_300), NOW).replace(".", ""), "in 2 hr");
});

test("the letters after g come from the list of keys", () => {
  const link = (go, href) => ({ dataset: { go }, getAttribute: () => href });
  const paths = pathsOf([link("i", "/invoices/"), link("h", "/")]);
  assert.equal(paths.get("i"), "/invoices/");
  assert.equal(paths.get("h"), "/");
  assert.equal(paths.has("toString"), false);
});
