// What tabs of one browser share: storage, locks and channels.

import { settled } from "./clock.js";

export class FakeBrowser {
  stored = new Map();
  #held = [];
  #channels = [];

  get storage() {
    return {
      getItem: (name) => this.stored.get(name) ?? null,
      setItem: (name, value) => this.stored.set(name, value),
      removeItem: (name) => this.stored.delete(name),
    };
  }

  locks = {
    request: async (name, options, deed) => {
      await settled(); // the browser decides, not the page
      const isTaken = this.#held.some((lock) => lock.name === name && lock.mode !== "shared");
      const lock = options.ifAvailable && isTaken ? null : { name, mode: options.mode ?? "exclusive" };
      if (lock) this.#held.push(lock);
      try {
        return await deed(lock);
      } finally {
        this.#held = this.#held.filter((held) => held !== lock);
      }
    },
    query: async () => ({ held: [...this.#held] }),
  };

  get Channel() {
    const channels = this.#channels;
    return class FakeChannel {
      constructor(name) {
        this.name = name;
        channels.push(this);
      }

      postMessage(data) {
        for (const other of channels) if (other !== this && other.name === this.name) other.onmessage({ data });
      }

      close() {
        channels.splice(channels.indexOf(this), 1);
      }
    };
  }
}
