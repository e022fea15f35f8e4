// The warning beside a code that is too short: said when the field is left, gone as soon as it is mended.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { warnOfShortCodes } from "../../static/js/app/forms.js";

let input;
let note;

beforeEach(() => {
  const listeners = {};
  note = { textContent: "", setAttribute() {} };
  const field = { querySelector: () => note };
  input = {
    value: "",
    dataset: { digits: "6", short: "{code} has {digits} digits, 6 are needed here." },
    closest: () => field,
    addEventListener: (type, listener) => (listeners[type] = listener),
    typed(value) {
      this.value = value;
      listeners.input();
    },
    left: () => listeners.change(),
  };
  globalThis.document = { querySelectorAll: () => [input] };
  warnOfShortCodes();
});

test("nothing is said while one types", () => {
  input.typed("85");
  assert.equal(note.textContent, "");
});

test("a short code is told when the field is left, and no longer once it is long enough", () => {
  input.typed("8539");
  input.left();
  assert.equal(note.textContent, "8539 has 4 digits, 6 are needed here.");
  input.typed("853952");
  assert.equal(note.textContent, "");
});

test("an empty field is no short code", () => {
  input.left();
  assert.equal(note.textContent, "");
});
