// One page's notifications without its looks: socket, poller, store and catch-up put together.
// Tells its listeners by events: "state" (the connection), "count", "arrived", "changed", "replaced", "failed".

import { CatchUp } from "./catch_up.js";
import { systemClock } from "./clock.js";
import { Poller } from "./poller.js";
import { NotificationSocket } from "./socket.js";
import { Store } from "./store.js";

export const LIVE = "live";
export const RECONNECTING = "reconnecting";
export const POLLING = "polling";
export const SIGNED_OUT = "signed-out";

const UNAUTHORIZED = 401;

export class NotificationClient extends EventTarget {
  #api;
  #store;
  #socket;
  #poller;
  #catchUp;
  #state = RECONNECTING;

  // `snapshot` is what the page itself was rendered with, see Store; the rest is handed on and replaced in tests.
  constructor({ api, snapshot, url, WebSocket, clock = systemClock, random = Math.random, log = console }) {
    super();
    this.#api = api;
    this.#store = new Store(snapshot);
    this.#socket = new NotificationSocket({ url, WebSocket, clock, random, log, on: this.#socketEvents() });
    this.#poller = new Poller({ fetchCount: () => this.#askedCount(), clock, on: this.#pollerEvents() });
    this.#catchUp = new CatchUp({
      fetchChanges: (range) => api.changes(range),
      store: this.#store,
      clock,
      random,
      on: { onEffects: (effects) => this.#tell(effects), onFailed: (error) => this.#refused(error) },
    });
  }

  get state() {
    return this.#state;
  }

  get store() {
    return this.#store;
  }

  start() {
    this.#socket.start();
  }

  // The page goes into the back-forward cache, or is left; `start()` wakes it.
  pause() {
    this.#socket.pause();
    this.#poller.stop();
    this.#become(RECONNECTING);
  }

  online() {
    this.#socket.hurry();
  }

  visible() {
    this.#socket.askCount();
  }

  signOut() {
    this.#become(SIGNED_OUT);
    this.#socket.finish();
    this.#poller.stop();
    this.#catchUp.stop();
  }

  // Another tab of this browser changed the inbox and knows `answer`, { unread_count, revision }.
  hearsay(answer) {
    this.#tell(this.#store.applyCount(answer));
  }

  async loadLatest(limit) {
    const page = await this.#asked(this.#api.latest(limit));
    this.#tell(this.#store.applyList(page.notifications));
    const isAll = page.notifications.length < limit;
    return { floor: isAll ? 0 : Math.min(...page.notifications.map((row) => row.id)) };
  }

  markRead(id) {
    return this.#deed(() => this.#api.markRead(id), [id], { is_read: true });
  }

  remove(id) {
    return this.#deed(() => this.#api.remove(id), [id], { is_deleted: true });
  }

  // `alsoIds`: rows on the page that the store never met.
  markAllRead(alsoIds = []) {
    const ids = [...new Set([...this.#store.unreadIds(), ...alsoIds])];
    return this.#deed(() => this.#api.markAllRead(), ids, { is_read: true });
  }

  removeRead() {
    return this.#deed(() => this.#api.removeRead(), [], {});
  }

  // Shown as done at once, and taken back if the server says no. Resolves to whether it was done.
  async #deed(post, ids, marks) {
    const { effects, undo } = this.#store.assume(ids, marks);
    this.#tell(effects);
    try {
      const answer = await this.#asked(post());
      this.#tell(this.#store.applyCount(answer));
      this.#emit("done", answer);
      return true;
    } catch (error) {
      if (error.name !== "HttpError") throw error;
      this.#tell(undo());
      this.#emit("failed", { status: error.status, message: error.message });
      return false;
    }
  }

  async #asked(answer) {
    try {
      return await answer;
    } catch (error) {
      this.#refused(error);
      throw error;
    }
  }

  #refused(error) {
    if (error.status === UNAUTHORIZED) this.signOut();
  }

  async #askedCount() {
    const asOf = this.#store.heard;
    return { ...(await this.#api.count()), asOf };
  }

  #socketEvents() {
    return {
      onOpen: () => {
        this.#poller.stop();
        this.#become(LIVE);
        this.#catchUp.request();
      },
      onFrame: (frame) => this.#tell(this.#store.applyFrame(frame)),
      onLost: ({ wasOpen }) => {
        if (this.#state !== POLLING) this.#become(RECONNECTING);
        if (!wasOpen) this.#poller.start(); // the first retry after a good connection is tried before polling
      },
      onSignedOut: () => this.signOut(),
    };
  }

  #pollerEvents() {
    return {
      onCount: ({ asOf, ...answer }) => {
        this.#become(POLLING);
        this.#tell(this.#store.applyCount(answer, asOf));
      },
      onFailed: (error) => {
        this.#become(RECONNECTING);
        this.#refused(error);
      },
    };
  }

  #become(state) {
    if (this.#state === state || this.#state === SIGNED_OUT) return;
    this.#state = state;
    this.#emit("state", state);
  }

  #tell({ arrived, changed, counted, replaced }) {
    if (counted) this.#emit("count", this.#store.unread);
    if (replaced) this.#emit("replaced");
    if (changed.length) this.#emit("changed", changed);
    if (arrived.length) this.#emit("arrived", arrived);
    this.#catchUp.requestIfBehind();
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
