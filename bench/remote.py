"""A child process that answers calls: the poster, and the sockets. Each has a Python to itself."""

import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from tests.support.databases import ROOT

TAIL = 3_000  # characters of its log that are shown when it ends by itself
FAREWELL = 3.0  # seconds that it has to end


class RemoteError(Exception):
    """What went wrong in the child, with its own traceback."""


class Remote:
    """One child, started as `python -m MODULE ARGUMENTS DESCRIPTOR`; calls are answered one after another."""

    def __init__(self, module: str, *arguments: str, log: Path, environment: Mapping[str, str]) -> None:
        self._name, self._log = module, log
        self._connection, theirs = Pipe()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments, str(theirs.fileno())],
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[theirs.fileno()],
            )
        theirs.close()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def call(self, name: str, **arguments: Any) -> Any:
        """Call a function of the child, and wait for what it returns."""
        self.begin(name, **arguments)
        return self.end()

    def begin(self, name: str, **arguments: Any) -> None:
        """Have the child begin a call, and go on meanwhile."""
        try:
            self._connection.send((name, arguments))
        except OSError:
            raise self._ended() from None

    def end(self) -> Any:
        """What the call that was begun returned."""
        try:
            kind, value = self._connection.recv()
        except (EOFError, OSError):
            raise self._ended() from None
        if kind == "error":
            raise RemoteError(value)
        return value

    def _ended(self) -> RemoteError:
        return RemoteError(f"{self._name} ended:\n{self._log.read_text()[-TAIL:]}")

    def close(self) -> None:
        """End the child."""
        self._connection.close()
        try:
            self._process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def serve(descriptor: int, functions: Mapping[str, Callable[..., Any]]) -> None:
    """In the child: answer calls until the other side is gone."""
    connection = Connection(descriptor)
    while True:
        try:
            name, arguments = connection.recv()
        except EOFError:
            return
        try:
            answer = ("value", functions[name](**arguments))
        except Exception:  # noqa: BLE001 - whatever it was, the parent is to hear of it
            answer = ("error", traceback.format_exc())
        connection.send(answer)
