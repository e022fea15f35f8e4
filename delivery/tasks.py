"""The doors that Celery knocks at. A message is only a wake-up; what there is to do is in the database."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from celery import current_task, shared_task
from celery.signals import worker_ready
from django.db import InterfaceError, OperationalError

from delivery import alarms, bell, handoff, mail
from delivery import deeds as doing
from delivery import drain as draining
from delivery import prune as pruning

logger = logging.getLogger(__name__)


@shared_task(name=handoff.DRAIN, ignore_result=True)
def drain() -> None:
    """Deliver what is due, and stay for a while where more is to come."""
    with _or_at_the_next_sweep():
        _drain()
        hostname = str(current_task.request.hostname)
        bell.stay(hostname, partial(draining.drain, _task_id()), handoff.wake)


@shared_task(name=handoff.SWEEP, ignore_result=True)
def sweep() -> None:
    """Deliver what no wake-up told of and what a dead worker left; sent by beat and at worker start."""
    with _or_at_the_next_sweep():
        # First: what is taken back was told of, and is late for another reason.
        draining.note_overlooked()
        draining.take_back_expired()
        _drain()
        doing.advance(_task_id())
        mail.wake()


@shared_task(name=handoff.LETTERS, ignore_result=True, time_limit=mail.TIME_LIMIT)
def post_letters() -> None:
    """Send the letters that are due; a task of its own, as a mail server may be slow."""
    with _or_at_the_next_sweep():
        if not mail.carry():
            handoff.wake_letters()


@shared_task(name=handoff.DEEDS, ignore_result=True)
def deeds() -> None:
    """Carry on what a person has started."""
    with _or_at_the_next_sweep():
        doing.advance(_task_id())


@shared_task(name="delivery.prune", ignore_result=True)
def prune() -> None:
    """Remove what nobody needs any more."""
    with _or_at_the_next_sweep():
        pruning.prune()


@shared_task(name="delivery.look", ignore_result=True)
def look() -> None:
    """Tell people if the pipeline needs one; where everything is one process."""
    with _or_at_the_next_sweep():
        alarms.look()


def _drain() -> None:
    handoff.begun()
    if not draining.drain(_task_id()):
        handoff.wake()


def _task_id() -> str:
    return current_task.request.id or ""


@contextmanager
def _or_at_the_next_sweep() -> Iterator[None]:
    """A database that is away is no failure of the task: nothing to record, and nowhere to record it."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        logger.warning("the database is away, the next sweep tries again: %s", str(error).partition("\n")[0])


@worker_ready.connect
def _sweep_at_start(**_: object) -> None:
    """What was posted while no worker ran is not to wait for beat."""
    handoff.wake_task(handoff.SWEEP)
