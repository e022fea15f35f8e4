"""One readable log of several processes: every line with the name of who said it."""

import os
import queue
import sys
import threading
from collections.abc import Callable

# ANSI colours that read well on dark and light terminals.
COLOURS = {"redis": 31, "web": 36, "worker": 32, "beat": 33}
NAME_WIDTH = 7
# About a second of the busiest log. A reader slower than that loses lines; the processes never wait for it.
WAITING_LINES = 10_000


class Console:
    """Standard output, written by a thread so that a terminal that stopped reading holds nobody up."""

    def __init__(self, on_closed: Callable[[], object]) -> None:
        """`on_closed` is called, from another thread, when nobody reads any more."""
        self._lines: queue.Queue[bytes | None] = queue.Queue(WAITING_LINES)
        self._on_closed = on_closed
        self._coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._thread = threading.Thread(target=self._write, name="console", daemon=True)
        self._thread.start()

    def say(self, sentence: str = "") -> None:
        """A line of the supervisor's own."""
        self._put(sentence.encode())

    def relay(self, name: str, line: bytes) -> None:
        """A line that a process wrote."""
        label = f"{name:<{NAME_WIDTH}}|"
        if self._coloured:
            label = f"\x1b[{COLOURS.get(name, 35)}m{label}\x1b[0m"
        self._put(label.encode() + b" " + line)

    def close(self, patience: float) -> None:
        """Write what waits, for at most `patience` seconds."""
        self._put(None)
        self._thread.join(patience)

    def _put(self, line: bytes | None) -> None:
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            return

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            data = line + b"\n"
            try:
                while data:
                    data = data[os.write(1, data) :]
            except OSError:  # the pipe or the terminal is gone
                self._on_closed()
                return
