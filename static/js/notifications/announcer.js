// Tells screen readers of arrivals, in one standing status region, at most every few seconds, counted together.

import { SECOND, systemClock } from "./clock.js";

const COLLECT_FOR = 500;
const AT_MOST_EVERY = 5 * SECOND;

export class Announcer {
  #say;
  #clock;
  #pending = [];
  #timer = null;
  #lastAt = -Infinity;

  // `say(text)` puts the text into the region; "" empties it, so that the same words can be said again.
  constructor({ say, clock = systemClock }) {
    this.#say = say;
    this.#clock = clock;
  }

  arrived(items) {
    this.#pending.push(...items.filter((item) => item.priority !== "low"));
    if (this.#pending.length === 0 || this.#timer !== null) return;
    const wait = Math.max(COLLECT_FOR, this.#lastAt + AT_MOST_EVERY - this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => this.#announce(), wait);
  }

  // Read before it was said.
  retract(ids) {
    this.#pending = this.#pending.filter((item) => !ids.includes(item.id));
  }

  #announce() {
    this.#timer = null;
    if (this.#pending.length === 0) return;
    this.#say(words(this.#pending));
    this.#pending = [];
    this.#lastAt = this.#clock.now();
    this.#clock.setTimeout(() => this.#say(""), AT_MOST_EVERY - COLLECT_FOR);
  }
}

function words(items) {
  return items.length === 1 ? `1 new notification: ${items[0].title}` : `${items.length} new notifications`;
}
