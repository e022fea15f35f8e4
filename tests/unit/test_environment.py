"""A missing or bad setting stops the start of any process with one line that names it."""

import fcntl
import json
import subprocess
import sys
from pathlib import Path

import pytest

from gstbilling import environment
from tests.support.databases import ROOT, clean_environment

pytestmark = pytest.mark.once

LONG_KEY = "kT7vQ2m-" * 8
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": LONG_KEY,
    "ALLOWED_HOSTS": "billing.example.in",
    "TRUSTED_ORIGINS": "https://billing.example.in",
    "DATABASE_URL": "postgresql://billing@127.0.0.1:1/billing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def start(**settings: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own, with nothing set but these."""
    return subprocess.run(
        [sys.executable, "-c", "from gstbilling import settings; print(settings.DEBUG, settings.REDIS_URL)"],
        cwd=ROOT,
        env=clean_environment(**{"DATABASE_URL": "", **settings}),
        capture_output=True,
        text=True,
        check=False,
    )


def without(name: str) -> dict[str, str]:
    """Production's settings but one."""
    return {key: value for key, value in PRODUCTION.items() if key != name}


def assert_refused(done: subprocess.CompletedProcess[str], name: str) -> None:
    """It did not start, and said why in one line that begins with the setting's name."""
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith(f"{name}: ")


def test_production_starts_with_everything_it_needs() -> None:
    done = start(**PRODUCTION)
    assert (done.returncode, done.stdout) == (0, "False redis://127.0.0.1:1/0\n"), done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "TRUSTED_ORIGINS", "REDIS_URL"])
def test_outside_debug_a_missing_setting_stops_the_start(name: str) -> None:
    assert_refused(start(**without(name)), name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "development-only-" + "0" * 40),
        ("TRUSTED_ORIGINS", "billing.example.in"),
        ("TRUSTED_ORIGINS", "https://billing.example.in/"),
        ("TRUSTED_ORIGINS", "https://*.example.in"),
        ("TRUSTED_ORIGINS", "ftp://billing.example.in"),
        ("PROXY_COUNT", "-1"),
        ("PROXY_COUNT", "many"),
        ("DATABASE_URL", "mysql://root@localhost/billing"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "oracle-next://host/name"),
        ("DATABASE_URL", "postgresql://billing@host:port/name"),
        ("REDIS_URL", "http://localhost:6379"),
        ("EMAIL_URL", "carrier-pigeon://coop"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "chatty"),
        ("METRICS_TOKEN", "short"),
        ("METRICS_TOKEN", "sixteen letters and blanks"),
        ("METRICS_TOKEN", "sixteen-and-₹-more"),
    ],
)
def test_a_bad_setting_stops_the_start(name: str, value: str) -> None:
    assert_refused(start(**{**PRODUCTION, name: value}), name)


def test_a_database_password_is_never_shown() -> None:
    done = start(**{**PRODUCTION, "DATABASE_URL": "nonsense://billing:s3cret@host/name"})
    assert_refused(done, "DATABASE_URL")
    assert "s3cret" not in done.stderr


def test_what_the_database_is_told_for_planning_leaves_what_its_url_tells_it(monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://billing@127.0.0.1/billing?options=-c%20work_mem%3D8MB")
    assert environment.database()["OPTIONS"]["options"] == "-c random_page_cost=1.1 -c work_mem=8MB"


@pytest.fixture
def running_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a `make run`, as it stands in some folder."""
    path = tmp_path / "running.json"
    told = {
        "pid": 1,
        "redis_url": "unix:///tmp/redis.sock",
        "database_url": f"sqlite:///{tmp_path}/told.sqlite3",
    }
    path.write_text(json.dumps(told))
    monkeypatch.setattr(environment, "RUNNING", path)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return path


def test_the_redis_and_the_database_of_a_live_make_run_are_found(running_file: Path) -> None:
    with running_file.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert environment.redis_url(debug=True) == "unix:///tmp/redis.sock"
        assert environment.database(debug=True)["NAME"] == str(running_file.with_name("told.sqlite3"))


def test_outside_debug_nothing_is_taken_from_a_make_run(running_file: Path) -> None:
    with running_file.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert environment.database(debug=False)["NAME"] == str(environment.VAR_DIR / "db.sqlite3")
        with pytest.raises(SystemExit, match="REDIS_URL: "):
            environment.redis_url(debug=False)


def test_the_redis_of_a_killed_make_run_is_not_used(running_file: Path) -> None:
    assert running_file.exists()
    assert environment.redis_url(debug=True) is None
    assert environment.database(debug=True)["NAME"] == str(environment.VAR_DIR / "db.sqlite3")


def test_a_make_run_that_has_only_just_started_is_no_error(running_file: Path) -> None:
    running_file.write_text("")
    with running_file.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert environment.redis_url(debug=True) is None


def test_redis_url_goes_before_the_redis_of_a_make_run(
    running_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/5")
    with running_file.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert environment.redis_url(debug=True) == "redis://127.0.0.1:6379/5"


@pytest.mark.parametrize(
    ("redis", "broker"),
    [
        (None, "memory://"),
        ("redis://127.0.0.1:6379/3", "redis://127.0.0.1:6379/3"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
    ],
)
def test_celery_is_told_of_the_same_redis_and_the_same_database_in_it(redis, broker):
    assert environment.broker_url(redis) == broker


def test_beat_finds_a_folder_for_its_notes_in_a_fresh_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "VAR_DIR", tmp_path / "var")
    assert Path(environment.beat_schedule()).parent.is_dir()
    assert environment.beat_schedule() == str(tmp_path / "var" / "beat-schedule")
