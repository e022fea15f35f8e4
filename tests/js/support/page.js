// A page's client with everything around it replaced: the socket, the clock, and the server's answers.

import { NotificationClient } from "../../../static/js/notifications/client.js";
import { HttpError } from "../../../static/js/notifications/http.js";
import { FakeClock } from "./clock.js";
import { FakeInbox } from "./inbox.js";
import { fakeWebSocket, silent } from "./socket.js";

export class FakePage {
  constructor({ inbox = new FakeInbox(), random = () => 0.5, latency = () => 0, clock = new FakeClock(), snapshot } = {}) {
    this.inbox = inbox;
    this.clock = clock;
    this.Sockets = fakeWebSocket();
    this.asked = [];
    this.catchUps = { running: 0, most: 0 };
    this.refusal = null;
    this.latency = latency;
    this.client = new NotificationClient({
      api: this.#api(),
      snapshot: snapshot ?? { revision: inbox.revision, unread: inbox.unread, newestId: inbox.lastId },
      url: "ws://site/ws/notifications/",
      WebSocket: this.Sockets,
      clock,
      random,
      log: silent,
    });
    this.states = [];
    this.toasts = [];
    this.client.addEventListener("state", ({ detail }) => this.states.push(detail));
    this.client.addEventListener("arrived", ({ detail }) => this.toasts.push(...detail.map((item) => item.id)));
  }

  get socket() {
    return this.Sockets.last;
  }

  async open() {
    this.client.start();
    this.socket.open();
    await this.clock.advance(0);
    this.socket.receive(this.inbox.countFrame());
    await this.clock.advance(1);
  }

  refuse(status, { retryAfter = null } = {}) {
    this.refusal = new HttpError({ status, code: "refused", message: "No.", retryAfter });
  }

  count(what) {
    return this.asked.filter((word) => word === what).length;
  }

  #api() {
    const answer = (what, found) => this.#answer(what, found);
    return {
      count: () => answer("count", () => this.inbox.count()),
      changes: (range) => this.#counted(() => answer("changes", () => this.inbox.changes(range))),
      latest: (limit) => answer("latest", () => this.inbox.list(limit)),
      markRead: (id) => answer("read", () => this.#known(id).read(id)),
      remove: (id) => answer("delete", () => this.#known(id).remove(id)),
      markAllRead: () => answer("read-all", () => this.inbox.readAll()),
    };
  }

  async #counted(ask) {
    this.catchUps.running += 1;
    this.catchUps.most = Math.max(this.catchUps.most, this.catchUps.running);
    try {
      return await ask();
    } finally {
      this.catchUps.running -= 1;
    }
  }

  #known(id) {
    if (!this.inbox.rows.has(id)) throw new HttpError({ status: 404, code: "not_found", message: "Not there." });
    return this.inbox;
  }

  // Some time to the server, the answer as of then, some time back.
  async #answer(what, found) {
    this.asked.push(what);
    await this.#wait();
    if (this.refusal) throw this.refusal;
    const answer = found();
    await this.#wait();
    return answer;
  }

  #wait() {
    const delay = this.latency();
    return delay ? new Promise((resolve) => this.clock.setTimeout(resolve, delay)) : null;
  }
}
