"""What is said of bills that are to be paid: on its days, once, and no longer than they are owed."""

from dataclasses import replace
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from delivery.models import Notification
from gstbillingapp import reminders
from gstbillingapp.actions import bill_payments, bills, vendor_notes
from gstbillingapp.actions.data import NoteLineData
from gstbillingapp.actions.reckoning import data_of
from gstbillingapp.models import Bill
from gstbillingapp.reminders.bills import remind_of_bills
from tests.factories import bill, bill_line, paid_out, vendor_noted
from tests.support.databases import on_postgres
from tests.support.inbox_client import state_equals_events
from tests.unit.reminders.conftest import DUE, at, begun, day

__all__ = ["begun"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def unpaid(begun) -> Bill:
    """A bill over ₹118.00 that is due on `DUE`."""
    return bill(begun, due_date=DUE)


def told(user) -> list[tuple[str, str, bool]]:
    """Of bills: what, how loudly, and whether it is read by now, oldest first."""
    rows = Notification.objects.filter(user=user, related_object_type="bill").order_by("pk")
    return list(rows.values_list("title", "priority", "is_read"))


def test_it_is_told_before_on_and_after_its_day_to_everybody_of_the_business_and_nobody_else(unpaid, people):
    for days in range(-5, 20):
        for _ in range(2):
            reminders.do_all(at(days))
    by = f"Pay {unpaid.vendor_name} ₹118.00"
    stages = [
        row.dedupe_key for row in Notification.objects.filter(user=people.owner, title__startswith="Pay")
    ]
    assert sorted(stages) == sorted(f"bill:{unpaid.pk}:{stage}:{DUE}" for stage in (-3, 0, 1, 7, 15))
    assert [row[:2] for row in told(people.owner)][1:3] == [
        (f"{by} by {DUE.day} {DUE:%b %Y}", "normal"),
        (f"{by}: overdue 1 day", "high"),
    ]
    assert told(people.teammate) == told(people.owner)
    assert told(people.stranger) == []


@pytest.mark.parametrize("who", ["owner", "teammate", "stranger"])
@pytest.mark.parametrize("amount", ["100", "118"])
def test_paying_it_in_full_or_in_part_marks_the_reminders_read_on_every_page(unpaid, people, who, amount):
    reminders.do_all(at(1))
    person = getattr(people, who)
    with state_equals_events(person.pk):
        paid_out(unpaid, amount)
    assert [is_read for *_, is_read in told(person)] == ([] if who == "stranger" else [True])


@pytest.mark.parametrize(("amount", "said"), [("10", 2), ("100", 1)])
def test_a_credit_note_marks_them_read_and_what_is_left_is_said_at_the_next_stage(
    unpaid, people, amount, said
):
    reminders.do_all(at(1))
    with time_machine.travel(at(2), tick=False), state_equals_events(people.owner.pk):
        note = vendor_noted(unpaid, NoteLineData(amount=Decimal(amount)))
    rows = Notification.objects.filter(user=people.owner, title__startswith="Pay")
    assert [row.is_read for row in rows] == [True]
    reminders.do_all(at(7))
    assert rows.all().count() == said
    with time_machine.travel(at(8), tick=False), state_equals_events(people.owner.pk):
        vendor_notes.cancel(unpaid.business, None, note.pk, "Wrong bill")
    reminders.do_all(at(15))
    assert rows.order_by("-pk")[0].title == f"Pay {unpaid.vendor_name} ₹118.00: overdue 15 days"


def test_the_next_stage_says_what_a_payment_in_part_has_left(unpaid, people):
    reminders.do_all(at(1))
    paid_out(unpaid, "100")
    reminders.do_all(at(7))
    assert told(people.owner)[-1] == (f"Pay {unpaid.vendor_name} ₹18.00: overdue 7 days", "high", False)


@pytest.mark.parametrize("amount", ["100", "118"])
def test_after_a_reversal_what_was_said_is_over_and_the_next_stage_says_what_is_owed(unpaid, people, amount):
    with time_machine.travel(at(-2), tick=False):
        paid_out(unpaid, amount)
        reminders.do_all(at(0))
    with time_machine.travel(at(2), tick=False), state_equals_events(people.owner.pk):
        bill_payments.reverse(unpaid.business, None, unpaid.payments.get().pk, "Returned")
    reversal = Notification.objects.get(user=people.owner, dedupe_key__endswith=":fail")
    assert reversal.message == f"Bill {unpaid.number}: ₹118.00 to pay, overdue 2 days. Returned"
    assert all(is_read for *_, is_read in told(people.owner)), "they named less, or nothing was said at all"
    reminders.do_all(at(7))
    assert told(people.owner)[-1] == (f"Pay {unpaid.vendor_name} ₹118.00: overdue 7 days", "high", False)


def test_cancelling_it_marks_them_read_and_nothing_more_is_said(unpaid, people):
    reminders.do_all(at(0))
    with state_equals_events(people.owner.pk):
        bills.cancel(unpaid.business, None, unpaid.pk, "Sent twice")
    reminders.do_all(at(1))
    assert [is_read for *_, is_read in told(people.owner)] == [True]


def test_another_total_marks_them_read_and_the_next_stage_says_it(unpaid, people):
    reminders.do_all(at(0))
    same = bills.change(unpaid.business, None, unpaid.pk, replace(data_of(unpaid), notes="Came in two drums"))
    assert [is_read for *_, is_read in told(people.owner)] == [False]
    typed = replace(data_of(same), lines=[bill_line(qty=Decimal(2))])
    with state_equals_events(people.owner.pk):
        bills.change(unpaid.business, None, unpaid.pk, typed)
    assert [is_read for *_, is_read in told(people.owner)] == [True]
    reminders.do_all(at(1))
    assert told(people.owner)[-1] == (f"Pay {unpaid.vendor_name} ₹236.00: overdue 1 day", "high", False)


def test_another_due_date_is_reminded_of_anew(unpaid, people):
    reminders.do_all(at(0))
    bills.change(unpaid.business, None, unpaid.pk, replace(data_of(unpaid), due_date=at(10).date()))
    reminders.do_all(at(10))
    assert [is_read for *_, is_read in told(people.owner)] == [True, False]


@pytest.mark.parametrize("stage", [0, 1])
def test_a_page_costs_as_many_queries_whatever_is_on_it(begun, people, stage):
    costs = []
    for count in (1, 2, 47):
        for _ in range(count):
            bill(begun, due_date=DUE)
        with CaptureQueriesContext(connection) as queries:
            remind_of_bills(begun, day(stage), day(stage), 0)
        costs.append(len(queries))
    assert costs[1] <= costs[0] < 20
    assert costs[2] == costs[1] + (1 if on_postgres() else 3), "some 70 rows are stored at once"
    assert len(told(people.owner)) == 50
