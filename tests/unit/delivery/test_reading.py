"""The changes since a revision: pages, resets and cursors."""

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from delivery import inbox, reading
from delivery.drafts import Draft
from delivery.models import Inbox, Notification
from tests.support.inbox_client import InboxClient, fetch_from_database, truth

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha():
    return User.objects.create_user("asha")


def post(user, times=1):
    return [inbox.post([user.pk], Draft(title=f"Number {n}", message=""))[0] for n in range(times)]


def test_who_knows_the_revision_gets_nothing_but_the_pair(asha):
    post(asha, 3)
    found = reading.changes(asha.pk, since=3, limit=100)
    assert (found.revision, found.unread_count, found.rows, found.next_cursor, found.reset) == (
        3,
        3,
        [],
        None,
        False,
    )


def test_rows_come_by_revision_and_then_by_id_with_reads_and_deletions_among_them(asha):
    one, two, three = post(asha, 3)
    inbox.mark_read(asha.pk, one.pk)
    inbox.delete(asha.pk, two.pk)
    found = reading.changes(asha.pk, since=2, limit=100)
    assert [(row.pk, row.revision) for row in found.rows] == [(three.pk, 3), (one.pk, 4), (two.pk, 5)]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_of_any_size_give_the_same_client(asha, limit):
    post(asha, 7)
    inbox.mark_all_read(asha.pk)  # seven rows with one revision: a page ends in the middle of them
    post(asha, 3)
    client = InboxClient(fetch_from_database(asha.pk, limit))
    client.opened()
    assert client.state() == truth(asha.pk)


def test_a_row_that_changes_while_pages_are_fetched_is_in_a_later_page(asha):
    rows = post(asha, 4)
    first = reading.changes(asha.pk, since=0, limit=2)
    inbox.mark_read(asha.pk, rows[0].pk)
    last = reading.changes(asha.pk, since=0, limit=100, cursor=first.next_cursor)
    assert [row.pk for row in last.rows] == [rows[2].pk, rows[3].pk, rows[0].pk]
    assert last.next_cursor is None
    assert last.revision == 5


def test_history_that_is_trimmed_while_pages_are_fetched_resets_and_hides_no_deletion(asha):
    rows = post(asha, 4)
    inbox.delete(asha.pk, rows[2].pk)
    first = reading.changes(asha.pk, since=1, limit=1)
    trim(asha)
    last = reading.changes(asha.pk, since=1, limit=100, cursor=first.next_cursor)
    assert last.reset
    assert last.next_cursor is None
    assert [row.pk for row in last.rows] == [rows[3].pk, rows[1].pk, rows[0].pk]


def test_a_database_restored_while_pages_are_fetched_resets(asha):
    post(asha, 4)
    cursor = reading.changes(asha.pk, since=1, limit=1).next_cursor
    Inbox.objects.filter(user=asha).update(revision=0)
    assert reading.changes(asha.pk, since=1, limit=1, cursor=cursor).reset


def test_history_that_is_trimmed_between_two_statements_of_one_answer_hides_no_deletion(asha):
    """The client has the row that was deleted; without word of it, or a reset, it would keep it for ever."""
    rows = post(asha, 3)
    client = InboxClient(fetch_from_database(asha.pk))
    client.opened()
    inbox.delete(asha.pk, rows[0].pk)
    trimmed = []

    def trim_before_rows(execute, statement, *arguments):
        if not trimmed and 'FROM "delivery_notification"' in statement and "ORDER BY" in statement:
            trimmed.append(statement)
            with transaction.atomic():
                trim(asha)
        return execute(statement, *arguments)

    with connection.execute_wrapper(trim_before_rows):
        client.opened()
    assert trimmed
    client.opened()
    assert client.state() == truth(asha.pk)


def trim(user):
    now = reading.snapshot(user.pk).revision
    Inbox.objects.filter(user=user).update(history_from=now)
    Notification.objects.filter(user=user, is_deleted=True, revision__lte=now).delete()


def test_a_revision_from_the_future_resets_as_after_a_restored_backup(asha):
    post(asha, 2)
    found = reading.changes(asha.pk, since=41, limit=100)
    assert found.reset
    assert found.revision == 2
    assert len(found.rows) == 2


def test_a_revision_older_than_the_kept_history_resets(asha):
    post(asha, 3)
    Inbox.objects.filter(user=asha).update(history_from=2)
    assert reading.changes(asha.pk, since=1, limit=100).reset
    assert not reading.changes(asha.pk, since=2, limit=100).reset


def test_more_than_a_thousand_changed_rows_reset_to_the_newest(asha):
    post(asha, 1001)
    assert not reading.changes(asha.pk, since=1, limit=100).reset
    found = reading.changes(asha.pk, since=0, limit=100)
    assert found.reset
    assert [row.revision for row in found.rows] == list(range(1001, 901, -1))
    assert found.next_cursor is None


def test_an_inbox_that_nothing_was_posted_to_is_at_revision_zero(asha):
    found = reading.changes(asha.pk, since=0, limit=100)
    assert (found.revision, found.unread_count, found.rows, found.reset) == (0, 0, [], False)


@pytest.mark.parametrize(
    "cursor", ["", "?", "MTo", "bm9uc2Vuc2U=", "é", "x" * 5000, "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk6MQ=="]
)
def test_a_cursor_that_is_not_ours_is_refused_by_name(asha, cursor):
    post(asha)
    with pytest.raises(ValueError, match="cursor"):
        reading.changes(asha.pk, since=0, limit=1, cursor=cursor)


def test_pages_of_the_inbox_are_newest_first_and_leave_out_the_deleted(asha):
    rows = post(asha, 5)
    inbox.delete(asha.pk, rows[3].pk)
    first, following = reading.page(asha.pk, limit=2)
    assert [row.pk for row in first] == [rows[4].pk, rows[2].pk]
    second, end = reading.page(asha.pk, limit=2, before=following)
    assert [row.pk for row in second] == [rows[1].pk, rows[0].pk]
    assert end is None
