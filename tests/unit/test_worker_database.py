"""A worker's connection to the database: kept while it lives, made anew when it does not."""

import threading
from functools import partial

import pytest
from celery.signals import heartbeat_sent, task_prerun
from django.contrib.auth.models import User
from django.db import (
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
    transaction,
)
from django.db.backends.signals import connection_created

from tests.support.away import cut_off
from tests.support.background import in_background
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
    connection.execute_wrappers.clear()
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


def test_a_worker_waits_until_another_has_written(in_a_worker):
    holds, may_end = threading.Event(), threading.Event()

    def write_for_a_while():
        with transaction.atomic():
            User.objects.create(username="first")
            holds.set()
            may_end.wait(10)

    User.objects.count()  # connects: what that says to the database is not to be counted
    with in_background(write_for_a_while):
        assert holds.wait(10)
        refused = []
        with connection.execute_wrapper(partial(_noting, refused, may_end)):
            User.objects.create(username="second")
    assert set(User.objects.values_list("username", flat=True)) == {"first", "second"}
    assert bool(refused) is not on_postgres()  # which locks rows, and nobody waited


def _noting(refused, may_end, execute, sql, params, many, context):
    """Let the other end once the statement was refused; without a refusal, it may end, too."""
    try:
        return execute(sql, params, many, context)
    except OperationalError:
        refused.append(sql)
        raise
    finally:
        may_end.set()


def test_what_is_wrong_with_a_statement_is_said_at_once(in_a_worker):
    with pytest.raises((OperationalError, ProgrammingError)), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
