/**
 * The PDF button: asks whether the file is there, says that it is being made while it is not, and downloads it as
 * soon as it is. Where it could not be made, it says so and offers to try again.
 * There is no DOM in `Maker`.
 */

import { csrfToken } from "./cookies.js";

const FIRST_MS = 150; // a paper of a dozen lines is made within this
const LATER_MS = 1_500; // where many wait, nobody needs to know it to the second
const SLOWER = 1.4; // each pause by so much longer than the one before
const PATIENCE_MS = 60_000;
const TIMEOUT_MS = 10_000;
const SHOWN_AFTER_MS = 300; // what is over sooner is no wait

export const MADE = "made";
export const MAKING = "making";
export const FAILED = "failed";

const UNREACHABLE = "The server did not answer. Check the connection.";
const SIGNED_OUT = "You are signed out. Sign in in another tab, then try again.";
const TOO_LONG = "It takes longer than it should. It is still asked for: try again in a minute.";

export class Maker {
  /** @param {{fetch: typeof fetch, wait: (ms: number) => Promise<void>, tell: (message: string) => void}} options */
  constructor({ fetch, wait, tell }) {
    Object.assign(this, { fetch, wait, tell });
  }

  /** Asks until it is made or has failed: `{state, message}`. */
  async made(path) {
    let pause = FIRST_MS;
    for (let waited = 0; waited < PATIENCE_MS; waited += pause) {
      const answer = await this.#asked(path);
      if (answer.state !== MAKING) return answer;
      this.tell(answer.message);
      await this.wait(pause);
      pause = Math.min(pause * SLOWER, LATER_MS);
    }
    return { state: FAILED, message: TOO_LONG };
  }

  async #asked(path) {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const options = { credentials: "same-origin", redirect: "manual", cache: "no-store", signal };
      const response = await this.fetch(path, { ...options, headers: { Accept: "application/json" } });
      if (response.ok) return await response.json();
      if (response.status === 401) return { state: FAILED, message: SIGNED_OUT };
      const said = await response.json().catch(() => null);
      return { state: FAILED, message: said?.error?.message ?? UNREACHABLE };
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof DOMException)) throw error;
      return { state: FAILED, message: UNREACHABLE };
    }
  }
}

/** The notice under the heading of the invoice's page. */
class Notice {
  #timer = null;

  constructor(root) {
    this.root = root;
    this.words = root.querySelector("[data-words]");
    this.progress = root.querySelector("progress");
    this.again = root.querySelector("form");
  }

  tell(message) {
    this.words.textContent = message;
    this.#timer ??= setTimeout(() => this.#show("notice-info", true), SHOWN_AFTER_MS);
  }

  /** The form asks anew for what the link brings: an invoice has several. */
  fail(message, link) {
    this.hide();
    this.again.action = link.href;
    this.words.textContent = message;
    this.#show("notice-danger", false);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.root.hidden = true;
  }

  #show(tone, isWaiting) {
    this.root.classList.remove("notice-info", "notice-danger");
    this.root.classList.add(tone);
    this.progress.hidden = !isWaiting;
    this.again.hidden = isWaiting;
    this.root.hidden = false;
  }
}

function start(page) {
  const notice = new Notice(page.getElementById("pdf-notice"));
  const maker = new Maker({
    fetch: window.fetch.bind(window),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    tell: (message) => notice.tell(message),
  });
  let busy = false;
  let wanted = null; // what was asked for last, which is what is tried again

  async function bring(link) {
    if (busy) return;
    busy = true;
    wanted = link;
    notice.hide();
    link.setAttribute("aria-busy", "true");
    const { state, message } = await maker.made(link.dataset.pdf);
    link.removeAttribute("aria-busy");
    busy = false;
    if (state !== MADE) return notice.fail(message, link);
    notice.hide();
    window.location.assign(link.href); // an attachment: the page stays
  }

  page.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-pdf]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    bring(link);
  });
  notice.again.addEventListener("submit", async (event) => {
    event.preventDefault();
    const headers = { "X-CSRFToken": csrfToken(notice.again) };
    const options = { method: "POST", credentials: "same-origin", redirect: "manual", headers };
    try {
      await fetch(notice.again.action, options);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    bring(wanted); // which says what is wrong, if something still is
  });
}

if (globalThis.document) start(document);
