"""What a web process does for itself as it starts."""

import subprocess
import sys

import pytest
from django.db import connections

from gstbillingapp.servers import FULL_COLLECTION_EVERY, OPEN_FILES, pool_connections
from tests.support.databases import ROOT, clean_environment

pytestmark = pytest.mark.once

START = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))
import gstbilling.asgi
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize("hard", [256, 4096])
def test_a_web_process_takes_as_many_open_files_as_it_may(hard):
    """A server's shell gives 1,024, which would be the end after some 1,000 sockets."""
    done = subprocess.run(
        [sys.executable, "-c", START.format(hard=hard)],
        cwd=ROOT,
        env=clean_environment(REDIS_URL="redis://127.0.0.1:1"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(min(hard, OPEN_FILES)), str(hard)]


def test_a_web_process_does_not_search_its_own_code_for_garbage():
    """With thousands of sockets a full collection stops everybody for half a second."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import gc, gstbilling.asgi; print(gc.get_freeze_count(), *gc.get_threshold())",
        ],
        cwd=ROOT,
        env=clean_environment(REDIS_URL="redis://127.0.0.1:1"),
        capture_output=True,
        text=True,
        check=True,
    )
    frozen, _, _, full_collection_every = map(int, done.stdout.split())
    assert frozen > 50_000
    assert full_collection_every == FULL_COLLECTION_EVERY


@pytest.mark.parametrize(("engine", "has_pool"), [("postgresql", True), ("sqlite3", False)])
def test_requests_take_turns_with_connections_to_postgres_and_each_opens_sqlite(
    monkeypatch, engine, has_pool
):
    default = {"ENGINE": f"django.db.backends.{engine}", "OPTIONS": {}}
    monkeypatch.setitem(connections.settings, "default", default)
    pool_connections()
    assert ("pool" in default["OPTIONS"], "CONN_HEALTH_CHECKS" in default) == (has_pool, has_pool)
