"""One real process in a test: its log, its signals, and an end that is certain."""

import os
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil

from tests.support.waiting import wait_until

TAIL_LINES = 40


class Process:
    """A process in a group of its own. Its output goes to a file, which a failing test shows the end of."""

    def __init__(
        self, name: str, command: list[str], log: Path, environment: dict[str, str], cwd: Path
    ) -> None:
        self.name = name
        self._log = log
        with log.open("ab") as output:
            self._read_from = output.tell()
            self.popen = subprocess.Popen(
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id, and the id of its group."""
        return self.popen.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.popen.poll() is None

    def log(self) -> str:
        """Everything it has written so far, and its namesakes before it."""
        return self._log.read_text(errors="replace")

    def tail(self) -> str:
        """The last lines, for a failure's report."""
        return "\n".join(self.log().splitlines()[-TAIL_LINES:])

    def wait_for_line(self, text: str, timeout: float = 20.0) -> str:
        """The first line with `text` that this process (not a namesake before it) wrote."""

        def find() -> str | None:
            if not self.is_running:
                raise AssertionError(f"{self.name} ended with {self.popen.returncode}:\n{self.tail()}")
            written = self._log.read_bytes()[self._read_from :].decode(errors="replace")
            return next((line for line in written.splitlines() if text in line), None)

        return wait_until(find, timeout, f"{self.name} did not write {text!r}") or ""

    def send(self, number: int) -> None:
        """Send a signal to the process itself."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def children(self) -> list[int]:
        """The ids of the processes it has started."""
        return [child.pid for child in psutil.Process(self.pid).children()]

    def kill(self) -> None:
        """Kill -9 it and its children, and wait for its end."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()

    def terminate(self, timeout: float = 10.0) -> int:
        """Ask it to end (SIGTERM) and wait until it has; its exit code."""
        self.send(signal.SIGTERM)
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"{self.name} did not end within {timeout:g} s of SIGTERM:\n{self.tail()}"
            ) from None
        finally:
            self.kill()

    def pause(self) -> None:
        """Stop the process where it is (SIGSTOP): its connections stay open and nothing answers."""
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process go on."""
        self.send(signal.SIGCONT)


def free_port() -> int:
    """A TCP port of loopback that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
