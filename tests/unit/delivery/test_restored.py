"""`manage.py delivery restored`: after a backup was put back, no open page goes on from what is gone."""

from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from delivery import drain, inbox
from delivery.drafts import Draft
from delivery.models import Inbox, Notification
from tests.support.inbox_client import InboxClient, fetch_from_database, recorded_layer, truth

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha():
    return User.objects.create_user("asha")


def post(user, *titles):
    return [inbox.post([user.pk], Draft(title=title, message=""))[0] for title in titles]


def open_page(user):
    client = InboxClient(fetch_from_database(user.pk))
    client.opened()
    return client


@contextmanager
def put_back():
    """What happens inside the block is gone after it, as if its backup had been put back."""
    backup = transaction.savepoint()
    yield
    transaction.savepoint_rollback(backup)
    # A sequence of PostgreSQL knows of no transaction, but does come back with a backup.
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Notification]):
            cursor.execute(statement)


def restored(capsys):
    call_command("delivery", "restored")
    return capsys.readouterr().out


def test_who_is_behind_what_the_restored_database_has_grown_to_starts_afresh(asha, capsys):
    post(asha, "kept")
    with put_back():
        lost = post(asha, "lost one", "lost two")
        page = open_page(asha)
    restored(capsys)
    new = post(asha, "new one", "new two", "new three", "new four")
    page.opened()
    assert page.resets == 1
    assert page.state() == truth(asha.pk)
    assert sorted(page.titles) == sorted(
        ["kept", "lost one", "lost two", "new one", "new two", "new three", "new four"]
    )
    assert not {row.pk for row in lost} & {row.pk for row in new}, "an id came again"


def test_without_it_such_a_page_would_never_know(asha):
    post(asha, "kept")
    with put_back():
        post(asha, "lost one", "lost two")
        page = open_page(asha)
    post(asha, "new one", "new two", "new three", "new four")
    page.opened()
    assert page.resets == 0
    assert page.state() != truth(asha.pk)


def test_a_page_that_is_told_by_a_frame_first_starts_afresh_too(asha, capsys):
    post(asha, "kept")
    with put_back():
        post(asha, "lost")
        page = open_page(asha)
    restored(capsys)
    post(asha, "new")
    with recorded_layer() as layer:
        drain.drain()
    page.follow(layer.frames_of(asha.pk))
    assert page.state() == truth(asha.pk)
    assert sorted(page.titles) == sorted(["kept", "lost", "new"])


def test_a_page_that_knew_nothing_and_one_that_knew_it_all_have_the_truth_and_show_nothing_twice(
    asha, capsys
):
    nothing = InboxClient(fetch_from_database(asha.pk))
    post(asha, "one", "two")
    everything = open_page(asha)
    restored(capsys)
    for page in (nothing, everything):
        page.opened()
        assert page.state() == truth(asha.pk)
        assert sorted(page.titles) == sorted(["one", "two"])


def test_an_inbox_that_the_backup_did_not_have_yet_begins_out_of_reach_of_what_is_known_of_it(asha, capsys):
    with put_back():
        post(asha, "lost one", "lost two")
        page = open_page(asha)
    assert not Inbox.objects.exists()
    restored(capsys)
    post(asha, "new one", "new two", "new three")
    page.opened()
    assert page.state() == truth(asha.pk)
    assert sorted(page.titles) == sorted(["lost one", "lost two", "new one", "new two", "new three"])


def test_a_page_in_the_middle_of_catching_up_starts_afresh(asha, capsys):
    rows = post(asha, "one", "two", "three")
    fetch = fetch_from_database(asha.pk, limit=1)
    cursor = fetch(0, None)["next"]
    restored(capsys)
    inbox.delete(asha.pk, rows[0].pk)
    answer = fetch(0, cursor)
    assert answer["reset"]
    assert answer["next"] is None


def test_twice_does_no_harm(asha, capsys):
    post(asha, "one")
    page = open_page(asha)
    restored(capsys)
    restored(capsys)
    page.opened()
    assert page.state() == truth(asha.pk)
    assert sorted(page.titles) == sorted(["one"])


def test_it_says_what_it_did(asha, capsys):
    [row] = post(asha, "one")
    User.objects.create_user("ravi")  # who never got anything
    first = row.pk + inbox.RESTORED_IDS
    said = restored(capsys)
    assert "2 inboxes begin anew" in said
    [new] = post(asha, "two")
    assert f"numbered from {new.pk}." in said
    assert new.pk > first


def test_another_deed_is_refused_by_name():
    with pytest.raises(CommandError, match="stored"):
        call_command("delivery", "stored")
