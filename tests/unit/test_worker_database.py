"""A worker's connection to the database: kept while it lives, made anew when it does not."""

import pytest
from celery.signals import heartbeat_sent, task_prerun
from django.contrib.auth.models import User
from django.db import (
    InterfaceError,
    OperationalError,
    connection,
    connections,
)
from django.db.backends.signals import connection_created

from tests.support.away import cut_off
from tests.support.databases import on_postgres
from worker.database import hurry, keep_connections, look_at_connections

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_a_worker(monkeypatch):
    settings = connections.settings["default"]
    for name in ("CONN_MAX_AGE", "CONN_HEALTH_CHECKS"):
        monkeypatch.setitem(settings, name, settings[name])
    connection.close()
    keep_connections()
    yield
    for signal in (task_prerun, heartbeat_sent):
        signal.disconnect(look_at_connections)
    connection_created.disconnect(hurry)
    connection.close()


@pytest.mark.parametrize("signal", [task_prerun, heartbeat_sent])
def test_a_connection_that_lives_is_kept_and_one_that_was_cut_is_made_anew(in_a_worker, signal):
    User.objects.count()
    kept = connection.connection
    signal.send(sender=None)
    User.objects.count()
    assert connection.connection is kept
    if on_postgres():  # SQLite is a file, and cuts nobody off
        cut_off()
        signal.send(sender=None)
        assert User.objects.count() == 0
        assert connection.connection is not kept


def test_one_that_failed_in_the_middle_of_a_task_is_made_anew_by_the_next(in_a_worker):
    User.objects.count()
    if on_postgres():
        cut_off()
        with pytest.raises((OperationalError, InterfaceError)):
            User.objects.count()
    task_prerun.send(sender=None)
    assert User.objects.count() == 0
