// A field that suggests: groups, what Enter takes, and answers that come too late.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Typeahead } from "../../static/js/app/typeahead.js";
import { FakeElement } from "./support/elements.js";

globalThis.document = { createElement: () => new FakeElement() };

let input;
let asked; // of each search: its text, and `answer`

/** A field that is asked for its suggestions by hand; time stands still until `wait`. */
function attach(context, options = {}) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const search = (text, signal) => new Promise((answer) => asked.push({ text, signal, answer }));
  return new Typeahead(input, { search, ...options });
}

async function typed(context, text) {
  input.value = text;
  input.send("input");
  context.mock.timers.tick(120);
  await settled();
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function answered(search, ...items) {
  search.answer(items.map((item) => ({ pick() {}, ...item })));
  await settled();
}

const shown = () => input.next.querySelectorAll("[role=option]");
const marked = () => shown().findIndex((option) => option.getAttribute("aria-selected") === "true");

beforeEach(() => {
  input = new FakeElement();
  asked = [];
});

test("suggestions of one group stand under its name, and are gone through one after the other", async (context) => {
  const picked = [];
  attach(context);
  await typed(context, "asha");
  const rows = ["Customers", "Customers", "Invoices", undefined];
  await answered(asked[0], ...rows.map((group, n) => ({ group, label: `${n}`, pick: () => picked.push(n) })));
  const groups = input.next.querySelectorAll("[role=group]");
  assert.deepEqual(groups.map((group) => group.children[0].textContent), ["Customers", "Invoices"]);
  assert.equal(groups[0].getAttribute("aria-labelledby"), groups[0].children[0].id);
  assert.equal(shown().length, 4);
  input.send("keydown", { key: "ArrowDown" });
  input.send("keydown", { key: "ArrowDown" });
  assert.equal(input.getAttribute("aria-activedescendant"), shown()[2].id);
  assert.equal(input.send("keydown", { key: "Enter" }), false);
  assert.deepEqual(picked, [2]);
  assert.equal(input.next.hidden, true);
});

test("a press takes the suggestion it is on, in whichever group", async (context) => {
  const picked = [];
  attach(context);
  await typed(context, "asha");
  await answered(asked[0], { group: "Customers", label: "one" }, { group: "Invoices", label: "two", pick: () => picked.push(2) });
  input.next.send("click", { target: shown()[1] });
  assert.deepEqual(picked, [2]);
});

test("an answer that comes after the next question is dropped", async (context) => {
  attach(context);
  await typed(context, "as");
  await typed(context, "asha");
  assert.equal(asked[0].signal.aborted, true);
  await answered(asked[1], { label: "Asha Traders" });
  await answered(asked[0], { label: "Coastal" }, { label: "Basin" });
  assert.equal(shown().length, 1);
});

test("Enter takes nothing that was suggested for what the text was before, where the field is exact", async (context) => {
  attach(context, { exact: true });
  await typed(context, "as");
  await answered(asked[0], { label: "Asha Traders" });
  assert.equal(marked(), 0);
  input.value = "ashok";
  input.send("input");
  assert.equal(marked(), -1);
  assert.equal(input.send("keydown", { key: "Enter" }), true, "the form is sent");
});

test("what is special is not taken unless it was gone to", async (context) => {
  attach(context);
  await typed(context, "qqqq");
  await answered(asked[0], { label: "All results", special: true });
  assert.equal(marked(), -1);
  input.send("keydown", { key: "ArrowUp" });
  assert.equal(marked(), 0);
});
