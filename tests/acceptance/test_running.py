"""`make run` in a fresh clone on a machine that has nothing: an empty home, no network needed twice."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.support import wait_until
from tests.support.browserless import Client, Socket
from tests.support.databases import ROOT, clean_environment
from tests.support.processes import Process, free_port

pytestmark = pytest.mark.once

# Where no request can get out of: port 9 (discard) of loopback answers nobody.
NO_NETWORK = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"),
    "PIP_INDEX_URL": "http://127.0.0.1:9/",
    "npm_config_registry": "http://127.0.0.1:9/",
    "NO_PROXY": "",
    "no_proxy": "",
}
SERVICES = {
    "redis": "valkey-server",
    "web": "gstbilling.asgi:application",
    "worker": "--concurrency",
    "beat": "beat-schedule",
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What git would give, in a folder whose name has a space, beside an empty home.

    What `make test` fetched for this very checkout is lent to it: the test is of the installation, not of
    the network.
    """
    folder = tmp_path_factory.mktemp("fresh") / "a clone"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for fetched in ("wheels", "npm"):
        if (ROOT / "var" / fetched).exists():
            (folder / "var").mkdir(exist_ok=True)
            (folder / "var" / fetched).symlink_to(ROOT / "var" / fetched)
    (folder.parent / "home").mkdir()
    yield folder
    shutil.rmtree(folder)


class Site:
    """A `make run`, as seen from the terminal beside it."""

    def __init__(self, clone: Path, port: int, **settings: str) -> None:
        self.clone = clone
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.environment = clean_environment(HOME=str(clone.parent / "home"), PORT=str(port), **settings)
        for ours in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "VIRTUAL_ENV", "MAKELEVEL", "MAKEFLAGS"):
            self.environment.pop(ours, None)
        log = clone.parent / "make-run.log"
        self.make = Process("make run", ["make", "run"], log, self.environment, clone)
        self.make.wait_for_line("Ready: ", 180)

    @property
    def supervisor(self) -> psutil.Process:
        """The process that make waits for."""
        (child,) = psutil.Process(self.make.pid).children()
        return child

    def processes(self) -> list[psutil.Process]:
        """Every process of it, make first."""
        make = psutil.Process(self.make.pid)
        return [make, *make.children(recursive=True)]

    def service(self, name: str) -> psutil.Process | None:
        """The process of one of its services, if it is there."""
        for process in self.supervisor.children():
            try:
                if any(SERVICES[name] in word for word in process.cmdline()):
                    return process
            except psutil.Error:  # it ended while it was looked at
                continue
        return None

    def run(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run something in the same folder from a second terminal."""
        return subprocess.run(
            command,
            cwd=self.clone,
            env=self.environment | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def notify(self, title: str) -> None:
        """Post a notification to demo from a second terminal, which is told of neither database nor Redis."""
        done = self.run(".venv/bin/python", "manage.py", "notify", "demo", title, "From a second terminal")
        assert done.returncode == 0, done.stderr

    def interrupt(self) -> int:
        """Press Ctrl-C: the terminal sends it to make and to what make started."""
        os.killpg(self.make.pid, signal.SIGINT)
        return self.make.popen.wait(12)


@pytest.fixture
def site(clone: Path) -> Iterator[Site]:
    """A running `make run`; nothing of it is left afterwards."""
    running = Site(clone, free_port(), **NO_NETWORK if (clone / ".venv").exists() else {})
    everything = running.processes()
    try:
        yield running
    finally:
        print(running.make.tail())
        for process in [*everything, *(running.processes() if running.make.is_running else [])]:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        running.make.kill()


def assert_all_gone(processes: list[psutil.Process], seconds: float = 10) -> None:
    """None of these lives; the zombies that nobody has collected yet do not count."""

    def alive() -> list[psutil.Process]:
        return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]

    wait_until(lambda: not alive(), seconds, "processes are left")


def is_replaced(site: Site, name: str, old: psutil.Process) -> Callable[[], bool]:
    """Whether another process does the work of that one."""

    def check() -> bool:
        new = site.service(name)
        return new is not None and new.pid != old.pid

    return check


def open_socket(site: Site) -> Socket:
    """A socket of demo's, open and counted."""
    socket = Client(site.url).sign_in("demo", "gst-demo").socket()
    socket.receive("unread_count")
    return socket


def test_a_fresh_clone_gets_to_a_working_site_and_ctrl_c_ends_all_of_it(site: Site) -> None:
    with open_socket(site) as socket:
        site.notify("Found you")
        socket.receive_until(lambda frames: _told_of(frames, "Found you"))
    assert "gst-demo" in site.make.log()

    everything = site.processes()
    site.interrupt()
    assert_all_gone(everything)
    assert "Traceback" not in site.make.log()


def test_a_second_make_run_says_what_is_in_its_way(site: Site) -> None:
    same_port = site.run("make", "run")
    assert same_port.returncode != 0
    assert f"Port {site.port} on 127.0.0.1 is already taken" in same_port.stderr

    other_port = site.run("make", "run", PORT=str(free_port()))
    assert other_port.returncode != 0
    assert f"already running in this folder ({site.url}" in other_port.stderr
    assert "Traceback" not in same_port.stderr + other_port.stderr
    assert Client(site.url).get("/healthz").status == 200


def test_a_killed_make_takes_everything_with_it(site: Site) -> None:
    everything = site.processes()
    everything[0].kill()
    assert_all_gone(everything, 12)


def test_whatever_is_killed_is_started_again_and_notifications_still_arrive(site: Site) -> None:
    for name in SERVICES:
        old = site.service(name)
        assert old is not None, f"{name} does not run"
        children = old.children(recursive=True)
        old.kill()
        wait_until(is_replaced(site, name, old), 15, f"{name} was not started again")
        assert_all_gone(children)
        wait_until(lambda: _answers(site), 15, "the site does not answer")
        with open_socket(site) as socket:
            site.notify(f"After {name}")
            socket.receive_until(lambda frames, name=name: _told_of(frames, f"After {name}"), 30)
        assert f"{name} ended (killed by SIGKILL); starting it again in 0.5 s." in site.make.log()


def test_a_killed_supervisor_leaves_nothing_behind_and_the_next_start_works(site: Site) -> None:
    everything = site.processes()
    site.supervisor.kill()
    assert_all_gone(everything)

    again = Site(site.clone, site.port, **NO_NETWORK)
    everything = again.processes()
    again.make.terminate()
    assert_all_gone(everything)
    assert again.make.log().count("Loading the demo business.") == 1


def _answers(site: Site) -> bool:
    try:
        return Client(site.url).get("/healthz").status == 200
    except OSError:
        return False


def _told_of(frames: list[dict], title: str) -> bool:
    return any(
        frame["type"] == "notification" and frame["notification"]["title"] == title for frame in frames
    )
