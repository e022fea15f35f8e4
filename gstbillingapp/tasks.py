"""The doors that Celery knocks at: thin, and the only place that reads the clock for what they open."""

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from gstbillingapp import reminders


@shared_task(name="gstbillingapp.remind", ignore_result=True)
def remind() -> None:
    """Do the periodic deeds whose time has come; sent by beat and at worker start."""
    reminders.do_all(timezone.now())


@worker_ready.connect
def _remind_at_start(**_: object) -> None:
    """What fell due while no worker ran is not to wait for beat."""
    remind.apply_async()
