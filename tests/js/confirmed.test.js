// Whose toast the answering page makes needless.

import assert from "node:assert/strict";
import { test } from "node:test";

import { confirmedBy } from "../../static/js/notifications/confirmed.js";
import { notification } from "./support/inbox.js";

const PAID = notification(1, { link_url: "/invoice/7/", created_at: "2026-11-22T12:00:00+05:30" });
const notices = { dataset: { asOf: "2026-11-22T12:00:01.5+05:30" } };

test("what the page says above its content, of what it shows, needs no toast", () => {
  assert.equal(confirmedBy(notices, "/invoice/7/")(PAID), true);
});

test("news of anything else, of later, or where nothing was said, is told", () => {
  assert.equal(confirmedBy(notices, "/invoice/8/")(PAID), false);
  assert.equal(confirmedBy(notices, "/invoice/7/")({ ...PAID, created_at: "2026-11-22T12:00:02+05:30" }), false);
  assert.equal(confirmedBy(null, "/invoice/7/")(PAID), false);
});
