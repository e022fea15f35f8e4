"""The doors that Celery knocks at. A message is only a wake-up; what there is to do is in the database."""

from celery import shared_task
from celery.signals import worker_ready

from delivery import drain as draining
from delivery import handoff


@shared_task(name=handoff.DRAIN, ignore_result=True)
def drain() -> None:
    """Deliver what is due."""
    handoff.begun()
    if not draining.drain():
        handoff.wake()


@shared_task(name="delivery.sweep", ignore_result=True)
def sweep() -> None:
    """Deliver what no wake-up told of and what a dead worker left; sent by beat and at worker start."""
    draining.take_back_expired()
    drain()


@worker_ready.connect
def _sweep_at_start(**_: object) -> None:
    """What was posted while no worker ran is not to wait for beat."""
    sweep.apply_async()
