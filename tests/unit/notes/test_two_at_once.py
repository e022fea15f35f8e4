"""Two people at the same instant, with notes, advances and limits."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from delivery.models import Notification
from gstbillingapp.actions import invoices, notes
from gstbillingapp.actions.data import NoteData, NoteLineData
from gstbillingapp.models import Customer, Invoice, Note, Product, Receipt
from tests.factories import (
    CustomerFactory,
    MembershipFactory,
    ProductFactory,
    advance,
    draft,
    issued,
    line,
    paid,
    set_off,
)
from tests.unit.billing.test_two_at_once import at_once

# Serialized: emptying the tables between tests would take the rates of the migration with it.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def done(outcomes: list) -> list:
    return [outcome for outcome in outcomes if not isinstance(outcome, ValidationError)]


def test_two_notes_at_once_never_credit_more_than_the_line_has():
    business = MembershipFactory().business
    ware = ProductFactory(business=business)
    invoice = issued(business, line(ware, qty=Decimal(3)))
    data = NoteData(reason="01", lines=[NoteLineData(qty=Decimal(2))])
    outcomes = at_once(*[lambda: notes.issue(business, None, invoice.pk, data)] * 3)
    assert len(done(outcomes)) == 1
    assert Note.objects.get().number.endswith("0001")
    assert Product.objects.get(pk=ware.pk).stock == 99
    assert Invoice.objects.get().balance == 118


def test_a_note_and_a_payment_at_once_leave_a_true_balance():
    business = MembershipFactory().business
    invoice = issued(business)
    data = NoteData(reason="02", lines=[NoteLineData(amount=Decimal(50))])
    outcomes = at_once(lambda: notes.issue(business, None, invoice.pk, data), lambda: paid(invoice, "118"))
    left = Invoice.objects.get()
    assert left.balance == left.total - left.credited - left.paid
    assert len(done(outcomes)) in (1, 2)
    if len(done(outcomes)) == 2:
        assert Note.objects.get().balance == 59


def test_an_advance_pays_two_invoices_at_once_only_as_far_as_it_goes():
    buyer = CustomerFactory(business=MembershipFactory().business)
    receipt = advance(buyer, "150")
    first, second = (issued(customer=buyer) for _ in range(2))
    outcomes = at_once(lambda: set_off(first, receipt, "100"), lambda: set_off(second, receipt, "100"))
    assert len(done(outcomes)) == 1
    assert Receipt.objects.get().balance == 50


def test_two_invoices_at_once_that_pass_the_limit_together_are_told_once():
    member = MembershipFactory()
    buyer = CustomerFactory(business=member.business, credit_limit=Decimal(200))
    drafts = [draft(customer=buyer) for _ in range(4)]
    at_once(*(lambda pk=row.pk: invoices.issue(member.business, None, pk) for row in drafts))
    assert Customer.objects.get().is_over_limit
    assert Notification.objects.filter(dedupe_key__contains=":limit:").count() == 1
