"""Databases that real processes and the test's own ORM share, each fresh and already migrated."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import dj_database_url
from django.db import connections

from gstbilling.environment import VAR_DIR
from tooling.postgres import Postgres, database_name

ROOT = Path(__file__).resolve().parent.parent.parent
TEST_DIR = VAR_DIR / "test"
MIGRATE = ("migrate", "--verbosity", "0")
# What a new database is a copy of.
CONTENTS = ("migrated", "demo")


def on_postgres() -> bool:
    """Whether this run's database is PostgreSQL."""
    return connections["default"].vendor == "postgresql"


# The settings of a database that say where it is.
_WHERE = ("ENGINE", "NAME", "HOST", "PORT", "USER", "PASSWORD")


@dataclass(frozen=True)
class Database:
    """One database: `url` is what processes get as DATABASE_URL."""

    url: str

    @contextmanager
    def used_here(self) -> Iterator[None]:
        """Point this process's ORM, on every thread, at it."""
        settings = connections.settings["default"]
        there = dj_database_url.parse(self.url)
        kept = {name: settings[name] for name in (*_WHERE, "OPTIONS")}
        options = kept["OPTIONS"] if there["ENGINE"] == kept["ENGINE"] else {}
        _forget_connections()
        settings.update({name: there.get(name, "") for name in _WHERE})
        settings["OPTIONS"] = {**options, **there.get("OPTIONS", {})}
        try:
            yield
        finally:
            _forget_connections()
            settings.update(kept)


class Templates:
    """Migrates once a session, and once more for the demo; every database after that is a copy."""

    def __init__(self, folder: Path, postgres: Callable[[], Postgres]) -> None:
        self._folder = folder
        self._postgres = postgres
        self._made: dict[str, str] = {}

    @contextmanager
    def copy(self, contents: str) -> Iterator[Database]:
        """A new database with the contents asked for."""
        template = self._template(contents)
        if not on_postgres():
            path = self._folder / f"{os.urandom(6).hex()}.sqlite3"
            shutil.copyfile(_sqlite_path(template), path)
            yield Database(f"sqlite:///{path}")
            return
        url = self._postgres().create_database(database_name(template))
        try:
            yield Database(url)
        finally:
            self._postgres().drop_database(url)

    def _template(self, contents: str) -> str:
        if contents not in self._made:
            self._made[contents] = self._make(contents)
        return self._made[contents]

    def _make(self, contents: str) -> str:
        if on_postgres():
            base = "template1" if contents == "migrated" else database_name(self._template("migrated"))
            url = self._postgres().create_database(base)
            manage(url, *(MIGRATE if contents == "migrated" else ["demo"]))
            return url
        path = self._folder / f"template-{contents}.sqlite3"
        copy_migrated(path)
        if contents == "demo":
            manage(f"sqlite:///{path}", "demo")
            _fold_in_wal(path)
        return f"sqlite:///{path}"


def copy_migrated(path: Path) -> None:
    """A new SQLite file with every table in it, copied from one that is kept until a migration changes.

    To migrate from nothing takes 14 s of a core, as SQLite makes a table anew for each change; the parts
    of `make test` that run beside each other wait for the first that does.
    """
    TEST_DIR.mkdir(parents=True, exist_ok=True)
    kept = TEST_DIR / f"migrated-{_state_of_migrations()}.sqlite3"
    with open(TEST_DIR / "migrated.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in TEST_DIR.glob("migrated-*"):
                old.unlink()
            made = kept.with_suffix(".new")
            manage(f"sqlite:///{made}", *MIGRATE)
            _fold_in_wal(made)
            made.rename(kept)
        shutil.copyfile(kept, path)


def _state_of_migrations() -> str:
    """What the tables depend on: our migrations, and the packages that bring their own."""
    files = [*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements.txt"]
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def manage(database_url: str, *arguments: str, **environment: str) -> str:
    """Run a management command with the product's own settings; its standard output."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean_environment(DATABASE_URL=database_url, **environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}"
    return done.stdout


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment with the product's settings replaced by those given."""
    sites = ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "TRUSTED_ORIGINS", "PROXY_COUNT")
    others = ("EMAIL_URL", "DEFAULT_FROM_EMAIL", "LOG_LEVEL", "LOG_FORMAT", "METRICS_TOKEN")
    ours = (*sites, "REDIS_URL", *others)
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "DJANGO_SETTINGS_MODULE": "gstbilling.settings", "PYTHONUNBUFFERED": "1", **settings}


def _forget_connections() -> None:
    """Close this thread's connections; the next are made anew, as it may be for another kind of database."""
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        del connections[connection.alias]


def _sqlite_path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _fold_in_wal(path: Path) -> None:
    """Move what is still in the write-ahead log into the file, so that copying the file copies everything."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
