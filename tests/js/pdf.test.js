// The PDF button's asking: how often, for how long, and what it says when there is no answer.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FAILED, MADE, MAKING, Maker } from "../../static/js/invoices/pdf.js";

const PATH = "/invoice/1/pdf/status/";

function answer(status, body) {
  return { ok: status === 200, status, json: async () => body };
}

function asking(...answers) {
  const asked = [];
  const waits = [];
  const told = [];
  const maker = new Maker({
    fetch: async (path) => {
      asked.push(path);
      const next = answers.length > 1 ? answers.shift() : answers[0];
      if (next instanceof Error) throw next;
      return next;
    },
    wait: async (ms) => void waits.push(ms),
    tell: (message) => told.push(message),
  });
  return { maker, asked, waits, told };
}

test("what is there is taken at once", async () => {
  const { maker, asked, waits, told } = asking(answer(200, { state: MADE, message: "ready" }));
  assert.equal((await maker.made(PATH)).state, MADE);
  assert.deepEqual(asked, [PATH]);
  assert.deepEqual([waits, told], [[], []]);
});

test("what is being made is asked for again, and each message is told", async () => {
  const making = answer(200, { state: MAKING, message: "2 are made before it." });
  const { maker, asked, waits, told } = asking(making, making, answer(200, { state: MADE, message: "" }));
  assert.equal((await maker.made(PATH)).state, MADE);
  assert.equal(asked.length, 3);
  assert.deepEqual(told, ["2 are made before it.", "2 are made before it."]);
  assert.ok(waits[1] > waits[0]);
});

test("it is not asked for ever, nor too often", async () => {
  const { maker, asked, waits } = asking(answer(200, { state: MAKING, message: "…" }));
  const { state, message } = await maker.made(PATH);
  assert.equal(state, FAILED);
  assert.match(message, /takes longer/);
  assert.ok(asked.length < 60);
  assert.ok(Math.max(...waits) <= 1_500);
});

test("what failed, a lost session, a refusal and a dead line are said in words", async () => {
  const failed = { state: FAILED, message: "INV/1 could not be made as PDF." };
  assert.deepEqual(await asking(answer(200, failed)).maker.made(PATH), failed);
  assert.match((await asking(answer(401, {})).maker.made(PATH)).message, /signed out/);
  const busy = answer(429, { error: { code: "rate_limited", message: "Wait 30 seconds." } });
  assert.equal((await asking(busy).maker.made(PATH)).message, "Wait 30 seconds.");
  assert.match((await asking(new TypeError("Failed to fetch")).maker.made(PATH)).message, /did not answer/);
  await assert.rejects(asking(new RangeError("a mistake of ours")).maker.made(PATH), RangeError);
});
