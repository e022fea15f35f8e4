"""The doors that Celery knocks at: thin, and the only place that reads the clock for what they open."""

import logging

from celery import shared_task
from celery.signals import worker_init, worker_ready
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from delivery import handoff
from gstbillingapp import jobs, papers, reminders
from gstbillingapp.actions.jobs import TASK as JOB
from gstbillingapp.actions.papers import TASK as PAPER

logger = logging.getLogger(__name__)

REMIND = "gstbillingapp.remind"


@shared_task(name=REMIND, ignore_result=True)
def remind() -> None:
    """Do the periodic deeds whose time has come; sent by beat and at worker start."""
    try:
        reminders.do_all(timezone.now())
    except (OperationalError, InterfaceError) as error:
        logger.warning("the database is away, the next run goes on: %s", str(error).partition("\n")[0])


@shared_task(name=PAPER, ignore_result=True, time_limit=papers.TIME_LIMIT)
def paper() -> None:
    """Make the PDFs that are asked for; sent by whoever asks, by beat, and at worker start."""
    try:
        if not papers.make_all() and settings.REDIS_URL is not None:
            handoff.wake_task(PAPER)
    except (OperationalError, InterfaceError) as error:
        logger.warning("the database is away, the next run goes on: %s", str(error).partition("\n")[0])


@shared_task(name=JOB, ignore_result=True, time_limit=jobs.TIME_LIMIT)
def job() -> None:
    """Take imports and exports further; sent by whoever starts one, by beat, and at worker start."""
    try:
        if not jobs.go_on() and settings.REDIS_URL is not None:
            handoff.wake_task(JOB)
    except (OperationalError, InterfaceError) as error:
        logger.warning("the database is away, the next run goes on: %s", str(error).partition("\n")[0])


@worker_init.connect
def _load_before_the_fork(**_: object) -> None:
    """Once for all processes of the worker, and before anybody waits."""
    papers.load_drawers()


@worker_ready.connect
def _begin(**_: object) -> None:
    """What fell due or was asked for while no worker ran is not to wait for beat."""
    for name in (REMIND, PAPER, JOB):
        handoff.wake_task(name)
