"""Beat's part in the one-process mode, where there is no beat: sweeps and more, in a thread of the server."""

import logging
import threading
import time
from collections.abc import Mapping

from celery import current_app
from channels.layers import get_channel_layer
from django.db import close_old_connections

from delivery import handoff

logger = logging.getLogger(__name__)

# Seconds between sweeps. What `manage.py notify` posts from a second terminal arrives this late at most.
INTERVAL = 1.0


class Ticker:
    """Sweeps, unless told not to, and runs each task named in `periods` every so many seconds."""

    def __init__(self, periods: Mapping[str, float], *, sweeps: bool = True) -> None:
        self._periods = periods
        self._sweeps = sweeps
        self._due = dict.fromkeys(periods, 0.0)

    def tick(self) -> None:
        """Do what is due. Celery logs what fails in here; the next time finds the rows again."""
        for name, seconds in self._periods.items():
            if self._due[name] <= time.monotonic():
                self._due[name] = time.monotonic() + seconds
                current_app.tasks[name].apply()
        if self._sweeps:
            current_app.tasks["delivery.sweep"].apply()

    def run(self) -> None:
        """For as long as this process lives."""
        while True:
            time.sleep(INTERVAL)
            # Never in the process of the autoreloader: it has no sockets and must claim nothing. But where
            # somebody has started a deed here, it is carried on, sockets or not.
            if get_channel_layer().is_listening or handoff.started_here.is_set():
                close_old_connections()
                self.tick()


def start(periods: Mapping[str, float]) -> None:
    """Tick in a thread of this process; and in another for letters, as a mail server may take its time."""
    letters = Ticker({handoff.LETTERS: INTERVAL}, sweeps=False)
    for name, ticker in (("sweeps", Ticker(periods)), ("letters", letters)):
        threading.Thread(target=ticker.run, name=name, daemon=True).start()
