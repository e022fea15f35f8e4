// The other tabs of this browser: one toast among all of them, and word of what one of them did.
//
// Whoever gets the lock of a notification shows it; the browser itself arbitrates. The memory in the local storage
// serves the time after: storage reaches other processes late, so it could not arbitrate, and a lock ends with its
// page, so it could not remember. Locks are held only while the page is, or it could not be cached for "back".

import { MINUTE, systemClock } from "./clock.js";

const LOCK_HELD_FOR = MINUTE; // far longer than a slower tab needs to hear of the same notification
const REMEMBERED = 500;

export class Tabs {
  #user;
  #storage;
  #locks;
  #Channel;
  #clock;
  #channel = null;
  #onMessage;
  #left = null;
  #leave = () => {};

  // `locks` is undefined on a plain http address of a local network: then only the memory is left.
  constructor({
    user,
    onMessage,
    storage,
    locks = globalThis.navigator?.locks,
    Channel = globalThis.BroadcastChannel,
    clock = systemClock,
  }) {
    this.#user = user;
    this.#onMessage = onMessage;
    this.#storage = storage;
    this.#locks = locks;
    this.#Channel = Channel;
    this.#clock = clock;
  }

  join() {
    if (this.#channel) return;
    this.#channel = new this.#Channel(this.#name("tabs"));
    this.#channel.onmessage = (event) => this.#onMessage(event.data);
    this.#left = new Promise((resolve) => (this.#leave = resolve));
    this.#locks?.request(this.#name("tab"), { mode: "shared" }, () => this.#left);
  }

  leave() {
    this.#leave();
    this.#channel?.close();
    this.#channel = null;
  }

  tell(message) {
    this.#channel?.postMessage(message);
  }

  async isOnly() {
    if (!this.#locks) return true;
    const { held } = await this.#locks.query();
    return held.filter((lock) => lock.name === this.#name("tab")).length <= 1;
  }

  // Those of the notifications that are this tab's to show.
  async claim(items) {
    const claims = await Promise.all(items.map((item) => this.#claim(item)));
    return items.filter((_, index) => claims[index]);
  }

  #claim(item) {
    // The time too: a restored database may give the same id to another notification.
    const key = `${item.id}@${item.created_at}`;
    if (!this.#locks) return Promise.resolve(this.#remember(key));
    return new Promise((resolve) => {
      this.#locks.request(this.#name(`toast:${key}`), { ifAvailable: true }, (lock) => {
        const isMine = lock !== null && this.#remember(key);
        resolve(isMine);
        return isMine ? Promise.race([this.#left, this.#lockTime()]) : undefined;
      });
    });
  }

  #lockTime() {
    return new Promise((resolve) => this.#clock.setTimeout(resolve, LOCK_HELD_FOR));
  }

  // Whether the key was new.
  #remember(key) {
    const name = this.#name("shown");
    const shown = this.#storage.read(name) ?? [];
    if (shown.includes(key)) return false;
    this.#storage.write(name, [...shown, key].slice(-REMEMBERED));
    return true;
  }

  #name(what) {
    return `notifications:${this.#user}:${what}`;
  }
}
