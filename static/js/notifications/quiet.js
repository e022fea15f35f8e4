// Quiet hours: times of day in India in which nothing pops up or is read out but what is urgent. The inbox and
// the badge know nothing of them.

import { MINUTE, systemClock } from "./clock.js";

const MINUTES_A_DAY = 24 * 60;
const INDIA_AHEAD = 5 * 60 + 30; // of UTC, in minutes, all the year

export class QuietHours {
  #from;
  #to;
  #clock;

  // `from` and `to` as "21:30"; "" where there are none.
  constructor({ from, to, clock = systemClock }) {
    this.#from = minuteOfDay(from);
    this.#to = minuteOfDay(to);
    this.#clock = clock;
  }

  get areOn() {
    if (this.#from === null || this.#to === null) return false;
    const now = (Math.floor(this.#clock.now() / MINUTE) + INDIA_AHEAD) % MINUTES_A_DAY;
    return since(this.#from, now) < since(this.#from, this.#to);
  }

  // What may be heard of these arrivals now.
  heard(items) {
    return this.areOn ? items.filter((item) => item.priority === "urgent") : items;
  }
}

function minuteOfDay(text) {
  const found = /^(\d\d):(\d\d)$/.exec(text ?? "");
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

// Minutes from one time of day until the next time it is the other.
function since(from, to) {
  return (to - from + MINUTES_A_DAY) % MINUTES_A_DAY;
}
