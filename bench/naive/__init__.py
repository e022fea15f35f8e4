"""The plain reading of the design, as a measure: one Celery task a notification, `COUNT(*)`, two sends.

Everything is as the documentation of Django, Celery and Channels shows it: daphne, the core layer over Redis,
a prefork worker with two processes, `async_to_sync`. It shares nothing with the product but the settings of
the database's connection, so that what differs is the pipeline.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.naive.settings")

app = Celery("naive")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["bench.naive"])
