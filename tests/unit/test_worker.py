"""The worker's consumer, where Celery's own would end with the connection, and how work is handed to it."""

from pathlib import Path
from unittest import mock

from celery.worker.consumer import Consumer as CeleryConsumer
from django.conf import settings as project

from delivery import handoff
from delivery import tasks as pipeline
from gstbillingapp import tasks as billing
from gstbillingapp.actions import jobs, papers
from worker.consumer import Consumer


def test_what_a_worker_begins_with_is_woken_as_everything_is(settings, monkeypatch):
    settings.REDIS_URL = "redis://nowhere"
    woken = []
    monkeypatch.setattr(handoff, "_waker", lambda: mock.Mock(wake=woken.append))
    pipeline._sweep_at_start()
    billing._begin()
    assert woken == [handoff.SWEEP, billing.REMIND, papers.TASK, jobs.TASK]


def test_nothing_but_the_handoff_and_beat_publishes_a_task():
    rooms = ("gstbilling", "gstbillingapp", "delivery", "worker")
    modules = [path for room in rooms for path in Path(project.BASE_DIR, room).rglob("*.py")]
    publishing = [
        path.name
        for path in modules
        if any(call in path.read_text() for call in (".apply_async(", ".delay(", ".send_task("))
    ]
    assert sorted(publishing) == ["beat.py", "handoff.py"]


def test_a_message_that_cannot_be_put_back_over_a_lost_connection_does_not_end_the_worker(caplog):
    consumer = Consumer.__new__(Consumer)
    stumble = AttributeError("'NoneType' object has no attribute 'hostname'")
    with mock.patch.object(CeleryConsumer, "on_connection_error_after_connected", side_effect=stumble):
        consumer.on_connection_error_after_connected(ConnectionResetError("Redis is gone"))
    assert "left behind" in caplog.text
