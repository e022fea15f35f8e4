// Asks for the count every 30 seconds while no socket is open: old proxies and strict networks have no WebSocket.

import { SECOND, systemClock } from "./clock.js";

const POLL_EVERY = 30 * SECOND;

export class Poller {
  #fetchCount;
  #on;
  #clock;
  #timer = null;
  #run = null; // an answer to a run that was stopped meanwhile belongs to nobody

  // `fetchCount()` resolves to { unread_count, revision }; `on` has onCount(answer), onFailed(error).
  constructor({ fetchCount, on, clock = systemClock }) {
    this.#fetchCount = fetchCount;
    this.#on = on;
    this.#clock = clock;
  }

  start() {
    if (this.#run) return;
    this.#run = Symbol("run");
    this.#poll(this.#run);
  }

  stop() {
    this.#run = null;
    this.#clock.clearTimeout(this.#timer);
  }

  async #poll(run) {
    let wait = POLL_EVERY;
    try {
      const answer = await this.#fetchCount();
      if (run === this.#run) this.#on.onCount(answer);
    } catch (error) {
      if (run === this.#run) this.#on.onFailed(error);
      wait = Math.max(POLL_EVERY, error.retryAfter ?? 0);
    }
    if (run === this.#run) this.#timer = this.#clock.setTimeout(() => this.#poll(run), wait);
  }
}
