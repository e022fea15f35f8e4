"""Databases that are loaded once and kept under var/bench, until what they are made of changes.

A measurement writes to a copy. What is kept is named by its schema, by what fills it, by its size and by the
day, as what it holds is so many days old; what was kept under another name is removed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from gstbilling.environment import BASE_DIR
from tooling.postgres import Postgres

INDIA = ZoneInfo("Asia/Kolkata")
DATABASES = ("sqlite", "postgres")
MADE_OF = (
    *("delivery/migrations", "gstbillingapp/migrations", "gstbillingapp/demo"),
    *("bench/trade.py", "bench/other_papers.py", "bench/filling.py"),
)
# Parallel workers' time would be nobody's.
ONE_PROCESS = "&options=-c%20max_parallel_workers_per_gather%3D0"


@contextmanager
def loaded(database: str, invoices: int, folder: Path) -> Iterator[str]:
    """The URL of a database with so many invoices that is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{database}-{invoices}-{_key()}"
    for stale in folder.glob(f"{database}-{invoices}-*"):
        if stale != kept:
            shutil.rmtree(stale)
    use = _sqlite if database == "sqlite" else _postgres
    with use(kept, invoices) as url:
        yield url


def _key() -> str:
    digest = hashlib.sha256(f"{datetime.now(INDIA):%F}".encode())
    for name in MADE_OF:
        place = BASE_DIR / name
        for file in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _sqlite(kept: Path, invoices: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=kept.parent) as name:
        file = Path(name) / "billing.sqlite3"
        url = f"sqlite:///{file}"
        if not kept.exists():
            _fill(url, invoices)
            _keep(Path(name), kept)
        shutil.copytree(kept, name, dirs_exist_ok=True)
        yield url


@contextmanager
def _postgres(kept: Path, invoices: int) -> Iterator[str]:
    with Postgres(data=kept if kept.exists() else None) as server:
        if not kept.exists():
            _fill(server.url(), invoices)
            server.stop()
            _keep(server.folder / "data", kept)
            server.start()
        yield server.url() + ONE_PROCESS


def _fill(url: str, invoices: int) -> None:
    command = [sys.executable, "-m", "bench.trade", str(invoices)]
    subprocess.run(command, env=os.environ | {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"}, check=True)


def _keep(made: Path, kept: Path) -> None:
    """All of it or nothing, whatever ends this."""
    with tempfile.TemporaryDirectory(dir=kept.parent) as name:
        shutil.copytree(made, Path(name) / "whole").rename(kept)
