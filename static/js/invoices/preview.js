/**
 * Asks the server for an invoice's totals while it is typed. Nothing is computed here.
 *
 * Questions are held back until typing rests for `wait` milliseconds, and only the newest question's
 * answer counts: an older one that arrives late is dropped, whatever order the network delivers in. Who needs an
 * answer to go on, as saving does, asks for `settled`.
 * There is no DOM in this module.
 */

export const SIGNED_OUT = "signed-out";
export const STALE_PAGE = "stale-page";
export const UNREACHABLE = "unreachable";
export const FAILED = "failed";

const WAIT_MS = 150; // a pause in typing, and well under a blink together with the answer
const TIMEOUT_MS = 15_000; // longer than any healthy answer, shorter than a person's patience

/** What an answer without totals means to the person. */
function trouble(response) {
  if (response.type === "opaqueredirect" || response.status === 401) return SIGNED_OUT;
  if (response.status === 403) return STALE_PAGE;
  return FAILED;
}

export class Preview {
  #newest = 0;
  #timer = null;
  #inFlight = null;
  #latest = null;

  /**
   * @param {object} options
   * @param {string} options.url
   * @param {() => BodyInit} options.body what is typed now
   * @param {() => string} options.token the CSRF token now: signing in again in another tab changes it
   * @param {(answer: object) => void} options.onAnswer
   * @param {(kind: string) => void} options.onTrouble
   */
  constructor({ url, body, token, onAnswer, onTrouble, wait = WAIT_MS, fetch = globalThis.fetch.bind(globalThis) }) {
    Object.assign(this, { url, body, token, onAnswer, onTrouble, wait, fetch });
  }

  /** Asks once typing rests. */
  ask() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), this.wait);
  }

  /**
   * Asks at once, and goes on until the answer is about what is typed now, however much was typed meanwhile.
   * Resolves to null only where there is none, which `onTrouble` has been told.
   */
  async settled() {
    let asked = this.now();
    for (;;) {
      const answer = await asked;
      if (this.#timer !== null) asked = this.now(); // typed meanwhile and not asked yet
      else if (asked !== this.#latest) asked = this.#latest; // overtaken: the newer answer will do
      else return answer;
    }
  }

  /** Asks at once. Resolves to the answer, or to null when there is none or a newer question overtook it. */
  now() {
    clearTimeout(this.#timer);
    this.#timer = null;
    return (this.#latest = this.#question());
  }

  async #question() {
    this.#inFlight?.abort();
    const mine = ++this.#newest;
    const flight = (this.#inFlight = new AbortController());
    const deadline = setTimeout(() => flight.abort(), TIMEOUT_MS);
    try {
      const response = await this.#send(flight.signal);
      const answer = response.ok ? await response.json() : null;
      if (mine !== this.#newest) return null;
      if (answer === null) this.onTrouble(trouble(response));
      else this.onAnswer(answer);
      return answer;
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof SyntaxError || error.name === "AbortError")) throw error;
      if (mine === this.#newest) this.onTrouble(UNREACHABLE);
      return null;
    } finally {
      clearTimeout(deadline);
    }
  }

  #send(signal) {
    return this.fetch(this.url, {
      method: "POST",
      body: this.body(),
      headers: { "X-CSRFToken": this.token(), Accept: "application/json" },
      credentials: "same-origin",
      redirect: "manual", // a redirect is the sign-in page: never follow it as if it were totals
      signal,
    });
  }
}
