// Random inboxes, random networks: frames are dropped, doubled and reordered, answers take their time, connections
// break, other devices read and delete, databases are trimmed and restored. Once the network is quiet, what the page
// knows equals what a fresh page would fetch, and nothing was shown twice.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakePage } from "./support/page.js";
import { seeded } from "./support/random.js";

const RUNS = 200;
const STEPS = 60;

class World {
  constructor(seed, { mayRestore }) {
    this.random = seeded(seed);
    this.mayRestore = mayRestore;
    this.page = new FakePage({ random: this.random, latency: () => Math.floor(this.random() * 400) });
    this.backup = null;
    this.posted = [];
    this.page.client.start();
  }

  get inbox() {
    return this.page.inbox;
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  async step() {
    const deeds = [this.post, this.post, this.post, this.readOne, this.deleteOne, this.readAll, this.sendCount];
    deeds.push(this.breakOrConnect, this.breakOrConnect, this.readHere, this.deleteHere);
    if (this.random() < 0.03) deeds.push(this.trim);
    if (this.mayRestore && this.random() < 0.03) deeds.push(this.backUp, this.restore);
    await this.pick(deeds).call(this);
    if (this.random() < 0.6) await this.page.clock.advance(Math.floor(this.random() * 1_500));
  }

  post() {
    const burst = this.random() < 0.1 ? 12 : 1;
    for (let index = 0; index < burst; index += 1) {
      const frame = this.inbox.post();
      this.posted.push(frame.notification.id);
      this.send(frame);
      this.sendCount();
    }
  }

  readOne() {
    const row = this.pick(this.inbox.standing());
    if (!row) return;
    this.inbox.read(row.id);
    this.changedElsewhere();
  }

  deleteOne() {
    const row = this.pick(this.inbox.standing());
    if (!row) return;
    this.inbox.remove(row.id);
    this.changedElsewhere();
  }

  readAll() {
    if (this.random() < 0.7) return;
    this.inbox.readAll();
    this.changedElsewhere();
  }

  changedElsewhere() {
    this.send(this.inbox.changedFrame());
    this.sendCount();
  }

  readHere() {
    const item = this.pick(this.page.client.store.latest(50));
    if (item && this.inbox.rows.has(item.id)) this.page.client.markRead(item.id);
  }

  deleteHere() {
    const item = this.pick(this.page.client.store.latest(50));
    if (item && this.inbox.rows.has(item.id)) this.page.client.remove(item.id);
  }

  sendCount() {
    this.send(this.inbox.countFrame());
  }

  // To the socket open now: at once, late, twice, or never.
  send(frame) {
    const { socket } = this.page;
    const copies = this.pick([0, 1, 1, 1, 1, 2]);
    for (let copy = 0; copy < copies; copy += 1) {
      const delay = this.random() < 0.5 ? 0 : Math.floor(this.random() * 800);
      this.page.clock.setTimeout(() => socket.readyState === 1 && socket.receive(frame), delay);
    }
  }

  breakOrConnect() {
    const { socket } = this.page;
    if (socket.readyState === 0) socket.open();
    else if (socket.readyState === 1 && this.random() < 0.5) socket.end(this.pick([1001, 1006, 1012]));
  }

  trim() {
    this.inbox.historyFrom = this.inbox.revision - Math.floor(this.random() * 3);
  }

  backUp() {
    this.backup = this.inbox.copy();
  }

  // Under a running server a page could not tell its own new revisions from the lost ones: servers are restarted,
  // and pages are back before much is posted.
  async restore() {
    if (!this.backup) return;
    this.page.inbox = this.backup.copy();
    if (this.page.socket.readyState < 2) this.page.socket.end(1012);
    await this.connect();
  }

  async connect() {
    while (this.page.socket.readyState !== 1) {
      if (this.page.socket.readyState === 0) this.page.socket.open();
      await this.page.clock.advance(1_000);
    }
    await this.page.clock.advance(5_000);
  }

  async becomeQuiet() {
    await this.page.clock.advance(40_000);
    await this.connect();
    this.page.client.visible();
    this.page.socket.receive(this.inbox.countFrame()); // the answer to get_count
    await this.page.clock.advance(5_000);
  }

  agrees(seed) {
    const { store } = this.page.client;
    const because = `seed ${seed}`;
    assert.equal(store.unread, this.inbox.unread, because);
    assert.equal(store.revision, this.inbox.revision, because);
    assert.equal(store.isBehind, false, because);
    const known = new Map(store.latest(500).map((item) => [item.id, item.is_read]));
    for (const row of this.inbox.standing()) {
      if (known.has(row.id)) assert.equal(known.get(row.id), row.is_read, `${because}, row ${row.id}`);
      known.delete(row.id);
    }
    assert.deepEqual([...known.keys()], [], `${because}: rows that do not stand in the inbox`);
  }
}

test("state and events equal a fresh fetch, whatever the network did", async () => {
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const world = new World(seed, { mayRestore: false });
    for (let step = 0; step < STEPS; step += 1) await world.step();
    await world.becomeQuiet();
    world.agrees(seed);
    const toasts = world.page.toasts;
    assert.equal(new Set(toasts).size, toasts.length, `seed ${seed}: something was shown twice`);
    const { store } = world.page.client;
    const missed = world.inbox.standing().filter((row) => !row.is_read && !toasts.includes(row.id));
    assert.deepEqual(missed.map((row) => row.id), [], `seed ${seed}: unread and never shown`);
    assert.ok(store.latest(500).every((item) => world.posted.includes(item.id)));
  }
});

test("the same holds where the server's data are restored to an older state", async () => {
  for (let seed = 1001; seed <= 1000 + RUNS; seed += 1) {
    const world = new World(seed, { mayRestore: true });
    for (let step = 0; step < STEPS; step += 1) await world.step();
    await world.becomeQuiet();
    world.agrees(seed);
  }
});
