"""The doors that Celery knocks at: thin, and the only place that reads the clock for what they open."""

import logging

from celery import shared_task
from celery.signals import worker_ready
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from gstbillingapp import reminders

logger = logging.getLogger(__name__)


@shared_task(name="gstbillingapp.remind", ignore_result=True)
def remind() -> None:
    """Do the periodic deeds whose time has come; sent by beat and at worker start."""
    try:
        reminders.do_all(timezone.now())
    except (OperationalError, InterfaceError) as error:
        logger.warning("the database is away, the next run goes on: %s", str(error).partition("\n")[0])


@worker_ready.connect
def _remind_at_start(**_: object) -> None:
    """What fell due while no worker ran is not to wait for beat."""
    remind.apply_async()
