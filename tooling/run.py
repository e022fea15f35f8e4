"""`make run`: checks what can be checked in a line, then hands over to the supervisor."""

import asyncio
import ctypes
import errno
import fcntl
import json
import os
import signal
import socket
import sys
import time
from typing import IO, Any

from gstbilling import environment
from tooling.supervisor import Supervisor


def main() -> int:
    """The exit code of `make run`. Exits with one line where it cannot start."""
    _end_with_make()
    host = os.environ.get("HOST", "") or "127.0.0.1"
    port = _port()
    _check_settings()
    environment.RUNNING.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(environment.RUNNING, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+") as running:
        is_first = _lock(running)
        other = {} if is_first else _told(running)
        _check_port(host, port, other)
        if not is_first:
            sys.exit(
                "`make run` is already running in this folder"
                f" ({other.get('url', 'starting')}, process {other.get('pid', 'unknown')})."
            )
        return asyncio.run(Supervisor(host, port, running).run())


def _end_with_make() -> None:
    """Take make's death as a request to stop: a killed `make run` leaves nothing behind (Linux)."""
    if "MAKELEVEL" in os.environ and sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _port() -> int:
    text = os.environ.get("PORT", "") or "8000"
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        sys.exit(f"PORT: {text!r} is not a port; use a number from 1 to 65535.")
    return int(text)


def _check_settings() -> None:
    """Refuse bad settings in one line, here rather than in the logs of four processes."""
    debug = environment.flag("DEBUG", True)
    environment.secret_key(debug)
    environment.allowed_hosts(debug)
    environment.trusted_origins(debug)
    environment.database(debug)
    environment.email()
    if os.environ.get("REDIS_URL"):
        environment.redis_url(debug)


def _check_port(host: str, port: int, other: dict[str, Any]) -> None:
    """Exit with one line where the port cannot be served; `other` is a live `make run` of this folder."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        sys.exit(f"PORT: {port} may not be used by this user; try PORT=8000.")
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            sys.exit(f"HOST: {host!r} is not an address of this machine.")
        owner = (
            f" by the `make run` of this folder (process {other['pid']})" if other.get("port") == port else ""
        )
        hint = f"PORT={port % 65535 + 1} make run"
        sys.exit(f"Port {port} on {host} is already taken{owner}; stop that, or choose another: {hint}")


def _lock(running: IO[str]) -> bool:
    """Take the lock for as long as the file is open. A reader may hold it for an instant: try for a while."""
    deadline = time.monotonic() + 0.5
    while True:
        try:
            fcntl.flock(running, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True


def _told(running: IO[str]) -> dict[str, Any]:
    running.seek(0)
    try:
        return dict(json.load(running))
    except json.JSONDecodeError:
        return {}  # it has only just started


if __name__ == "__main__":
    sys.exit(main())
