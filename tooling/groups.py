"""Process groups that live no longer than this process, however it ends."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

WATCHDOG = Path(__file__).with_name("watchdog.py")


class Groups:
    """Every group started here, and the watchdog that kills them if this process is killed first."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._pipe: int | None = None
        self._keeper: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Start the watchdog, and again whenever it dies."""
        self._keeper = asyncio.create_task(self._keep_watchdog())

    def add(self, group: int) -> None:
        """A group has been started."""
        self._groups.add(group)
        self._tell(f"+{group}\n")

    def end(self, group: int) -> None:
        """Kill what is left of a group: prefork children outlive a killed parent."""
        kill_group(group)
        self._groups.discard(group)
        self._tell(f"-{group}\n")

    def kill_all(self) -> None:
        """Kill every group where it stands."""
        for group in self._groups:
            kill_group(group)

    def close(self) -> None:
        """End every group, and let the watchdog go."""
        for group in list(self._groups):
            self.end(group)
        if self._keeper is not None:
            self._keeper.cancel()
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def _tell(self, line: str) -> None:
        if self._pipe is not None:
            with suppress(BrokenPipeError):  # it has died; the next one is told everything
                os.write(self._pipe, line.encode())

    async def _keep_watchdog(self) -> None:
        while True:
            reading, self._pipe = os.pipe()  # only this process holds the writing end
            for group in self._groups:
                self._tell(f"+{group}\n")
            watchdog = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(WATCHDOG)),
                stdin=reading,
                stdout=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
            os.close(reading)
            await watchdog.wait()
            os.close(self._pipe)
            self._pipe = None


def kill_group(group: int) -> None:
    """Kill -9 every process of a group that still exists."""
    with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of zombies
        os.killpg(group, signal.SIGKILL)
