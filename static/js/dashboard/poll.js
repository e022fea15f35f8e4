// Asks the server again and again while somebody is looking, and says so when it does not answer. No DOM in here
// but what it is given.
export const PATIENCE_MS = 8000;

export class SignedOut extends Error {}

export async function ask(url, { fetch = globalThis.fetch, patience = PATIENCE_MS } = {}) {
  const answer = await fetch(url, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(patience),
  });
  // Whoever is signed out, or no longer allowed, is sent to a page.
  if (answer.redirected || answer.status === 401 || answer.status === 403) throw new SignedOut();
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

// `told(answer)` returns how many milliseconds to wait, or nothing to stop; `lost(error)` is called once a failure.
export function poll({ url, every, told, lost, page = document, fetch, later = setTimeout }) {
  let timer = null;
  let asking = false;
  let ended = false;

  async function turn() {
    timer = null;
    if (asking || ended || page.hidden) return;
    asking = true;
    let wait = every;
    try {
      wait = told(await ask(url(), { fetch }));
      ended = wait === undefined;
    } catch (error) {
      lost(error);
      ended = error instanceof SignedOut;
    }
    asking = false;
    if (!ended && !page.hidden) timer = later(turn, wait ?? every);
  }

  page.addEventListener("visibilitychange", () => {
    if (!page.hidden && timer === null) turn();
  });
  timer = later(turn, every);
}

// The line that says whether the page is up to date.
export function status(element) {
  const text = element.querySelector(".pl-live-text");
  let since = null;
  const set = (state, words) => {
    element.hidden = false;
    element.dataset.state = state;
    if (text.textContent !== words) text.textContent = words;
  };
  return {
    live(at) {
      since = null;
      set("live", `Live, as of ${at}`);
    },
    lost(error) {
      since ??= new Date().toLocaleTimeString("en-IN", { hour12: false, timeZone: "Asia/Kolkata" });
      if (error instanceof SignedOut) set("lost", "You are signed out, or may not see this any more. Load the page again.");
      else set("lost", `The server has not answered since ${since}. These numbers are old; trying again.`);
    },
    ended() {
      element.hidden = true;
    },
  };
}
