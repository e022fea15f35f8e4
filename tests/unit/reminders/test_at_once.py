"""Runs and payments at the same instant, each on a connection of its own."""

import threading
from functools import partial

import pytest
from django.db import transaction

from delivery.models import Notification
from gstbillingapp import reminders
from gstbillingapp.actions import announce
from gstbillingapp.models import PeriodicDeed
from gstbillingapp.reminders import days
from tests.factories import MembershipFactory, paid
from tests.support.background import in_background
from tests.unit.billing.test_two_at_once import PATIENCE, at_once
from tests.unit.reminders.conftest import DUE, at, unpaid

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("invoices_only"),
]
BEFORE_COMMIT = 0.3  # seconds in which a run that did not wait for a payment would have gone past it


@pytest.fixture
def business(invoices_only):
    """A business of two people, looked at before."""
    member = MembershipFactory()
    MembershipFactory(business=member.business)
    reminders.do_all(at(-1))
    return member.business


def reminded() -> list[tuple[int, str]]:
    rows = Notification.objects.filter(dedupe_key__contains=":due:").order_by("dedupe_key", "user")
    return list(rows.values_list("user", "dedupe_key"))


def test_runs_at_once_say_it_once_and_share_the_work(business, monkeypatch):
    monkeypatch.setattr(days, "PAGE", 2)
    remind, done = announce.invoices_unpaid, []

    def count(of, stages, *rest):
        done.extend(invoice.pk for invoice in stages)
        remind(of, stages, *rest)

    monkeypatch.setattr(announce, "invoices_unpaid", count)
    invoices = [unpaid(business).pk for _ in range(7)]
    at_once(*[partial(reminders.do_all, at(0))] * 4)
    users = sorted(business.members().values_list("pk", flat=True))
    expected = [(user, f"inv:{pk}:due:0:{DUE}") for pk in invoices for user in users]
    assert sorted(reminded()) == sorted(expected)  # as text, 10 comes before 9
    assert sorted(done) == invoices, "what one run did, another did again"
    assert PeriodicDeed.objects.get(business=business).day == DUE


def test_runs_at_once_begin_a_new_business_once(business):
    MembershipFactory()
    at_once(*[partial(reminders.do_all, at(0))] * 4)
    assert PeriodicDeed.objects.count() == 2


def test_payments_at_the_moment_of_the_run_leave_no_reminder_unread(business):
    invoices = [unpaid(business) for _ in range(4)]
    run = partial(reminders.do_all, at(0))
    at_once(run, *(partial(paid, invoice) for invoice in invoices), run)
    assert not Notification.objects.filter(dedupe_key__contains=":due:", is_read=False).exists()


def test_an_invoice_that_is_being_paid_is_not_spoken_of(business):
    """The run waits for the payment, and then sees that nothing is owed."""
    invoice = unpaid(business)
    has_paid = threading.Event()

    def pay_slowly() -> None:
        with transaction.atomic():
            paid(invoice)
            has_paid.set()
            threading.Event().wait(BEFORE_COMMIT)

    with in_background(pay_slowly):
        assert has_paid.wait(PATIENCE)
        reminders.do_all(at(0))
    assert reminded() == []
