"""Celery's beat, which goes on when its clock is set back and says in a line that the broker is away."""

import logging
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


class Scheduler(PersistentScheduler):
    """As Celery's, with an eye on the clock.

    Celery waits until the clock has come again to where it was when something was last sent, which it also
    keeps in a file: an hour set back would be an hour without a sweep, for a beat that is started anew, too.
    """

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due, reckoned anew from now on where the clock went back."""
        entries = self.schedule.values()
        ahead = [entry for entry in entries if entry.last_run_at and entry.last_run_at > entry.default_now()]
        if ahead:
            logger.warning("the clock was set back; what is sent every so often goes on from now")
            for entry in ahead:
                entry.last_run_at = entry.default_now()
            self._heap = None  # made anew by the next tick, from the moments above
        return super().tick(*args, **kwargs)

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Send it. Celery writes two pages of frames for each one that a stopped Redis did not take."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as error:
            if not isinstance(error.__context__, OperationalError):
                logger.exception("%s was not sent", entry.name)
                return
            logger.warning("the broker is away (%s); %s is sent the next time", error.__context__, entry.name)
        except Exception:
            # As Celery's own does: a full disk, on which the schedule is kept, is not to end beat.
            logger.exception("%s was not sent", entry.name)
