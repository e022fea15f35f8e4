"""Changing an inbox: revisions, counts, dedupe keys, and that state equals events after every deed."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from delivery import inbox, reading
from delivery.drafts import Draft
from delivery.models import Delivery, Inbox, Notification
from tests.support.databases import on_postgres
from tests.support.inbox_client import state_equals_events, truth

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha():
    return User.objects.create_user("asha")


@pytest.fixture
def ravi():
    return User.objects.create_user("ravi")


def post(*users, title="Title", **fields):
    return inbox.post([user.pk for user in users], Draft(title=title, message="Message", **fields))


def test_a_post_takes_the_next_revision_and_counts_one_more_unread(asha):
    with state_equals_events(asha.pk):
        first, second = post(asha)[0], post(asha)[0]
    assert (first.revision, second.revision) == (1, 2)
    assert reading.snapshot(asha.pk) == (2, 2)


def test_each_user_of_one_post_gets_a_row_at_a_revision_of_their_own_inbox(asha, ravi):
    post(asha)
    rows = post(ravi, asha, ravi)
    assert [row.user_id for row in rows] == [ravi.pk, asha.pk]
    assert [row.revision for row in rows] == [1, 2]


def test_a_post_to_a_thousand_people_is_all_or_nothing():
    users = User.objects.bulk_create(User(username=f"u{n}") for n in range(1000))
    assert len(post(*users)) == 1000
    assert Delivery.objects.count() == Notification.objects.count() == 1000
    with pytest.raises(ValueError, match="title"):
        post(*users, title="")
    assert Notification.objects.count() == 1000


def test_a_rolled_back_post_leaves_no_row_and_takes_no_revision(asha):
    with transaction.atomic():
        post(asha)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()
    assert reading.snapshot(asha.pk) == (0, 0)


def test_a_repeated_dedupe_key_returns_the_row_of_then_and_sends_nothing(asha, ravi):
    with state_equals_events(asha.pk) as client:
        [first] = post(asha, dedupe_key="inv:1:issued")
        before = Delivery.objects.count()
        [again] = post(asha, title="Another", dedupe_key="inv:1:issued")
        assert again.pk == first.pk
        assert Delivery.objects.count() == before
    assert client.shown == [first.pk]
    both = post(asha, ravi, dedupe_key="inv:1:issued")
    assert both[0].pk == first.pk
    assert both[1].user_id == ravi.pk


def test_notifications_without_a_dedupe_key_never_collide(asha):
    assert post(asha)[0].pk != post(asha)[0].pk


def test_reading_one_takes_a_revision_and_reading_it_again_takes_none(asha):
    with state_equals_events(asha.pk):
        [row] = post(asha)
        assert inbox.mark_read(asha.pk, row.pk) == (2, 0)
        assert inbox.mark_read(asha.pk, row.pk) == (2, 0)


def test_reading_all_counts_what_was_unread_and_is_idempotent(asha):
    with state_equals_events(asha.pk):
        for _ in range(3):
            post(asha)
        inbox.mark_read(asha.pk, Notification.objects.first().pk)
        assert inbox.mark_all_read(asha.pk) == (2, (5, 0))
        assert inbox.mark_all_read(asha.pk) == (0, (5, 0))


def test_deleting_an_unread_one_lowers_the_count_and_deleting_it_again_does_not(asha):
    with state_equals_events(asha.pk):
        [row], _ = post(asha), post(asha)
        assert inbox.delete(asha.pk, row.pk) == (3, 1)
        assert inbox.delete(asha.pk, row.pk) == (3, 1)


def test_deleting_what_is_read_leaves_the_unread(asha):
    with state_equals_events(asha.pk):
        [row], [kept] = post(asha), post(asha)
        inbox.mark_read(asha.pk, row.pk)
        assert inbox.delete_read(asha.pk) == (1, (4, 1))
        assert inbox.delete_read(asha.pk) == (0, (4, 1))
    assert list(truth(asha.pk)["items"]) == [kept.pk]


def test_a_deleted_notification_cannot_be_read_and_leaves_the_count_alone(asha):
    [row] = post(asha)
    inbox.delete(asha.pk, row.pk)
    assert inbox.mark_read(asha.pk, row.pk) is None
    assert reading.snapshot(asha.pk).unread_count == 0


def test_nobody_reads_or_deletes_in_the_inbox_of_another(asha, ravi):
    [row] = post(asha)
    assert inbox.mark_read(ravi.pk, row.pk) is None
    assert inbox.delete(ravi.pk, row.pk) is None
    assert inbox.mark_all_read(ravi.pk)[0] == 0
    assert reading.snapshot(asha.pk) == (1, 1)


def test_a_notification_deleted_before_its_frame_went_out_is_never_shown(asha):
    with state_equals_events(asha.pk) as client:
        [row] = post(asha)
        inbox.delete(asha.pk, row.pk)
    assert client.shown == []


def test_the_badge_costs_one_row_however_much_is_unread(asha, django_assert_num_queries):
    for _ in range(5):
        post(asha)
    with django_assert_num_queries(1):
        assert reading.snapshot(asha.pk).unread_count == 5


def test_one_post_takes_three_statements_or_one_where_the_database_can(asha, django_assert_num_queries):
    post(asha)
    if on_postgres():
        with django_assert_num_queries(1):
            post(asha)
        return
    with django_assert_num_queries(5) as queries:  # three, and the savepoint around them
        post(asha)
    tables = [sql.split()[2].strip('"') for query in queries if (sql := query["sql"]).startswith("INSERT")]
    assert tables == ["delivery_inbox", "delivery_notification", "delivery_delivery"]


def test_many_posted_to_one_person_at_once_come_in_order(asha):
    """More than fit into one statement."""
    drafts = [Draft(title=f"{number}", message="") for number in range(100)]
    with state_equals_events(asha.pk):
        rows = [row for [row] in inbox.post_all([asha.pk], drafts)]
    assert [row.title for row in rows] == [str(number) for number in range(100)]
    stored = Notification.objects.filter(user=asha)
    for order in ("pk", "revision", "delivery__pk", "delivery__revision"):
        assert list(stored.order_by(order)) == rows


def test_the_stored_count_is_what_the_rows_say_after_a_long_mixed_day(asha):
    with state_equals_events(asha.pk):
        rows = [post(asha)[0] for _ in range(20)]
        for row in rows[::3]:
            inbox.mark_read(asha.pk, row.pk)
        for row in rows[::4]:
            inbox.delete(asha.pk, row.pk)
        inbox.delete_read(asha.pk)
        post(asha)
    stored = Inbox.objects.get(user=asha)
    assert (
        stored.unread_count == Notification.objects.filter(user=asha, is_read=False, is_deleted=False).count()
    )
