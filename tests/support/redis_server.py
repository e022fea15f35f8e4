"""A real Redis that a test may stop, kill, stall and start again."""

import os
import shutil
import uuid
from contextlib import suppress
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from tests.support.processes import Process
from tests.support.waiting import wait_until
from tooling import services

KINDS = ("valkey", "redis")
APPEND_ONLY = "appendonlydir"  # both kinds' own name for it


class RedisServer:
    """Embedded Valkey ("valkey") or the system's redis-server ("redis"), with the options of `make run`.

    The address and the append-only file stay the same over any number of stops and starts.
    """

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self._folder = folder / "redis"
        self._folder.mkdir()
        self._socket = services.socket_folder(folder, uuid.uuid4().hex[:12]) / "redis.sock"
        self.url = services.redis_url(self._socket)
        self.process: Process | None = None

    def start(self) -> None:
        """Start it and wait until it answers, its file read."""
        log = self._folder / "log"
        self.process = Process(f"redis ({self.kind})", self._command(), log, dict(os.environ), self._folder)
        wait_until(self.answers, 10, f"{self.process.name} does not answer")

    def client(self) -> Redis:
        """A synchronous client with short timeouts; the caller closes it."""
        return Redis.from_url(self.url, socket_timeout=2, retry=None)

    def answers(self) -> bool:
        """Whether it serves."""
        client = self.client()
        try:
            return bool(client.ping())
        except (RedisError, OSError):
            return False
        finally:
            client.close()

    def stop(self) -> None:
        """Stop it in order (SIGTERM): what it knows is in its file."""
        self._running().terminate()

    def kill(self) -> None:
        """Kill -9 it: the last second may be missing from its file."""
        self._running().kill()

    def lose_file(self) -> None:
        """Between an end and a start: what was on its disk is gone."""
        assert not self._running().is_running
        shutil.rmtree(self._folder / APPEND_ONLY)

    def pause(self) -> None:
        """Stall it: connections stay open, nothing answers."""
        self._running().pause()

    def resume(self) -> None:
        """Let it answer again."""
        self._running().resume()

    def flush(self) -> None:
        """Make it forget everything."""
        client = self.client()
        client.flushall()
        client.close()

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process is not None:
            with suppress(RedisConnectionError):
                self.process.kill()
        self._socket.unlink(missing_ok=True)
        if self._socket.parent != self._folder.parent:
            self._socket.parent.rmdir()

    def _command(self) -> list[str]:
        program = services.valkey(self._socket, self._folder)[0] if self.kind == "valkey" else redis_program()
        return [program, *services.redis_options(self._socket, self._folder)]

    def _running(self) -> Process:
        assert self.process is not None, "the server was never started"
        return self.process


def redis_program() -> str:
    """The system's redis-server; set-up installs it, so its absence is a fault and nothing to skip over."""
    program = shutil.which("redis-server")
    assert program, "redis-server is not installed; `make test` installs it as root, or names the package"
    return program
