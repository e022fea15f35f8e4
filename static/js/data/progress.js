/**
 * The page of an import or export that is under way: asks how far it is, shows it, and opens the next page when it
 * is over. There is no DOM in `follow`.
 */

const EVERY_MS = 1_000;
const TIMEOUT_MS = 15_000; // in one process, the server does a part of the work while it is asked

const UNREACHABLE = "The server did not answer. Trying again…";

/**
 * Asks until it is over: resolves then. `tell` gets each answer, and null where there was none.
 *
 * @param {{fetch: typeof fetch, wait: (ms: number) => Promise<void>, tell: (answer: object | null) => void}} options
 */
export async function follow(path, { fetch, wait, tell }) {
  for (;;) {
    await wait(EVERY_MS);
    const answer = await asked(path, fetch);
    if (answer?.is_under_way === false) return;
    tell(answer);
  }
}

async function asked(path, fetch) {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const options = { credentials: "same-origin", redirect: "manual", cache: "no-store", signal };
  try {
    const response = await fetch(path, { ...options, headers: { Accept: "application/json" } });
    // Signed out, or gone: the page itself says so.
    if (response.status === 401 || response.status === 404) return { is_under_way: false };
    return response.ok ? await response.json() : null;
  } catch (error) {
    if (!(error instanceof TypeError) && !(error instanceof DOMException)) throw error;
    return null;
  }
}

function start(panel) {
  const words = panel.querySelector("[data-words]");
  const progress = panel.querySelector("progress");
  const tell = (answer) => {
    const text = answer?.message ?? UNREACHABLE;
    if (words.textContent !== text) words.textContent = text;
    if (!answer?.total) return;
    progress.max = answer.total;
    progress.value = answer.done;
  };
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  follow(panel.dataset.job, { fetch: window.fetch.bind(window), wait, tell }).then(() => window.location.reload());
}

const panel = globalThis.document?.querySelector("[data-job]");
if (panel) start(panel);
