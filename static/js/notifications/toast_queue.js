// Which toasts stand on the screen, and for how long. Pure: the clock is handed in, drawing is someone else's.

import { MINUTE, SECOND, systemClock } from "./clock.js";

const STAYS_FOR = 8 * SECOND;
const STORM_WITHIN = 10 * SECOND;
const STORM_ABOVE = 5; // this many in STORM_WITHIN still come one by one
const STALE_AFTER = MINUTE; // what waited longer for its place is found in the bell

export class ToastQueue {
  #clock;
  #onChange;
  #atMost;
  #shown = [];
  #waiting = [];
  #recent = new Map(); // id -> { item, at }
  #holds = new Set();
  #lastKey = 0;

  // `atMost()` is how many there is room for, now. `onChange(toasts)` gets what should be on the screen, oldest first: { key, item } or { key, items } for a storm.
  constructor({ onChange, atMost = () => 3, clock = systemClock }) {
    this.#onChange = onChange;
    this.#atMost = atMost;
    this.#clock = clock;
  }

  push(items) {
    const at = this.#clock.now();
    for (const item of items) this.#recent.set(item.id, { item, at });
    this.#forgetOld(at);
    if (this.#summary || this.#recent.size > STORM_ABOVE) this.#fold(items);
    else for (const item of items) this.#waiting.push(this.#single(item, at));
    this.#fill();
  }

  // What stood on the page before this one, each for as long as it had left there.
  restore(kept) {
    if (kept.length > STORM_ABOVE) return this.push(kept.map(({ item }) => item));
    const at = this.#clock.now();
    for (const { item, left } of kept) {
      this.#recent.set(item.id, { item, at });
      this.#waiting.push({ ...this.#single(item, at), left });
    }
    this.#fill();
  }

  // Read or deleted anywhere: no toast speaks of them any more.
  retract(ids) {
    for (const id of ids) {
      this.#recent.delete(id);
      this.#summary?.items.delete(id);
    }
    const gone = new Set(ids);
    const isOver = (toast) => (toast.items ? toast.items.size === 0 : gone.has(toast.item.id));
    this.#remove(isOver);
  }

  dismiss(key) {
    if (this.#summary?.key === key) this.#recent.clear(); // the next one is not part of that storm
    this.#remove((toast) => toast.key === key);
  }

  dismissNewest() {
    const newest = this.#shown.at(-1);
    if (newest) this.dismiss(newest.key);
    return newest !== undefined;
  }

  // While anything holds them (a pointer, the focus, a hidden page) their time stands still.
  hold(reason) {
    if (this.#holds.size === 0) for (const toast of this.#shown) this.#pause(toast);
    this.#holds.add(reason);
  }

  release(reason) {
    if (!this.#holds.delete(reason) || this.#holds.size > 0) return;
    for (const toast of this.#shown) this.#run(toast);
  }

  get items() {
    return [...this.#shown, ...this.#waiting].flatMap((toast) => [...(toast.items?.values() ?? [toast.item])]);
  }

  // For the next page: every item with the milliseconds that its toast has left.
  get kept() {
    return [...this.#shown, ...this.#waiting].flatMap((toast) => {
      const left = toast.timer === null ? toast.left : Math.max(0, toast.left - (this.#clock.now() - toast.since));
      return [...(toast.items?.values() ?? [toast.item])].map((item) => ({ item, left }));
    });
  }

  get #summary() {
    return this.#shown.find((toast) => toast.items);
  }

  #single(item, at) {
    return this.#toast({ item, at, stays: item.priority === "urgent" });
  }

  #toast(fields) {
    this.#lastKey += 1;
    return { key: this.#lastKey, left: STAYS_FOR, timer: null, since: null, ...fields };
  }

  #fold(items) {
    const own = [...this.#shown, ...this.#waiting].filter((toast) => toast.stays && toast.item);
    for (const item of items) if (item.priority === "urgent") own.push(this.#single(item, this.#clock.now()));
    // One place is left for the toast that stands for all others.
    const kept = own.slice(0, this.#atMost() - 1);
    const isKept = new Set(kept.map((toast) => toast.item.id));
    const summary = this.#summary ?? this.#toast({ items: new Map(), at: this.#clock.now(), stays: false });
    for (const [id, { item }] of this.#recent) if (!isKept.has(id)) summary.items.set(id, item);
    for (const { item } of own) if (!isKept.has(item.id)) summary.items.set(item.id, item);
    summary.stays = [...summary.items.values()].some((item) => item.priority === "urgent");
    this.#restart(summary);
    for (const toast of this.#shown) if (toast !== summary && !kept.includes(toast)) this.#pause(toast);
    this.#shown = summary.items.size ? [...kept, summary] : kept;
    this.#waiting = [];
    this.#tellAndRun();
  }

  #fill() {
    const now = this.#clock.now();
    this.#waiting = this.#waiting.filter((toast) => toast.stays || now - toast.at < STALE_AFTER);
    this.#waiting.sort((a, b) => Number(b.stays) - Number(a.stays)); // stable: the urgent ones first
    while (this.#waiting[0]?.stays && this.#shown.length >= this.#atMost() && this.#giveWay());
    while (this.#shown.length < this.#atMost() && this.#waiting.length) this.#shown.push(this.#waiting.shift());
    this.#tellAndRun();
  }

  // The oldest ordinary toast makes room for an urgent one, and waits for a place again.
  #giveWay() {
    const ordinary = this.#shown.find((toast) => toast.item && !toast.stays);
    if (!ordinary) return false;
    this.#pause(ordinary);
    this.#shown = this.#shown.filter((toast) => toast !== ordinary);
    this.#waiting.push(ordinary);
    return true;
  }

  #remove(isOver) {
    const over = this.#shown.filter(isOver);
    for (const toast of over) this.#pause(toast);
    this.#shown = this.#shown.filter((toast) => !isOver(toast));
    this.#waiting = this.#waiting.filter((toast) => !isOver(toast));
    this.#fill();
  }

  #tellAndRun() {
    if (this.#holds.size === 0) for (const toast of this.#shown) this.#run(toast);
    this.#onChange(this.#shown.map(({ key, item, items }) => (items ? { key, items: [...items.values()] } : { key, item })));
  }

  #run(toast) {
    if (toast.stays || toast.timer !== null) return;
    toast.since = this.#clock.now();
    toast.timer = this.#clock.setTimeout(() => this.dismiss(toast.key), toast.left);
  }

  #pause(toast) {
    if (toast.timer === null) return;
    this.#clock.clearTimeout(toast.timer);
    toast.timer = null;
    toast.left = Math.max(0, toast.left - (this.#clock.now() - toast.since));
  }

  #restart(toast) {
    this.#pause(toast);
    toast.left = STAYS_FOR;
  }

  #forgetOld(now) {
    for (const [id, { at }] of this.#recent) if (now - at > STORM_WITHIN) this.#recent.delete(id);
  }
}
