"""What set-up says to people on machines that lack something, and that it does nothing twice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.databases import ROOT
from tooling import services, setup


def find_python(*, path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the search for an interpreter with nothing else on the PATH."""
    return subprocess.run(
        ["/bin/sh", str(ROOT / "tooling" / "find-python")],
        env={"PATH": str(path), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_is_refused_in_one_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")  # as an older one answers the question for its version
    old.chmod(0o755)
    done = find_python(path=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed and was not found: install it")


def test_the_interpreter_that_is_named_goes_first(tmp_path: Path) -> None:
    named = tmp_path / "my-python"
    named.symlink_to(sys.executable)
    assert find_python(path=tmp_path, PYTHON=str(named)).stdout == f"{named}\n"


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that set-up would run in an empty folder, none of which is run."""
    commands: list[list[str]] = []

    def runs(command: list[str], environment: dict[str, str] | None = None) -> bool:
        commands.append(command)
        return True

    for name, place in (("ROOT", "."), ("VAR", "var"), ("VENV", ".venv"), ("NODE_MODULES", "node_modules")):
        folder = tmp_path / place
        folder.mkdir(exist_ok=True)
        monkeypatch.setattr(setup, name, folder)
    monkeypatch.setattr(setup, "LOG", tmp_path / "var" / "setup.log")
    monkeypatch.setattr(setup, "_runs", runs)
    return commands


def test_packages_are_installed_when_the_requirements_changed_and_only_then(
    recorded: list[list[str]], tmp_path: Path
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("django==5.2\n")
    setup.install_packages(requirements)
    setup.install_packages(requirements)
    assert len(recorded) == 1
    requirements.write_text("django==5.3\n")
    setup.install_packages(requirements)
    assert len(recorded) == 2


def test_the_front_end_is_installed_when_its_lock_changed_and_only_then(
    recorded: list[list[str]], tmp_path: Path
) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text("{}")
    setup.install_front_end()
    setup.install_front_end()
    assert [command[1] for command in recorded] == ["ci"]
    lock.write_text('{"name": "changed"}')
    setup.install_front_end()
    assert len(recorded) == 2


def test_without_root_the_missing_packages_are_named(
    recorded: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    named = r"install: chromium-headless-shell redis-server nginx \(on Debian: sudo apt-get"
    with pytest.raises(setup.SetupError, match=named):
        setup.install_programs()
    assert recorded == []


def only_chromium_is_missing(name: str, path: str | None = None) -> str | None:
    return None if name.startswith("chromium") else f"/usr/bin/{name}"


def test_root_gets_only_what_is_missing_and_fresh_lists_first(
    recorded: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", only_chromium_is_missing)
    monkeypatch.setattr(setup, "POLICY", tmp_path / "policy-rc.d")
    setup.install_programs()
    assert recorded[0] == ["apt-get", "update"]
    assert recorded[1][:2] == ["apt-get", "install"]
    assert recorded[1][-2:] == ["--no-install-recommends", "chromium-headless-shell"]


def test_a_chromium_that_is_there_will_do(recorded: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        shutil, "which", lambda name, path=None: None if "headless" in name else f"/usr/bin/{name}"
    )
    setup.install_programs()
    assert recorded == []


@pytest.mark.parametrize("somebodys", [None, "#!/bin/sh\nexit 104\n"])
def test_no_service_of_what_is_installed_is_started_and_nobodys_policy_is_touched(
    somebodys: str | None, recorded: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy, seen = tmp_path / "policy-rc.d", []
    if somebodys:
        policy.write_text(somebodys)

    def runs(command: list[str], environment: dict[str, str] | None = None) -> bool:
        seen.append((command[1], policy.read_text() if policy.exists() else None))
        return command[1] == "update"  # and the installation fails

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", only_chromium_is_missing)
    monkeypatch.setattr(setup, "POLICY", policy)
    monkeypatch.setattr(setup, "_runs", runs)
    setup.LOG.touch()
    with pytest.raises(setup.SetupError, match="chromium-headless-shell could not be installed"):
        setup.install_programs()
    assert seen == [("update", somebodys), ("install", somebodys or "#!/bin/sh\nexit 101\n")]
    assert (policy.read_text() if policy.exists() else None) == somebodys


def test_a_socket_goes_where_its_path_is_short_and_plain_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path)[:60] if len(str(tmp_path)) <= 60 else "/tmp")
    near = Path("/tmp") / f"gst-{os.getpid()}"
    assert services.socket_folder(near, "a") == near
    near.rmdir()
    for awkward in (near / ("deep" * 30), near / "with space", near / "per%cent", near / "गणना"):
        folder = services.socket_folder(awkward, f"test-{os.getpid()}")
        assert folder != awkward
        assert len(os.fsencode(folder / "redis.sock")) <= services.SOCKET_PATH_BYTES
        assert folder.stat().st_mode & 0o077 == 0
        folder.rmdir()


def test_a_runtime_folder_of_somebody_else_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        services.socket_folder(tmp_path, "a")
