"""The parts by themselves, by the very commands of the contract, in a fresh checkout on PostgreSQL."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browserless import Client
from tests.support.databases import ROOT, clean_environment
from tests.support.processes import Process, free_port
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

BIN = Path(sys.executable).parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What git has, and nothing that an earlier start would have left."""
    folder = tmp_path / "checkout"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


@pytest.fixture
def parts(checkout, postgres, redis_server, tmp_path) -> Iterator[tuple[str, dict[str, str], Path]]:
    """`manage.py migrate`, then daphne, a worker and beat; the address, the environment, the folder."""
    port = free_port()
    environment = clean_environment(
        DATABASE_URL=postgres.create_database(),
        REDIS_URL=redis_server.url,
        PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}",
    )
    for arguments in (["migrate", "--verbosity", "0"], ["demo"]):
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=checkout, env=environment, check=True)
    commands = {
        "daphne": f"daphne -b 0.0.0.0 -p {port} gstbilling.asgi:application",
        "worker": "celery -A worker worker",
        "beat": "celery -A worker beat",
    }
    processes = [
        Process(name, command.split(), tmp_path / f"{name}.log", environment, checkout)
        for name, command in commands.items()
    ]
    try:
        yield f"http://127.0.0.1:{port}", environment, checkout
    finally:
        for process in processes:
            print(process.name, process.tail(), file=sys.stderr)
            process.kill()


@pytest.mark.parametrize("redis_server", ["redis"], indirect=True)
def test_the_parts_serve_by_themselves(parts):
    url, environment, checkout = parts
    client = Client(url)
    wait_until(lambda: is_ready(client), 60, "not every part is there")
    person = client.sign_in("demo", "gst-demo")
    with person.socket() as tab:
        tab.receive("unread_count")
        notify = [sys.executable, "manage.py", "notify", "demo", "Hello", "From a shell", "--type", "PAYMENT"]
        posted = subprocess.check_output(notify, cwd=checkout, env=environment)
        frame = tab.receive("notification")
        assert frame["notification"]["id"] == int(posted)
        assert frame["notification"]["notification_type"] == "PAYMENT"


def is_ready(client: Client) -> bool:
    try:
        return client.get("/readyz").status == 200
    except OSError:
        return False
