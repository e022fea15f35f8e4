import assert from "node:assert/strict";
import { test } from "node:test";

import {
  badgeText,
  bellName,
  iconClasses,
  isToday,
  moment,
  newCount,
  safePath,
} from "../../static/js/notifications/format.js";

test("the badge counts to 99 and then says 99+", () => {
  assert.deepEqual([1, 99, 100, 12_345].map(badgeText), ["1", "99", "99+", "99+"]);
});

test("the bell's name tells the number, and nothing where there is none", () => {
  assert.equal(bellName(5), "Notifications, 5 unread");
  assert.equal(bellName(100), "Notifications, 100 unread");
  assert.equal(bellName(0), "Notifications");
});

test("one and many", () => {
  assert.deepEqual([1, 12].map(newCount), ["1 new notification", "12 new notifications"]);
});

test("times are those of Kolkata, wherever the browser is", () => {
  assert.match(moment(new Date("2026-11-22T18:45:00Z")), /^23 Nov 2026, 12:15\sam$/);
});

test("a day begins at midnight in Kolkata", () => {
  const now = new Date("2026-11-22T19:00:00Z"); // 00:30 on the 23rd there
  assert.equal(isToday(new Date("2026-11-22T18:31:00Z"), now), true);
  assert.equal(isToday(new Date("2026-11-22T18:29:00Z"), now), false);
});

test("only paths of this site become links", () => {
  for (const path of ["/", "/invoice/12/", "/invoices/?status=overdue#top", "/ग्राहक/"]) assert.equal(safePath(path), path);
  const others = ["//evil.example/", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "invoice/12/"];
  for (const url of [...others, "/\t/evil.example", "/a b", "\n/", "", null, undefined, 7]) assert.equal(safePath(url), null);
});

test("only icon and tone classes are taken from a frame", () => {
  assert.deepEqual(iconClasses("bi-receipt text-primary"), ["bi-receipt", "text-primary"]);
  assert.deepEqual(iconClasses("bi-x position-fixed vh-100 text-danger\nbi"), ["bi-x"]);
  assert.deepEqual(iconClasses(null), []);
});
