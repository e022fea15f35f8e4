"""Celery with a clock that is off: `python -m tests.support.clock_shift SECONDS EVERY ARGUMENT…`.

The process and its children see the other time, and nothing in the product knows of it. Reminders are asked
for every EVERY seconds, and each task that is done leaves a line. SIGUSR2 sets the clock back by an hour.
"""

import datetime
import signal
import sys

import time_machine
from celery.__main__ import main
from celery.signals import task_postrun

from worker.schedule import SCHEDULE

HOUR = datetime.timedelta(hours=1)


def run(seconds: float, every: float) -> None:
    """Shift the clock for as long as this process lives, and be Celery."""
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    clock = time_machine.travel(moment, tick=True).start()
    signal.signal(signal.SIGUSR2, lambda *_: clock.shift(-HOUR))
    SCHEDULE["remind"]["schedule"] = every
    task_postrun.connect(say_done, weak=False)
    main()


def say_done(sender, **_: object) -> None:
    """A line in the log, for whoever waits for it."""
    print(f"done: {sender.name}")


if __name__ == "__main__":
    _, off, interval, *sys.argv[1:] = sys.argv
    run(float(off), float(interval))
