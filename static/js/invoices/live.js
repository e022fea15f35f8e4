/**
 * Keeps the page of an issued invoice, a quotation or a bill true while it is open: what is told of it (a payment, one
 * that did not clear, a cancellation) has happened after this page was rendered, and so its balance, QR code and
 * timeline are read anew. What is on its way by e-mail is not told of when it arrives: while the timeline waits for it,
 * the page looks again. Where that fails, the page says that it is out of date.
 */

const RESTS_MS = 100; // several things told at once are one look
const WAITS_MS = 1_500; // a letter is mostly gone within a second or two
const SLOWER = 1.6; // each look by so much later than the one before
const LONGEST_MS = 60_000; // where the mail server is away, nobody needs to know the second of its return
const SLACK_MS = 60_000; // told of within a transaction that may have ended only after this page was rendered

class LivePage {
  #since;
  #known = new Set(); // ids of notifications that have been answered by a look
  #timer = null;
  #newest = 0;
  #fresh = null; // the page as it was read last
  #pause = WAITS_MS;

  /** @param {{root: Document, path: string}} options */
  constructor({ root, path }) {
    Object.assign(this, { root, path });
    this.#since = Date.parse(root.getElementById("invoice-head").dataset.live) - SLACK_MS;
    root.addEventListener("notifications-changed", ({ detail }) => this.#told(detail));
    root.addEventListener("close", () => this.#fresh && this.#renewQuestions(), { capture: true });
    this.#wait();
  }

  /** Looks again while something in the timeline waits for what nobody tells of. */
  #wait() {
    if (!this.root.querySelector("[data-waits]")) {
      this.#pause = WAITS_MS;
      return;
    }
    setTimeout(async () => {
      if (!this.root.hidden) await this.#look();
      this.#wait();
    }, this.#pause);
    this.#pause = Math.min(this.#pause * SLOWER, LONGEST_MS);
  }

  #told(changes) {
    const news = changes.filter((row) => row.link_url === this.path && Date.parse(row.created_at) > this.#since);
    const unknown = news.filter((row) => !this.#known.has(row.id));
    if (unknown.length === 0) return;
    for (const row of unknown) this.#known.add(row.id);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), RESTS_MS);
  }

  /** Asks for the page itself: one rendering, one truth. */
  async #look() {
    const mine = ++this.#newest;
    const fresh = await this.#asked();
    if (mine !== this.#newest) return;
    this.root.getElementById("invoice-stale").hidden = fresh !== null;
    if (fresh === null) return;
    this.#show(fresh);
  }

  async #asked() {
    try {
      const response = await fetch(this.path, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
      return response.ok ? parsed(await response.text()) : null;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return null;
    }
  }

  /** Nothing that somebody types into is touched: an open question keeps its fields, and is renewed once it closes. */
  #show(fresh) {
    for (const place of this.root.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(place.id);
      if (now) this.#replace(place, now);
    }
    this.#fresh = fresh;
    this.#renewQuestions();
  }

  /** What can be asked of the document changes with it: a payment that is reversed can be recorded again. */
  #renewQuestions() {
    const main = this.root.querySelector("main");
    for (const dialog of main.querySelectorAll("dialog:not([open])")) dialog.remove();
    for (const now of this.#fresh.querySelectorAll("main dialog")) {
      if (!this.root.getElementById(now.id)) main.append(this.root.importNode(now, true));
    }
  }

  /** The focus stays on what had it; where that is gone, on the page's heading. */
  #replace(place, now) {
    const focused = place.contains(this.root.activeElement) ? this.root.activeElement : null;
    place.replaceChildren(...this.root.importNode(now, true).childNodes);
    if (!focused) return;
    const same = [...place.querySelectorAll("a, button")].find(
      (other) => other.tagName === focused.tagName && other.href === focused.href && other.textContent === focused.textContent,
    );
    (same ?? this.root.getElementById("invoice-title")).focus({ preventScroll: true });
  }
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

new LivePage({ root: document, path: window.location.pathname });
