// What the search box of the bar suggests.

import assert from "node:assert/strict";
import { test } from "node:test";

import { itemsOf } from "../../static/js/app/search.js";

const row = (group, label, url) => ({ group, label, detail: "", url });

test("what was found keeps its groups, and all results come last, of no group", () => {
  const gone = [];
  const deeds = { go: (url) => gone.push(url), showAll: () => gone.push("all") };
  const found = [row("Customers", "Asha Traders", "/customers/1/"), row("Invoices", "INV/1", "/invoice/2/")];
  const items = itemsOf(found, "asha", deeds);
  assert.deepEqual(items.map((item) => [item.group, item.label]), [
    ["Customers", "Asha Traders"],
    ["Invoices", "INV/1"],
    [undefined, "All results for “asha”"],
  ]);
  for (const item of items) item.pick();
  assert.deepEqual(gone, ["/customers/1/", "/invoice/2/", "all"]);
});

test("where nothing is found the page of results still is one key away, but not marked by itself", () => {
  const items = itemsOf([], "qqqq", { go() {}, showAll() {} });
  assert.equal(items.length, 1);
  assert.equal(items[0].special, true);
});
