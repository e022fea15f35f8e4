import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { NotificationApi, csrfTokenFrom } from "../../static/js/notifications/http.js";

function apiThatAnswers(body, { status = 200, headers = {} } = {}) {
  const calls = [];
  const fetch = async (url, options) => {
    calls.push({ url, ...options });
    return new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
  };
  return { api: new NotificationApi({ fetch, csrfToken: () => "token" }), calls };
}

const refusal = (expected) => (error) => {
  for (const [name, value] of Object.entries(expected)) assert.equal(error[name], value, name);
  return error.name === "HttpError";
};

describe("asking", () => {
  test("for changes names the revision, the limit, and the cursor once there is one", async () => {
    const { api, calls } = apiThatAnswers({ next: null });
    await api.changes({ since: 41, limit: 100 });
    await api.changes({ since: 41, limit: 100, cursor: "NDI6Nw==" });
    assert.deepEqual(
      calls.map((call) => call.url),
      [
        "/notifications/api/changes/?since=41&limit=100",
        "/notifications/api/changes/?since=41&limit=100&cursor=NDI6Nw%3D%3D",
      ],
    );
    assert.equal(calls[0].credentials, "same-origin");
    assert.equal(calls[0].headers.Accept, "application/json");
  });

  test("to change something posts with the CSRF token, and outlives the page", async () => {
    const { api, calls } = apiThatAnswers({ unread_count: 4, revision: 44 });
    assert.deepEqual(await api.markRead(7), { unread_count: 4, revision: 44 });
    await api.remove(7);
    await api.markAllRead();
    await api.removeRead();
    assert.deepEqual(
      calls.map((call) => call.url),
      ["/notifications/7/read/", "/notifications/7/delete/", "/notifications/read-all/", "/notifications/delete-read/"],
    );
    for (const call of calls) {
      assert.equal(call.method, "POST");
      assert.equal(call.headers["X-CSRFToken"], "token");
      assert.equal(call.keepalive, true);
    }
  });
});

describe("refusals", () => {
  test("carry status, code and message of the contract", async () => {
    const error = { code: "not_found", message: "That notification is not in your inbox." };
    const { api } = apiThatAnswers({ error }, { status: 404 });
    await assert.rejects(api.markRead(7), refusal({ status: 404, ...error, retryAfter: null }));
  });

  test("say how long to wait, in milliseconds", async () => {
    const { api } = apiThatAnswers({ error: {} }, { status: 429, headers: { "Retry-After": "12" } });
    await assert.rejects(api.count(), refusal({ status: 429, retryAfter: 12_000 }));
  });

  test("without JSON, a proxy's page for instance, are errors too, whatever their status", async () => {
    for (const status of [200, 502]) {
      const { api } = apiThatAnswers("<html>", { status });
      await assert.rejects(api.count(), refusal({ status, code: "unreadable" }));
    }
  });

  test("for want of a network have status 0", async () => {
    const fetch = async () => {
      throw new TypeError("Failed to fetch");
    };
    const api = new NotificationApi({ fetch, csrfToken: () => "" });
    await assert.rejects(api.count(), refusal({ status: 0, code: "no_answer" }));
  });
});

describe("the CSRF token", () => {
  test("is the cookie's, which a sign-in in another tab has changed", () => {
    assert.equal(csrfTokenFrom("theme=dark; csrftoken=fresh%3D; other=1", "old"), "fresh=");
  });

  test("is the page's where scripts may not read the cookie", () => {
    assert.equal(csrfTokenFrom("xcsrftoken=no", "old"), "old");
  });
});
