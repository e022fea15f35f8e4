"""Workers and beats each with a clock of their own, on one database and one Redis."""

import datetime
import signal

from django.utils import timezone

from tests.support.stack import Stack
from tests.support.waiting import wait_until

# Seconds between two runs of the reminders: in the product it is minutes.
EVERY = 1.0
PATIENCE = 60.0  # seconds, for a machine that has other things to do


class ClockedStack(Stack):
    """A stack whose workers and beats live at the moments that they are told."""

    _shifts: dict[str, float]

    def live_at(self, moment: datetime.datetime, *names: str) -> None:
        """Start these at that moment, those that run anew, and wait until they work."""
        self._shifts = getattr(self, "_shifts", {})
        self.stop(*names)
        for name in names:
            self._shifts[name] = (moment - timezone.now()).total_seconds()
            self.start(name, wait=False)
        for name in names:
            self.wait_ready(name)

    def stop(self, *names: str) -> None:
        """End these, where they run."""
        for name in names:
            process = self._processes.get(name)
            if process is not None and process.is_running:
                process.terminate()

    def set_back(self, name: str) -> None:
        """Set the clock of a running process back by an hour."""
        self.process(name).send(signal.SIGUSR2)

    def wait_for_more(self, task: str, times: int, *workers: str) -> None:
        """Wait until each of these workers has done a task so many times from now on."""
        enough = {name: self._done(task, name) + times for name in workers}
        for name, count in enough.items():
            wait_until(
                lambda name=name, count=count: self._done(task, name) >= count,
                PATIENCE,
                f"{name} has not done {task} {times} times more:\n{self.report()}",
            )

    def _done(self, task: str, name: str) -> int:
        return self.process(name).log().count(f"done: {task}")

    def _command(self, name: str) -> list[str]:
        command = super()._command(name)
        if name not in getattr(self, "_shifts", {}):
            return command
        module = command.index("celery")
        shift = ["tests.support.clock_shift", str(self._shifts[name]), str(EVERY)]
        return [*command[:module], *shift, *command[module + 1 :]]
