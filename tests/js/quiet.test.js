import assert from "node:assert/strict";
import { test } from "node:test";

import { QuietHours } from "../../static/js/notifications/quiet.js";
import { notification } from "./support/inbox.js";

const ITEMS = [
  notification(1),
  notification(2, { priority: "high" }),
  notification(3, { priority: "urgent" }),
];
// A moment by the time in India, on any day of the year and wherever the browser is.
const at = (time, day = "2027-04-01") => ({ now: () => Date.parse(`${day}T${time}+05:30`) });
const heard = (from, to, time, day) =>
  new QuietHours({ from, to, clock: at(time, day) }).heard(ITEMS).map((item) => item.id);

test("without quiet hours everything is heard at any time", () => {
  assert.deepEqual(heard("", "", "03:00"), [1, 2, 3]);
  assert.deepEqual(heard(undefined, undefined, "03:00"), [1, 2, 3]);
});

test("in quiet hours only what is urgent is heard, from their first minute to before their last", () => {
  const times = { "12:59:59": 3, "13:00": 1, "13:59:59": 1, "14:00": 3 };
  for (const [time, count] of Object.entries(times)) {
    assert.equal(heard("13:00", "14:00", time).length, count, time);
  }
  assert.deepEqual(heard("13:00", "14:00", "13:30"), [3]);
});

test("they may go over midnight", () => {
  const times = { "20:59": 3, "21:00": 1, "23:59": 1, "00:00": 1, "06:59": 1, "07:00": 3, "12:00": 3 };
  for (const [time, count] of Object.entries(times)) {
    assert.equal(heard("21:00", "07:00", time).length, count, time);
  }
});

test("they are the same in every month", () => {
  for (const day of ["2027-01-15", "2027-07-15", "2028-02-29", "2027-12-31"]) {
    assert.deepEqual(heard("21:00", "07:00", "02:00", day), [3], day);
    assert.deepEqual(heard("21:00", "07:00", "08:00", day), [1, 2, 3], day);
  }
});
