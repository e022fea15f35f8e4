"""Makes this folder ready: `python tooling/setup.py run` or `test`. Does nothing where nothing changed.

.venv holds Python and its packages, node_modules the front-end libraries, var/ everything else. What was
fetched stays in var/wheels and var/npm, so that either can be made again without a network.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VAR = ROOT / "var"
LOG = VAR / "log" / "setup.log"
NODE_MODULES = ROOT / "node_modules"

REQUIREMENTS = {"run": "requirements.txt", "test": "requirements-dev.txt"}
# What the tests drive that comes from the system's packages: the program, and the package that brings it.
TEST_PROGRAMS = {
    "chromium-headless-shell": "chromium-headless-shell",
    "redis-server": "redis-server",
    "nginx": "nginx",
}
# What does as well where it is there already, if more slowly.
INSTEAD = {"chromium-headless-shell": "chromium"}
# Where Debian looks for leave before it starts the services of a package that it has just installed.
POLICY = Path("/usr/sbin/policy-rc.d")


class SetupError(Exception):
    """One plain sentence: what is wrong and what to do."""


def main(purpose: str) -> None:
    """Set up for "run" or "test". Exits with one sentence where that is not possible."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with (VAR / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands started at once must not install over each other
        try:
            make_venv()
            install_packages(ROOT / REQUIREMENTS[purpose])
            install_front_end()
            if purpose == "test":
                install_programs()
        except SetupError as error:
            sys.exit(f"Set-up failed: {error}")


def make_venv() -> None:
    """Make .venv, anew if its interpreter is gone or the folder was moved: its scripts name it."""
    if _venv_works():
        return
    say("Making .venv with Python {}.{}.{}.".format(*sys.version_info))
    if not _has_ensurepip():
        _apt_install(["python3-venv"], "this Python cannot make virtual environments")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    _run(command, "Python could not make .venv; the reason is above. Check that this folder is writable.")


def install_packages(requirements: Path) -> None:
    """Install a requirements file into .venv if it is not the one installed last."""
    stamp = VENV / f"installed-{requirements.stem}"
    wanted = _digest(requirements)
    if _read(stamp) == wanted:
        return
    say(f"Installing the Python packages of {requirements.name}; the first time this takes about a minute.")
    wheels = VAR / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    local = ["--no-cache-dir", "--find-links", str(wheels)]
    install = [*pip, "install", *local, "--no-index", "-r", str(requirements)]
    advice = (
        f"the Python packages could not be installed; the reason is above and in {_shown(LOG)}. "
        "Check the network connection (and pip's index and proxy settings), then run the same command again."
    )
    # pip decides before it installs: with a wheel missing here, the first attempt changes nothing.
    if not _runs(install):
        _run([*pip, "wheel", *local, "--wheel-dir", str(wheels), "-r", str(requirements)], advice)
        _run(install, advice)
    stamp.write_text(wanted)


def install_front_end() -> None:
    """Install the front-end libraries of package-lock.json, with the npm that .venv brings."""
    stamp = NODE_MODULES / ".installed"
    wanted = _digest(ROOT / "package-lock.json")
    if _read(stamp) == wanted:
        return
    say("Installing the front-end libraries of package-lock.json.")
    environment = {
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "NODE_USE_SYSTEM_CA": "1",  # as pip, curl and git do: a company's proxy may sign with its own key
        "npm_config_cache": str(VAR / "npm"),
        "npm_config_update_notifier": "false",
    }
    command = [
        str(VENV / "bin" / "npm"),
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefer-offline",
        "--fetch-retries=1",
    ]
    advice = (
        f"the front-end libraries could not be installed; the reason is above and in {_shown(LOG)}. "
        "Check the network connection (and npm's registry and proxy settings), then run this again."
    )
    _run(command, advice, environment)
    stamp.write_text(wanted)


def install_programs() -> None:
    """Install what the tests drive and .venv cannot bring: a browser, another Redis, compose's balancer."""
    path = program_path()

    def is_there(program: str) -> bool:
        return any(shutil.which(name, path=path) for name in (program, INSTEAD.get(program, program)))

    missing = [package for program, package in TEST_PROGRAMS.items() if not is_there(program)]
    if missing:
        _apt_install(missing, f"the tests need {' and '.join(missing)}")


def program_path() -> str:
    """Where programs are looked for: servers are in a folder that is not on everybody's PATH."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


def _apt_install(packages: list[str], reason: str) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(
            f"{reason}; install: {' '.join(packages)} (on Debian: sudo apt-get install {' '.join(packages)})."
        )
    say(f"Installing {' '.join(packages)} with apt-get.")
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    advice = f"{' '.join(packages)} could not be installed; the reason is above and in {_shown(LOG)}."
    _run(["apt-get", "update"], advice, environment)
    with _services_kept_off():
        _run(["apt-get", "install", "--yes", "--no-install-recommends", *packages], advice, environment)


@contextmanager
def _services_kept_off() -> Iterator[None]:
    """Let no package start its service in the block: nginx would take port 80, a Redis 6379."""
    if POLICY.exists():  # somebody has decided that already
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")  # "action not allowed"
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def _run(command: list[str], advice: str, environment: dict[str, str] | None = None) -> None:
    """Run quietly; where it fails, show the end of what it said and raise SetupError."""
    if not _runs(command, environment):
        print("\n".join(LOG.read_text(errors="replace").splitlines()[-12:]), file=sys.stderr)
        raise SetupError(advice)


def _runs(command: list[str], environment: dict[str, str] | None = None) -> bool:
    """Whether the command ends well; what it says goes to the log."""
    with LOG.open("a") as log:
        print(f"$ {' '.join(command)}", file=log, flush=True)
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode == 0


def _venv_works() -> bool:
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        script = (VENV / "bin" / "pip").read_text()
        done = subprocess.run([str(PYTHON), "-c", check], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and str(PYTHON.parent) in script


def _has_ensurepip() -> bool:
    done = subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False)
    return done.returncode == 0


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:
        return ""


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def say(sentence: str) -> None:
    """Tell the person at the terminal what is going on, at once."""
    print(sentence, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
