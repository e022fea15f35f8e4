"""What is measured: the product, or the naive pipeline, as real processes on databases of their own."""

import http.client
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.arithmetic import Faults, Heard, Posted, audit, owed_by
from bench.remote import Remote
from tests.support.databases import ROOT, clean_environment
from tests.support.processes import Process, free_port
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_until
from tooling import services
from tooling.postgres import Postgres

HOST = "127.0.0.1"
START_SECONDS = 60.0
TAIL_LINES, TAIL_WIDTH = 12, 300  # of each process, shown when a measurement breaks
# Seconds without a frame after which those that are still missing count as lost: longer than a lease.
SILENCE = 20.0
# Seconds after the last frame in which one that comes twice is to show itself.
ENCORE = 0.15
# Seconds between two looks at a process whose memory is settling, and how little it then may have moved.
SETTLING, SETTLED_KIB, SETTLE_AT_MOST = 1.0, 64, 15.0

Person = tuple[int, str]  # user id, cookie


@dataclass(frozen=True)
class Kind:
    """What tells one system from the other."""

    name: str
    settings: str
    calls: str  # the module that the poster posts with
    web: Callable[[str, int], list[str]]
    worker: Callable[[str], list[str]]
    has_beat: bool


def naive_web(host: str, port: int) -> list[str]:
    """One daphne."""
    return [sys.executable, "-m", "daphne", "-b", host, "-p", str(port), "bench.naive.asgi:application"]


def naive_worker(name: str) -> list[str]:
    """As the product's worker, on the other application."""
    command = services.worker(name)
    command[command.index("-A") + 1] = "bench.naive"
    return command


PRODUCT = Kind("product", "gstbilling.settings", "bench.product", services.web, services.worker, True)
NAIVE = Kind("naive", "bench.naive.settings", "bench.naive.calls", naive_web, naive_worker, False)


class Databases:
    """Where new databases come from: files in a folder, or a PostgreSQL."""

    def __init__(self, folder: Path, postgres: Postgres | None) -> None:
        self.folder = folder
        self.postgres = postgres

    @property
    def name(self) -> str:
        """As it is asked for: sqlite or postgres."""
        return "postgres" if self.postgres else "sqlite"

    def create(self, name: str) -> str:
        """The URL of a new, empty one."""
        if self.postgres:
            return self.postgres.create_database()
        return f"sqlite:///{self.folder / f'{name}.sqlite3'}"


class System:
    """One system and the two processes that measure it."""

    def __init__(self, kind: Kind, databases: Databases) -> None:
        self.kind = kind
        self.database = databases
        self.port = free_port()
        self.folder = databases.folder / kind.name
        self.folder.mkdir()
        self.redis = RedisServer("valkey", self.folder)
        self.environment = {
            **clean_environment(DATABASE_URL=databases.create(kind.name), REDIS_URL=self.redis.url),
            "DJANGO_SETTINGS_MODULE": kind.settings,
            # As in production: with DEBUG, Django keeps every statement.
            "DEBUG": "0",
            "SECRET_KEY": "bench-only-" + "0123456789" * 5,
            "ALLOWED_HOSTS": HOST,
            "TRUSTED_ORIGINS": f"http://{HOST}:{self.port}",
            "PROXY_COUNT": "0",
        }
        self.processes: dict[str, Process] = {}
        self.poster: Remote
        self.sockets: Remote

    def start(self) -> None:
        """Start everything, and wait until it does its work."""
        self.redis.start()
        self._migrate()
        names = ["web", "worker", *(["beat"] if self.kind.has_beat else [])]
        for name in names:
            self.begin(name)
        self.poster = Remote(
            "bench.poster", self.kind.calls, log=self.folder / "poster.log", environment=self.environment
        )
        self.sockets = Remote("bench.sockets", log=self.folder / "sockets.log", environment=self.environment)
        for name in names:
            self.wait_ready(name)

    def begin(self, name: str) -> None:
        """Start a process of its own: "web", "worker", "beat", and more of a kind as "worker-2"."""
        log = self.folder / f"{name}.log"
        self.processes[name] = Process(name, self._command(name), log, self.environment, ROOT)

    def wait_ready(self, name: str) -> None:
        """Wait until it does its work."""
        process = self.processes[name]
        if name == "web":
            wait_until(self._answers, START_SECONDS, f"{name} does not answer:\n{process.tail()}")
        elif name == "beat":
            process.wait_for_line("beat: Starting", START_SECONDS)
        else:
            process.wait_for_line(" ready.", START_SECONDS)

    def restart_web(self) -> None:
        """A web process without a past."""
        self.sockets.call("close")
        self.processes["web"].kill()
        self.begin("web")
        self.wait_ready("web")

    def stop(self, name: str) -> None:
        """End one process."""
        self.processes.pop(name).kill()

    def tails(self) -> str:
        """The last lines of every process."""
        tails = {name: _end_of(process.tail()) for name, process in self.processes.items()}
        return "\n".join(f"{name}:\n" + "\n".join(lines) for name, lines in tails.items())

    def close(self) -> None:
        """End everything, and remove what it wrote."""
        for process in self.processes.values():
            process.kill()
        for remote in ("poster", "sockets"):
            if hasattr(self, remote):
                getattr(self, remote).close()
        self.redis.close()
        shutil.rmtree(self.folder)

    def _command(self, name: str) -> list[str]:
        kind = name.partition("-")[0]
        if kind == "web":
            return self.kind.web(HOST, self.port)
        return self.kind.worker(name) if kind == "worker" else services.beat(self.folder)

    def _migrate(self) -> None:
        command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"no database of {self.kind.name}:\n{done.stdout}{done.stderr}")

    def _answers(self) -> bool:
        process = self.processes["web"]
        assert process.is_running, f"web ended with {process.popen.returncode}:\n{process.tail()}"
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()

    # What rows are made of

    def people(self, count: int) -> list[Person]:
        """New people, each with a session."""
        return list(self.poster.call("people", count=count))

    def open(self, people: list[Person], at_once: int = 50) -> float:
        """A socket for each; seconds until the last had its first count."""
        return float(self.sockets.call("open", host=HOST, port=self.port, people=people, at_once=at_once))

    def listen(self, people: list[Person]) -> None:
        """Have these sockets open, and no others, and nothing heard yet."""
        self.sockets.call("close")
        self.open(people)
        self.sockets.call("clear")

    def hear(self, posts: list[Posted], silence: float = SILENCE) -> tuple[list[Heard], Faults]:
        """Wait for what these posts owe to the open sockets; what each has heard, and what went astray."""
        owed = owed_by(posts)
        heard = self.heard()
        expected = sum(len(owed.get(socket.user_id, ())) for socket in heard)
        while True:
            got = self.sockets.call("wait", notifications=expected, frames=0, silence=silence)
            time.sleep(ENCORE)
            heard = self.heard()
            faults = audit(owed, heard)
            if not faults.lost or got[0] < expected:
                return heard, faults
            expected = got[0] + 1  # what came twice stood in for what has not come yet

    def heard(self) -> list[Heard]:
        """What each open socket has heard since it was listened to."""
        return [Heard(*told) for told in self.sockets.call("heard")]

    def cpu(self, name: str) -> float:
        """CPU seconds that a process and its children have spent, those included that have ended."""
        return sum(map(_seconds, self._family(name)))

    def memory_kib(self, name: str = "web") -> float:
        """Proportional memory of a process in KiB, once it has settled."""
        before, deadline = -1e9, time.monotonic() + SETTLE_AT_MOST
        while True:
            time.sleep(SETTLING)
            now = _pss_kib(self.processes[name].pid)
            if abs(now - before) < SETTLED_KIB or time.monotonic() > deadline:
                return now
            before = now

    @contextmanager
    def spending(self) -> Iterator[dict[str, float]]:
        """CPU seconds that each process spends during the block; filled in at its end."""
        spent: dict[str, float] = {}
        names = [
            *self.processes,
            "redis",
            "poster",
            "sockets",
            *(["postgres"] if self.database.postgres else []),
        ]
        before = {name: self.cpu(name) for name in names}
        began = time.monotonic()
        yield spent
        spent.update({name: self.cpu(name) - before[name] for name in names}, wall=time.monotonic() - began)

    def _family(self, name: str) -> list[psutil.Process]:
        pids = {"poster": lambda: self.poster.pid, "sockets": lambda: self.sockets.pid}
        if name == "redis":
            assert self.redis.process is not None
            pid = self.redis.process.pid
        elif name == "postgres":
            assert self.database.postgres is not None
            assert self.database.postgres.process is not None
            pid = self.database.postgres.process.pid
        else:
            pid = pids[name]() if name in pids else self.processes[name].pid
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]


def _end_of(log: str) -> list[str]:
    return [line[:TAIL_WIDTH] for line in log.splitlines()[-TAIL_LINES:]]


def _seconds(process: psutil.Process) -> float:
    """What a process has spent, and its children that have ended; nothing where it has itself just ended."""
    with suppress(psutil.NoSuchProcess):
        return sum(process.cpu_times()[:4])  # user and system, its own and of children it has waited for
    return 0.0


def _pss_kib(pid: int) -> float:
    """Proportional set size (Linux): what is shared with others counts in part."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(float(line.split()[1]) for line in file if line.startswith("Pss:"))


@contextmanager
def systems(kinds: list[Kind], databases: Databases) -> Iterator[list[System]]:
    """These systems, started and answering; ended however the block ends."""
    with ExitStack() as stack:
        made = []
        for kind in kinds:
            system = System(kind, databases)
            stack.callback(system.close)
            system.start()
            made.append(system)
        yield made
