// Brings the store up to date over HTTP: one round at a time, and another after it if more was missed meanwhile.

import { SECOND, jittered, systemClock } from "./clock.js";

const PAGE = 100;
const GRACE = 150; // of two workers' frames the later may come first; the earlier is a few milliseconds away
const FIRST_RETRY_WITHIN = 2 * SECOND;
const RETRY_AT_MOST = 30 * SECOND;

export class CatchUp {
  #fetchChanges;
  #store;
  #on;
  #clock;
  #random;
  #timer = null;
  #running = false;
  #again = false;
  #failures = 0;
  #notBefore = 0; // the server asked us to wait
  #stopped = false;

  // `fetchChanges({ since, limit, cursor })` resolves to a page; `on` has onEffects(effects), onFailed(error).
  constructor({ fetchChanges, store, on, clock = systemClock, random = Math.random }) {
    this.#fetchChanges = fetchChanges;
    this.#store = store;
    this.#on = on;
    this.#clock = clock;
    this.#random = random;
  }

  // Now, whatever the store believes: frames may have been missed without a trace.
  request() {
    this.#again = true;
    this.#runAfter(0);
  }

  // Soon, if the store is still behind by then.
  requestIfBehind() {
    if (this.#store.isBehind && !this.#running && this.#timer === null) this.#runAfter(GRACE);
  }

  stop() {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #runAfter(delay) {
    if (this.#stopped || this.#running) return;
    this.#clock.clearTimeout(this.#timer);
    const wait = Math.max(delay, this.#notBefore - this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => this.#run(), wait);
  }

  async #run() {
    this.#timer = null;
    if (!this.#again && !this.#store.isBehind) return; // the gap closed by itself
    this.#again = false;
    this.#running = true;
    try {
      await this.#round();
      this.#failures = 0;
    } catch (error) {
      this.#again = true;
      this.#failed(error);
    } finally {
      this.#running = false;
    }
    if (this.#again) this.#runAfter(this.#backOff());
    else this.requestIfBehind();
  }

  async #round() {
    const round = this.#store.beginCatchUp();
    let cursor = null;
    do {
      const page = await this.#fetchChanges({ since: round.since, limit: PAGE, cursor });
      if (this.#stopped) return;
      this.#on.onEffects(this.#store.applyChanges(round, page));
      cursor = page.next;
    } while (cursor !== null);
  }

  #failed(error) {
    if (error.name !== "HttpError") throw error;
    this.#failures += 1;
    this.#notBefore = this.#clock.now() + (error.retryAfter ?? 0);
    this.#on.onFailed(error);
  }

  #backOff() {
    if (this.#failures === 0) return 0;
    return jittered(Math.min(FIRST_RETRY_WITHIN * 2 ** (this.#failures - 1), RETRY_AT_MOST), this.#random);
  }
}
