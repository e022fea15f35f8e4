"""The Celery application: `celery -A worker worker`, `celery -A worker beat`."""

import os

from celery import Celery

from worker import database  # noqa: F401  (listens to Celery's signals)
from worker.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gstbilling.settings")

app = Celery("gstbilling")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = SCHEDULE
app.conf.beat_scheduler = "worker.beat:Scheduler"
app.conf.worker_consumer = "worker.consumer:Consumer"
