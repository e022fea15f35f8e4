"""The product as real processes: web, worker and beat on one database and one Redis."""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from celery import current_app
from django.conf import settings
from kombu import pools

from delivery import handoff
from tests.support.browserless import Client
from tests.support.databases import ROOT, Database, clean_environment
from tests.support.processes import Process, free_port
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_until
from tooling import services

START_SECONDS = 30.0
KINDS = ("web", "worker", "beat")
SERVERS = ("uvicorn", "daphne")


class Stack:
    """Processes by name: "web", "worker", "beat", and more of a kind as "worker-2"."""

    def __init__(self, database: Database, redis: RedisServer, folder: Path, server: str = "uvicorn") -> None:
        self.database = database
        self.redis = redis
        self.worker_app = "worker"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = clean_environment(DATABASE_URL=database.url, REDIS_URL=redis.url)
        self._folder = folder / "stack"
        self._folder.mkdir()
        self._server = {"uvicorn": services.web, "daphne": services.daphne}[server]
        self._processes: dict[str, Process] = {}
        self._urls = {"web": self.url}

    def start(self, name: str, *, wait: bool = True) -> Process:
        """Start a process that is not running, and wait until it does its work."""
        old = self._processes.get(name)
        assert old is None or not old.is_running, f"{name} is running already"
        command, log = self._command(name), self._folder / f"{name}.log"
        process = Process(name, command, log, self._environment(name), ROOT)
        self._processes[name] = process
        if wait:
            self.wait_ready(name)
        return process

    def wait_ready(self, name: str) -> None:
        """Wait until a process does its work."""
        kind = name.partition("-")[0]
        process = self._processes[name]
        if name in self._urls:
            wait_until(
                lambda: self._answers(name), START_SECONDS, f"{name} does not answer:\n{process.tail()}"
            )
        elif kind == "worker":
            process.wait_for_line(" ready.", START_SECONDS)
        else:
            process.wait_for_line("beat: Starting", START_SECONDS)

    def process(self, name: str) -> Process:
        """The process of that name, the latest."""
        return self._processes[name]

    def kill(self, name: str) -> None:
        """Kill -9 a process and its children."""
        self._processes[name].kill()

    def terminate(self, name: str) -> int:
        """Ask a process to end, wait for it, and return its exit code."""
        return self._processes[name].terminate()

    def mend(self) -> None:
        """Have Redis, web, worker and beat run, and nothing beside them."""
        self.redis.resume()
        if not self.redis.answers():
            self.redis.kill()
            self.redis.start()
        for name, process in self._processes.items():
            if name not in KINDS:
                process.kill()
            elif not process.is_running:
                self.start(name)

    def web_url(self, name: str = "web") -> str:
        """Where a web process listens."""
        return self._urls[name]

    def sign_in(self, username: str, password: str, web: str = "web") -> Client:
        """A new session of that person."""
        return Client(self.web_url(web)).sign_in(username, password)

    def manage(self, *arguments: str) -> str:
        """Run a management command beside the stack; its standard output."""
        return self.run([sys.executable, "manage.py", *arguments])

    def python(self, script: str) -> str:
        """Run a script in a process of its own, Django set up; its standard output."""
        return self.run([sys.executable, "-c", f"import django\ndjango.setup()\n{script}"])

    def run(self, command: list[str]) -> str:
        """Run a command beside the stack, in its environment; its standard output."""
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command[1:3]} failed:\n{done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def posting(self) -> Iterator[None]:
        """Let this process post as a web process does: wake-ups go to the stack's broker."""
        broker = self.redis.url.replace("unix://", "redis+socket://", 1)
        with _set(settings, REDIS_URL=self.redis.url), _set(handoff, _current=None), _broker(broker):
            yield
            if handoff._current is not None:
                handoff._current.finish()

    def report(self) -> str:
        """The end of every log."""
        parts = [f"--- {process.name} ---\n{process.tail()}" for process in self._processes.values()]
        return "\n".join(parts)

    def close(self) -> None:
        """End everything."""
        for process in self._processes.values():
            process.kill()

    def _command(self, name: str) -> list[str]:
        kind = name.partition("-")[0]
        if kind == "worker":
            command = services.worker(name)
            command[command.index("-A") + 1] = self.worker_app
            return command
        if kind == "beat":
            folder = self._folder / name
            folder.mkdir(exist_ok=True)
            return services.beat(folder)
        if name not in self._urls:
            self._urls[name] = f"http://127.0.0.1:{free_port()}"
        return self._server("127.0.0.1", int(self._urls[name].rpartition(":")[2]))

    def _environment(self, name: str) -> dict[str, str]:
        return self.environment

    def _answers(self, name: str) -> bool:
        process = self._processes[name]
        assert process.is_running, f"{name} ended with {process.popen.returncode}:\n{process.tail()}"
        connection = http.client.HTTPConnection(self._urls[name].removeprefix("http://"), timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@contextmanager
def running(stack: Stack) -> Iterator[Stack]:
    """Web, worker and beat, started and answering; ended however the block ends."""
    try:
        for name in KINDS:
            stack.start(name, wait=False)
        for name in KINDS:
            stack.wait_ready(name)
        yield stack
    finally:
        # pytest shows what a test printed when it fails, and only then.
        print(stack.report(), file=sys.stderr)
        stack.close()


@contextmanager
def _set(target: object, **values: object) -> Iterator[None]:
    kept = {name: getattr(target, name) for name in values}
    for name, value in values.items():
        setattr(target, name, value)
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(target, name, value)


@contextmanager
def _broker(url: str) -> Iterator[None]:
    """Point this process's Celery application at a broker, its pools made anew."""
    names = ("broker_url", "broker_read_url", "broker_write_url", "task_always_eager")
    kept = {name: current_app.conf[name] for name in names}
    try:
        current_app.conf.update(
            broker_url=url, broker_read_url=url, broker_write_url=url, task_always_eager=False
        )
        _forget_connections()
        yield
    finally:
        current_app.conf.update(kept)
        _forget_connections()


def _forget_connections() -> None:
    app = current_app._get_current_object()
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None
