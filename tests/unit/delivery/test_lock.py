"""SQLite's one lock for all who write, and how it is waited for."""

import threading
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, ProgrammingError, connection, transaction

from tests.support.background import in_background
from tests.support.databases import on_postgres

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_writes_waits_until_another_has_written():
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


def test_what_is_wrong_with_a_statement_is_said_at_once():
    with pytest.raises((OperationalError, ProgrammingError)), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
