"""A person without a browser: a session, CSRF tokens and WebSockets over plain HTTP."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from email.message import Message
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from time import monotonic
from types import TracebackType
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

TIMEOUT_SECONDS = 20.0
# By whom a browser is known: they sign in again and again, and are told only of new ones.
KNOWN_BROWSERS: dict[str, Cookie] = {}


@dataclass(frozen=True)
class Response:
    """What the server answered; errors are answers too."""

    status: int
    headers: Message
    text: str
    url: str

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.text)


class Client:
    """One signed-in (or anonymous) person at one site.

    Behind a reverse proxy the site's `origin` is not where it listens; `headers` are then the proxy's.
    """

    def __init__(self, url: str, origin: str = "", headers: Mapping[str, str] | None = None) -> None:
        self.url = url
        self.origin = origin or url
        self.headers = dict(headers or {})
        # The proxy that ends TLS stands between us and the site: Secure cookies go back to it.
        self.cookies = CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https")))
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def get(self, path: str) -> Response:
        """GET, redirects followed."""
        return self._send(urllib.request.Request(self.url + path, headers=self.headers))

    def post(self, path: str, data: Mapping[str, Any] | None = None) -> Response:
        """POST a form with the CSRF token of this session."""
        if "csrftoken" not in self._cookies():
            self.get("/accounts/login/")
        body = urllib.parse.urlencode(dict(data or {}), doseq=True).encode()
        headers = {"X-CSRFToken": self._cookies().get("csrftoken", ""), "Origin": self.origin}
        return self._send(
            urllib.request.Request(self.url + path, body, self.headers | headers, method="POST")
        )

    def sign_in(self, username: str, password: str) -> "Client":
        """Sign in through the login page; AssertionError where that does not work."""
        if username in KNOWN_BROWSERS:
            self.cookies.set_cookie(KNOWN_BROWSERS[username])
        response = self.post("/accounts/login/", {"username": username, "password": password})
        assert "sessionid" in self._cookies(), f"{username} could not sign in: {_words(response.text)[:500]}"
        KNOWN_BROWSERS[username] = next(cookie for cookie in self.cookies if cookie.name == "known_browser")
        return self

    def sign_out(self) -> Response:
        """Sign out as the button does."""
        return self.post("/accounts/logout/")

    def socket(self, path: str = "/ws/notifications/", origin: str | None = "") -> "Socket":
        """An open WebSocket with this session's cookie; the site's own origin unless another is given."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies().items())
        headers = self.headers | ({"Cookie": cookies} if cookies else {})
        there = urllib.parse.urlsplit(self.url)
        host = headers.pop("Host", there.netloc)  # a second one beside the address's own is an error
        return Socket(
            connect(
                f"ws://{host}{path}",
                address=(there.hostname, there.port),
                origin=self.origin if origin == "" else origin,  # type: ignore[arg-type]
                additional_headers=headers,
                open_timeout=TIMEOUT_SECONDS,
                close_timeout=2,
                compression=None,
                proxy=None,
            )
        )

    def _send(self, request: urllib.request.Request) -> Response:
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return Response(
                    answer.status, answer.headers, answer.read().decode(errors="replace"), answer.url
                )
        except urllib.error.HTTPError as answer:
            with answer:
                return Response(
                    answer.code, answer.headers, answer.read().decode(errors="replace"), answer.url or ""
                )

    def _cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self.cookies}


class Socket:
    """An open WebSocket. `frames` holds everything received so far, in order."""

    def __init__(self, opening: AbstractContextManager[ClientConnection]) -> None:
        self._open = ExitStack()
        self.connection = self._open.enter_context(opening)
        self.frames: list[dict[str, Any]] = []

    def send(self, frame: Mapping[str, Any] | str) -> None:
        """Send a frame, or text as it is."""
        self.connection.send(frame if isinstance(frame, str) else json.dumps(frame))

    def receive(self, kind: str | None = None, timeout: float = 10.0) -> dict[str, Any]:
        """The next frame (of that type), all kept in `frames`. AssertionError if none comes."""
        deadline = monotonic() + timeout
        while True:
            try:
                frame = json.loads(self.connection.recv(max(0.0, deadline - monotonic())))
            except TimeoutError:
                raise AssertionError(
                    f"no {kind or 'frame'} in {timeout:g} s; received: {self.frames}"
                ) from None
            self.frames.append(frame)
            if kind is None or frame["type"] == kind:
                return frame

    def receive_until(self, enough: Any, timeout: float = 10.0) -> list[dict[str, Any]]:
        """Receive until `enough(frames)` is true of all frames so far; return them."""
        deadline = monotonic() + timeout
        while not enough(self.frames):
            self.receive(timeout=max(0.0, deadline - monotonic()))
        return self.frames

    def wait_closed(self, timeout: float = 10.0) -> int:
        """The close code, once the server has closed; AssertionError if it does not."""
        deadline = monotonic() + timeout
        try:
            while True:
                self.frames.append(json.loads(self.connection.recv(max(0.0, deadline - monotonic()))))
        except TimeoutError:
            raise AssertionError(f"still open after {timeout:g} s") from None
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    def close(self) -> None:
        """Close it as a browser does when it leaves the page."""
        self._open.close()

    def __enter__(self) -> "Socket":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())
