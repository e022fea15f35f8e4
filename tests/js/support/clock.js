// A clock that is turned by hand: timers fire in their order, and promises settle between them.

export class FakeClock {
  #now = 0;
  #timers = new Map();
  #lastId = 0;

  now = () => this.#now;

  setTimeout = (deed, delay) => {
    this.#lastId += 1;
    this.#timers.set(this.#lastId, { deed, at: this.#now + delay });
    return this.#lastId;
  };

  clearTimeout = (id) => {
    this.#timers.delete(id);
  };

  get pending() {
    return [...this.#timers.values()].map(({ at }) => at - this.#now).sort((one, other) => one - other);
  }

  async advance(milliseconds) {
    const end = this.#now + milliseconds;
    await settled();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [id, { deed, at }] = next;
      this.#timers.delete(id);
      this.#now = at;
      deed();
      await settled();
    }
    this.#now = end;
  }

  #next(end) {
    let first; // a look at each, no sorting: a thousand pages have thousands of timers
    for (const timer of this.#timers) {
      if (timer[1].at <= end && !(first?.[1].at <= timer[1].at)) first = timer;
    }
    return first;
  }
}

// Lets every promise that can settle do so.
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}
