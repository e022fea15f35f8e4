"""People with real browsers: one Chromium, a context of its own for each, and nothing fails in silence."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    WebError,
    WebSocket,
    expect,
    sync_playwright,
)

CHROMIUM = {
    # The same engine without a window to draw costs two thirds of one with it, and no test looks at a window.
    "executable_path": shutil.which("chromium-headless-shell") or shutil.which("chromium"),
    "args": [
        # Letters as wide as on a phone, not rounded to the pixels of a screen that is not there.
        "--font-render-hinting=none",
        *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    ],
}
# How long an expectation that names no limit of its own may take on a busy machine.
PATIENCE_MS = 10_000
# What Chromium itself writes where a server does not answer or says no.
NETWORK = ("WebSocket connection to", "Failed to load resource")
# By username, what a browser is known by: people are told of new ones, and here each sign-in has a new one.
KNOWN_BROWSERS: dict[str, list[Any]] = {}
LIVE = "#notification-connection[data-state=live]"
# And what it writes where a page is left before its socket is open.
LEFT = "WebSocket is closed before the connection is established"
# What this page told its reader, over its whole life: toasts by id, announcements, and where the focus went.
RECORDER = """
  window.told = { toasts: [], announced: [], focused: 0 };
  document.addEventListener("focusin", () => (window.told.focused += 1));
  new MutationObserver((records) => {
    for (const { target, addedNodes } of records) {
      if (target.id === "notification-status" && target.textContent) {
        window.told.announced.push(target.textContent);
      }
      if (target.id !== "notification-toasts") continue;
      for (const { dataset } of addedNodes) {
        if (dataset.notificationId) window.told.toasts.push(Number(dataset.notificationId));
      }
    }
  }).observe(document, { childList: true, subtree: true });
"""


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium. While it runs, Playwright's own loop runs in this thread."""
    with pytest.MonkeyPatch.context() as environment:
        # Django takes that loop for a view that blocks one.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE_MS)
        with sync_playwright() as playwright, playwright.chromium.launch(**CHROMIUM) as browser:
            yield browser


class Visitor:
    """One person's browser at one site: its pages, and what they logged.

    `console` holds every message, `complaints` what nobody wants to see there: script errors, errors and
    warnings, among them each refusal of the content security policy. `offline` says that this browser is
    about to lose its server, so that what Chromium writes of that is no complaint.
    """

    def __init__(self, browser: Browser, url: str, *, offline: bool = False, **options: Any) -> None:
        self.url = url
        self.context: BrowserContext = browser.new_context(base_url=url, **options)
        self.console: list[str] = []
        self.complaints: list[str] = []
        self.sockets: list[WebSocket] = []
        self.requests: list[str] = []
        self._offline = offline
        self.context.on("console", self._logged)
        self.context.on("weberror", self._failed)
        self.context.on("page", self._opened)
        self.context.on("request", lambda request: self.requests.append(request.url.removeprefix(url)))

    def sign_in(self, username: str, password: str) -> "Visitor":
        """Sign in through the login page, in a tab of its own."""
        page = self.context.new_page()
        self.context.add_cookies(KNOWN_BROWSERS.get(username, []))
        page.goto("/accounts/login/")
        page.fill("#id_username", username)
        page.fill("#id_password", password)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self.url}/")
        page.close()
        known = [cookie for cookie in self.context.cookies() if cookie["name"] == "known_browser"]
        KNOWN_BROWSERS[username] = known
        return self

    def tab(self, path: str) -> Page:
        """A new tab at that path, as the server sent it."""
        page = self.context.new_page()
        page.goto(path)
        return page

    def live_tab(self, path: str) -> Page:
        """A new tab at that path, its socket open, its recorder running."""
        page = self.context.new_page()
        page.add_init_script(RECORDER)
        page.goto(path)
        expect(page.locator(LIVE)).to_have_count(1)
        return page

    def _opened(self, page: Page) -> None:
        page.on("websocket", lambda socket: self.sockets.append(socket))

    def _logged(self, message: ConsoleMessage) -> None:
        self.console.append(message.text)
        if message.type not in ("error", "warning"):
            return
        if LEFT in message.text or (self._offline and message.text.startswith(NETWORK)):
            return
        self.complaints.append(f"{message.page.url if message.page else ''}: {message.text}")

    def _failed(self, error: WebError) -> None:
        self.complaints.append(f"{error.page.url if error.page else ''}: {error.error}")


def told(page: Page) -> dict[str, Any]:
    """What a `live_tab` has told its reader so far: `toasts`, `announced`, `focused`."""
    return page.evaluate("window.told")
