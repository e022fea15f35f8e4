// One page after another for a test in another language, which stands at the other end of this process's pipes and
// is their server. A line of JSON says what befalls the page; while it does, each question of the page goes out as
// { ask } and waits for its line; { done } or { failed } ends it. Time passes when told to, so that a day can be lived again.

import { readSync, writeSync } from "node:fs";

import { NotificationClient } from "../../../static/js/notifications/client.js";
import { HttpError } from "../../../static/js/notifications/http.js";
import { FakeClock } from "./clock.js";
import { seeded } from "./random.js";
import { fakeWebSocket, silent } from "./socket.js";

const STDIN = 0;
const STDOUT = 1;
const LATENCY = 400; // there or back, at most
const REFUSES_WITHIN = 1; // an attempt while nobody listens

class Line {
  #rest = "";
  #chunk = Buffer.alloc(1 << 16);

  // Null at the end of the pipe.
  read() {
    let end;
    while ((end = this.#rest.indexOf("\n")) < 0) {
      const length = readSync(STDIN, this.#chunk);
      if (length === 0) return null;
      this.#rest += this.#chunk.toString("latin1", 0, length); // the other end escapes all but ASCII
    }
    const line = JSON.parse(this.#rest.slice(0, end));
    this.#rest = this.#rest.slice(end + 1);
    return line;
  }

  write(message) {
    let left = Buffer.from(`${JSON.stringify(message)}\n`);
    while (left.length) left = left.subarray(writeSync(STDOUT, left));
  }

  ask(question) {
    this.write({ ask: question });
    return this.read();
  }
}

class PageOnALine {
  isCut = false;
  shown = [];
  badge = null;
  wentBack = []; // late counts that the badge believed
  #newestCount = -1; // of this connection

  constructor(line, { seed, snapshot }) {
    this.line = line;
    this.clock = new FakeClock();
    this.random = seeded(seed);
    this.Sockets = this.#sockets();
    this.client = new NotificationClient({
      api: this.#api(),
      snapshot,
      url: "ws://site/ws/notifications/",
      WebSocket: this.Sockets,
      clock: this.clock,
      random: this.random,
      log: silent,
    });
    this.client.addEventListener("arrived", ({ detail }) => this.shown.push(...detail.map((item) => item.title)));
    this.client.addEventListener("count", ({ detail }) => (this.badge = detail));
    this.client.start();
  }

  async opened() {
    this.isCut = false;
    while (this.Sockets.last.readyState !== 0) await this.clock.advance(this.clock.pending[0]);
    this.Sockets.last.open();
    this.Sockets.last.send('{"type":"get_count"}'); // unasked: the server tells it on open
    await this.clock.advance(1);
  }

  async lost({ code }) {
    this.isCut = true;
    this.#newestCount = -1;
    if (this.Sockets.last.readyState <= 1) this.Sockets.last.end(code);
    await this.clock.advance(1);
  }

  async received({ frames }) {
    if (!this.isCut) for (const frame of frames) this.#receive(frame);
    await this.clock.advance(1);
  }

  #receive(frame) {
    const { store } = this.client;
    const before = store.unread;
    this.Sockets.last.receive(frame);
    if (frame.type !== "unread_count") return;
    if (frame.revision < this.#newestCount && store.unread !== before) this.wentBack.push(frame);
    this.#newestCount = Math.max(this.#newestCount, frame.revision);
  }

  async passed({ milliseconds }) {
    await this.clock.advance(milliseconds);
  }

  async visible() {
    this.client.visible();
    await this.clock.advance(1);
  }

  // The page does not wait for the answer, and so nor does the test.
  async did({ deed, id }) {
    this.client[deed](...(id === null ? [] : [id]));
    await this.clock.advance(1);
  }

  knows() {
    const { store } = this.client;
    const { revision, unread } = store;
    const { badge, shown, wentBack } = this;
    return { revision, unread, badge, items: store.latest(Infinity), shown, wentBack };
  }

  #sockets() {
    const page = this;
    return class extends fakeWebSocket() {
      constructor(url) {
        super(url);
        if (page.isCut) page.clock.setTimeout(() => this.readyState === 0 && this.end(), REFUSES_WITHIN);
      }

      send(text) {
        const { type } = JSON.parse(text);
        const answer = type === "ping" ? { type: "pong" } : page.line.ask({ what: type });
        if (answer) page.clock.setTimeout(() => this.readyState === 1 && this.receive(answer), 0);
      }
    };
  }

  #api() {
    const answer = (question) => this.#answer(question);
    return {
      count: () => answer({ what: "count" }),
      changes: ({ since, cursor }) => answer({ what: "changes", since, cursor }),
      markRead: (id) => answer({ what: "read", id }),
      remove: (id) => answer({ what: "delete", id }),
      markAllRead: () => answer({ what: "read_all" }),
    };
  }

  // Some time to the server, the answer as of then, some time back.
  async #answer(question) {
    await this.#wait();
    const { status, ...answer } = this.line.ask(question);
    await this.#wait();
    if (status) throw new HttpError({ status, code: "refused", message: "No." });
    return answer;
  }

  #wait() {
    return new Promise((resolve) => this.clock.setTimeout(resolve, Math.floor(this.random() * LATENCY)));
  }
}

const line = new Line();
let page;

// What goes wrong in the page is its test's failure, and not the end of the pages after it.
async function befall(order) {
  try {
    if (order.do === "loaded") page = new PageOnALine(line, order);
    else return { done: (await page[order.do](order)) ?? null };
    return { done: null };
  } catch (error) {
    return { failed: error.stack };
  }
}

for (let order = line.read(); order !== null; order = line.read()) {
  line.write(await befall(order));
}
