"""What settles an invoice marks its reminders read, in every inbox that has them, and nothing else."""

import pytest

from delivery import inbox
from delivery.models import Notification
from gstbillingapp import reminders
from gstbillingapp.actions import invoices, notes, payments
from gstbillingapp.models import Invoice
from gstbillingapp.utils import create_notification
from tests.factories import advance, debited, noted, paid, set_off
from tests.support.inbox_client import state_equals_events
from tests.unit.reminders.conftest import at, unpaid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invoices_only")]


def unread(user) -> list[str]:
    """What the bell of a person has new: the kinds of their keys, in order."""
    rows = Notification.objects.filter(user=user, is_read=False, is_deleted=False).order_by("pk")
    return [key.split(":")[0] + ":" + key.split(":")[2] for key in rows.values_list("dedupe_key", flat=True)]


@pytest.fixture
def overdue(begun, people):
    """An invoice that everybody was reminded of three times."""
    invoice = unpaid(begun)
    for days in (-3, 0, 1):
        reminders.do_all(at(days))
    assert unread(people.owner) == unread(people.teammate) == ["inv:issued", "inv:due", "inv:due", "inv:over"]
    return invoice


@pytest.mark.parametrize("who", ["owner", "teammate", "stranger"])
def test_a_payment_marks_the_reminders_read_on_every_page_that_is_open(overdue, people, who):
    person = getattr(people, who)
    with state_equals_events(person.pk):
        paid(overdue)
    rows = Notification.objects.filter(user=person)
    assert rows.filter(is_read=True).count() == (0 if who == "stranger" else 3)
    assert not rows.filter(is_read=False, dedupe_key__regex=":(due|over):").exists()


def test_a_payment_in_part_says_what_is_still_owed_and_the_next_morning_reminds_of_that(overdue, people):
    paid(overdue, "18")
    newest = Notification.objects.filter(user=people.owner).order_by("-pk")[0]
    assert newest.message == f"{overdue.number} balance ₹100.00"
    reminders.do_all(at(7))
    newest = Notification.objects.filter(user=people.owner).order_by("-pk")[0]
    assert newest.message.startswith("₹100.00 of ")
    assert not newest.is_read


def note_cancelled(invoice: Invoice) -> None:
    notes.cancel(invoice.business, None, invoice.amendments.get().pk, "Wrong line")


def payment_reversed(invoice: Invoice) -> None:
    payments.reverse(invoice.business, None, invoice.payments.get().pk, "Cheque returned")


def partly_set_off(invoice: Invoice) -> None:
    set_off(invoice, advance(invoice.customer), "18")


# What changes a balance without bringing it to nothing, what is owed after it, and what came before.
CHANGES = {
    "a credit note": (noted, "106.20", None),
    "a debit note": (debited, "129.80", None),
    "a credit note that is cancelled": (note_cancelled, "118.00", noted),
    "a debit note that is cancelled": (note_cancelled, "118.00", debited),
    "a payment that did not clear": (payment_reversed, "118.00", lambda invoice: paid(invoice, "18")),
    "a set-off that is taken back": (payment_reversed, "118.00", partly_set_off),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("who", ["owner", "teammate", "stranger"])
def test_whatever_changes_the_balance_says_it_and_settles_what_named_another(begun, people, who, change):
    does, balance, before = CHANGES[change]
    invoice, person = unpaid(begun), getattr(people, who)
    if before:
        before(invoice)
    reminders.do_all(at(1))
    of_another = Notification.objects.filter(user=person, is_read=False, dedupe_key__contains=":over:")
    assert of_another.count() == (0 if who == "stranger" else 1)
    with state_equals_events(person.pk):
        does(invoice)
    assert not of_another.exists()
    newest = Notification.objects.filter(user=person).order_by("-pk")[:1]
    assert [f"balance ₹{balance}" in row.message for row in newest] == [True] * (who != "stranger")
    reminders.do_all(at(7))
    assert [row.message.startswith(f"₹{balance} of ") for row in of_another] == [True] * (who != "stranger")


@pytest.mark.parametrize("who", ["owner", "teammate", "stranger"])
def test_a_cancellation_marks_the_reminders_read(overdue, people, who):
    person = getattr(people, who)
    with state_equals_events(person.pk):
        invoices.cancel(overdue.business, None, overdue.pk, "Billed twice")
    assert not Notification.objects.filter(
        user=person, is_read=False, dedupe_key__regex=":(due|over):"
    ).exists()


def test_the_reminders_of_other_invoices_stay_new(begun, people):
    first, second = unpaid(begun), unpaid(begun)
    reminders.do_all(at(1))
    paid(first)
    kept = Notification.objects.filter(user=people.owner, is_read=False, dedupe_key__contains=":over:")
    assert [row.related_object_id for row in kept] == [str(second.pk)]


def test_what_a_person_read_or_deleted_before_is_left_as_it_is(overdue, people):
    rows = Notification.objects.filter(user=people.owner, dedupe_key__regex=":(due|over):").order_by("pk")
    first, second, _third = rows.values_list("pk", flat=True)
    inbox.mark_read(people.owner.pk, first)
    inbox.delete(people.owner.pk, second)
    read_at = rows.get(pk=first).read_at
    with state_equals_events(people.owner.pk):
        paid(overdue)
    assert rows.get(pk=first).read_at == read_at
    assert (rows.get(pk=second).is_deleted, rows.get(pk=second).is_read) == (True, False)


def test_a_reminder_that_was_not_sent_yet_is_no_news_any_more_when_it_comes(begun, people):
    """Paid before the drain came to it: the page gets it as read, and shows no toast of it."""
    invoice = unpaid(begun)
    with state_equals_events(people.owner.pk) as client:
        reminders.do_all(at(1))
        paid(invoice)
    rows = {row.pk: row for row in Notification.objects.filter(user=people.owner)}
    assert [rows[pk].notification_type for pk in client.shown] == ["INVOICE", "PAYMENT"]


@pytest.mark.parametrize("who", ["owner", "teammate", "stranger"])
def test_keys_are_marked_read_in_the_inboxes_named_only(people, who):
    for user in (people.owner, people.teammate, people.stranger):
        for key in ("a", "b", "c"):
            create_notification(user, f"Title {key}", "", dedupe_key=key)
    with state_equals_events(getattr(people, who).pk):
        inbox.mark_keys_read([people.owner.pk, people.teammate.pk], ["a", "b", "never posted"])
    for user, new in ((people.owner, 1), (people.teammate, 1), (people.stranger, 3)):
        assert Notification.objects.filter(user=user, is_read=False).count() == new


def test_where_nothing_is_to_be_marked_no_inbox_is_touched(people, django_assert_num_queries):
    create_notification(people.owner, "Title", "", dedupe_key="a")
    with django_assert_num_queries(3):  # a look between two savepoints
        inbox.mark_keys_read([people.owner.pk, people.teammate.pk], ["b"])
