// The page of an import that is under way: how often it asks, what it tells, and when it stops.

import assert from "node:assert/strict";
import { test } from "node:test";

import { follow } from "../../static/js/data/progress.js";

const PATH = "/data/jobs/1/status/";

function answer(status, body) {
  return { ok: status === 200, status, json: async () => body };
}

async function followed(...answers) {
  const told = [];
  const waits = [];
  const asked = [];
  await follow(PATH, {
    fetch: async (path) => {
      asked.push(path);
      const next = answers.shift();
      if (next instanceof Error) throw next;
      return next;
    },
    wait: async (ms) => void waits.push(ms),
    tell: (said) => told.push(said),
  });
  return { told, waits, asked };
}

const half = { is_under_way: true, message: "Imported: 1 of 2 rows", done: 1, total: 2 };
const over = answer(200, { is_under_way: false });

test("each answer is told, a second apart, until it is over", async () => {
  const { told, waits, asked } = await followed(answer(200, half), answer(200, half), over);
  assert.deepEqual(told, [half, half]);
  assert.deepEqual(waits, [1_000, 1_000, 1_000]);
  assert.deepEqual(asked, [PATH, PATH, PATH]);
});

test("no answer is told as none, and it is asked again", async () => {
  const { told } = await followed(new TypeError("network"), answer(503, {}), answer(200, half), over);
  assert.deepEqual(told, [null, null, half]);
});

test("who is signed out, or whose job is gone, gets the page itself", async () => {
  for (const status of [401, 404]) {
    const { told } = await followed(answer(status, {}));
    assert.deepEqual(told, []);
  }
});

test("what is wrong in our own code is not taken for the network", async () => {
  await assert.rejects(followed(new RangeError("ours")), RangeError);
});
