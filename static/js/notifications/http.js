// The notification endpoints: JSON, session cookie, CSRF token, and their errors as one class.

const TIMEOUT_MS = 15_000;
const CSRF_COOKIE = "csrftoken";

// `status` is the HTTP status, 0 where there was no answer; `code` is the contract's error code;
// `retryAfter` is in milliseconds, null where the server named none.
export class HttpError extends Error {
  constructor({ status, code, message, retryAfter = null }) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

export class NotificationApi {
  #fetch;
  #csrfToken;

  constructor({ fetch = globalThis.fetch.bind(globalThis), csrfToken }) {
    this.#fetch = fetch;
    this.#csrfToken = csrfToken;
  }

  count() {
    return this.#get("api/count/");
  }

  changes({ since, limit, cursor = null }) {
    const query = new URLSearchParams({ since, limit });
    if (cursor !== null) query.set("cursor", cursor);
    return this.#get(`api/changes/?${query}`);
  }

  latest(limit) {
    return this.#get(`api/?limit=${limit}`);
  }

  markRead(id) {
    return this.#post(`${id}/read/`);
  }

  remove(id) {
    return this.#post(`${id}/delete/`);
  }

  markAllRead() {
    return this.#post("read-all/");
  }

  removeRead() {
    return this.#post("delete-read/");
  }

  #get(path) {
    return this.#answer(path, {});
  }

  // keepalive: opening a notification marks it read while the page is already leaving.
  #post(path) {
    return this.#answer(path, {
      method: "POST",
      headers: { "X-CSRFToken": this.#csrfToken() },
      keepalive: true,
    });
  }

  async #answer(path, { headers = {}, ...options }) {
    const response = await this.#send(`/notifications/${path}`, {
      ...options,
      headers: { Accept: "application/json", ...headers },
      credentials: "same-origin",
      redirect: "error", // an answer from elsewhere, a sign-in page for instance, is no answer
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await bodyOf(response);
    if (!response.ok || body === null) throw refused(response, body);
    return body;
  }

  async #send(url, options) {
    try {
      return await this.#fetch(url, options);
    } catch (error) {
      throw new HttpError({ status: 0, code: "no_answer", message: error.message });
    }
  }
}

async function bodyOf(response) {
  try {
    return await response.json();
  } catch {
    return null; // a proxy's own page in place of ours
  }
}

function refused(response, body) {
  const { code = "unreadable", message = `The server answered ${response.status}.` } = body?.error ?? {};
  return new HttpError({ status: response.status, code, message, retryAfter: retryAfter(response) });
}

function retryAfter(response) {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return Number.isNaN(seconds) ? null : seconds * 1000;
}

// The cookie first: signing in again in another tab changes it, and the page still carries the old one.
export function csrfTokenFrom(cookies, fallback) {
  const pair = cookies.split("; ").find((part) => part.startsWith(`${CSRF_COOKIE}=`));
  return pair ? decodeURIComponent(pair.slice(CSRF_COOKIE.length + 1)) : fallback;
}
