// The connection to /ws/notifications/: opens, is kept honest by pings, and comes back after every loss but one.
// It knows nothing of pages or of what the frames mean.

import { MINUTE, SECOND, jittered, systemClock } from "./clock.js";

export const SIGNED_OUT = 4401;
export const TOO_MANY_MESSAGES = 4429;
const NORMAL_CLOSE = 1000;

const CONNECT_WITHIN = 10 * SECOND; // a black hole answers neither yes nor no
const PING_EVERY = 25 * SECOND; // proxies cut what is silent for 30 or 60 s
const ANSWER_WITHIN = 10 * SECOND;
const ASK_COUNT_EVERY = MINUTE; // finds a frame lost in silence, on a link that is otherwise well
const FIRST_RETRY_WITHIN = 5 * SECOND;
const RETRIES_AT_MOST_APART = 30 * SECOND;
const STABLE_AFTER = 30 * SECOND;
const PENALTY = 30 * SECOND;

export class NotificationSocket {
  #url;
  #WebSocket;
  #clock;
  #random;
  #log;
  #on;
  #socket = null;
  #timers = new Map();
  #failures = 0;
  #openedAt = null;
  #askedAt = null;
  #wanted = false; // whether this page should have a connection: not before start, not in the back-forward cache
  #final = false;
  #penalised = false;

  // `on` has onOpen(), onFrame(frame), onLost({ wasOpen }), onSignedOut().
  constructor({ url, on, WebSocket = globalThis.WebSocket, clock = systemClock, random = Math.random, log = console }) {
    this.#url = url;
    this.#on = on;
    this.#WebSocket = WebSocket;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
  }

  get isOpen() {
    return this.#openedAt !== null;
  }

  start() {
    if (this.#final || this.#wanted) return;
    this.#wanted = true;
    if (!this.#timers.has("retry")) this.#connect(); // a penalty outlives the back-forward cache
  }

  // Leaves no trace: a page with an open socket may not enter the back-forward cache.
  pause() {
    this.#wanted = false;
    if (!this.#penalised) this.#stop("retry");
    this.#drop(NORMAL_CLOSE);
  }

  finish() {
    this.#final = true;
    this.pause();
    this.#stop("retry");
  }

  // The network is back: no waiting for the timer, and no trust in a link from before.
  hurry() {
    if (!this.#wanted || this.#final || this.#penalised) return;
    if (this.isOpen) this.#ping();
    else {
      this.#drop(NORMAL_CLOSE);
      this.#connect();
    }
  }

  askCount() {
    if (!this.isOpen) return;
    this.#askedAt = this.#clock.now();
    this.#send({ type: "get_count" });
  }

  #connect() {
    this.#stop("retry");
    this.#penalised = false;
    const socket = new this.#WebSocket(this.#url);
    this.#socket = socket;
    const ifCurrent = (deed) => (event) => {
      if (this.#socket === socket) deed(event);
    };
    socket.onopen = ifCurrent(() => this.#opened());
    socket.onmessage = ifCurrent((event) => this.#received(event.data));
    socket.onclose = ifCurrent((event) => this.#closed(event.code));
    this.#after("connect", CONNECT_WITHIN, () => this.#lost());
  }

  #opened() {
    this.#stop("connect");
    this.#openedAt = this.#clock.now();
    this.#askedAt = this.#openedAt; // the server tells the count on open
    this.#log.log("Notification WebSocket connected");
    this.#pingLater();
    this.#on.onOpen();
  }

  #received(data) {
    this.#stop("answer"); // whatever arrives proves that the link lives
    const frame = parsed(data);
    if (frame) this.#on.onFrame(frame);
  }

  #pingLater() {
    this.#after("ping", PING_EVERY, () => this.#ping());
  }

  #ping() {
    this.#send({ type: "ping" });
    if (this.#clock.now() - this.#askedAt >= ASK_COUNT_EVERY) this.askCount();
    if (!this.#timers.has("answer")) this.#after("answer", ANSWER_WITHIN, () => this.#lost());
    this.#pingLater();
  }

  #send(message) {
    if (this.#socket?.readyState === this.#WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  // A dead link is let go at once: its close event may take minutes, or never come.
  #lost() {
    this.#closed(null);
  }

  #closed(code) {
    const wasOpen = this.isOpen;
    if (wasOpen && this.#clock.now() - this.#openedAt >= STABLE_AFTER) this.#failures = 0;
    this.#drop(NORMAL_CLOSE);
    if (code === SIGNED_OUT) {
      this.finish();
      this.#on.onSignedOut();
      return;
    }
    this.#retryLater(code);
    this.#on.onLost({ wasOpen });
  }

  #retryLater(code) {
    this.#penalised = code === TOO_MANY_MESSAGES;
    const cap = Math.min(FIRST_RETRY_WITHIN * 2 ** this.#failures, RETRIES_AT_MOST_APART);
    this.#failures += 1;
    const delay = jittered(cap, this.#random) + (this.#penalised ? PENALTY : 0);
    this.#after("retry", delay, () => {
      this.#penalised = false;
      if (this.#wanted) this.#connect();
    });
  }

  #drop(code) {
    for (const name of ["connect", "ping", "answer"]) this.#stop(name);
    const socket = this.#socket;
    this.#socket = null;
    this.#openedAt = null;
    if (socket && socket.readyState <= this.#WebSocket.OPEN) socket.close(code);
  }

  #after(name, delay, deed) {
    this.#stop(name);
    const run = () => {
      this.#timers.delete(name);
      deed();
    };
    this.#timers.set(name, this.#clock.setTimeout(run, delay));
  }

  #stop(name) {
    this.#clock.clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

function parsed(data) {
  try {
    const frame = JSON.parse(data);
    return typeof frame === "object" ? frame : null;
  } catch {
    return null; // what is not JSON is not ours
  }
}
