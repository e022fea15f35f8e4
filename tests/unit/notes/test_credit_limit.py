"""Credit limits: told once when a customer goes over, settled when they are back, told anew the next time."""

from decimal import Decimal

import pytest

from delivery.models import Notification
from gstbillingapp.actions import customers, invoices
from gstbillingapp.actions.data import CustomerData, NoteLineData
from gstbillingapp.models import Customer
from tests.factories import CustomerFactory, advance, debited, draft, invoice_data, issued, noted, paid
from tests.refusals import refused
from tests.support.inbox_client import state_equals_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(people):
    return CustomerFactory(
        business=people.business, name="Meera Stores", credit_limit=Decimal(200), kind="unregistered"
    )


def told(person) -> list[tuple[str, bool]]:
    """What a person was told of limits, and whether it is settled."""
    rows = Notification.objects.filter(user=person, dedupe_key__contains=":limit:").order_by("pk")
    return list(rows.values_list("title", "is_read"))


OVER = "Meera Stores over limit: ₹236.00 of ₹200.00"


def over(buyer) -> None:
    for _ in range(2):
        issued(customer=buyer)


def test_everybody_is_told_once_when_a_customer_goes_over_the_limit(people, buyer):
    with state_equals_events(people.owner.pk):
        over(buyer)
        issued(customer=buyer)
    assert told(people.owner) == told(people.teammate) == [(OVER, False)]
    assert told(people.stranger) == []


def test_what_brings_a_customer_back_settles_it_in_every_inbox(people, buyer):
    first = issued(customer=buyer)
    issued(customer=buyer)
    with state_equals_events(people.teammate.pk):
        paid(first, "36")
    assert told(people.owner) == told(people.teammate) == [(OVER, True)]
    assert Customer.objects.get(pk=buyer.pk).is_over_limit is False


def back_by_note(buyer):
    noted(buyer.invoices.last(), NoteLineData(amount=Decimal(50)))


def back_by_advance(buyer):
    advance(buyer, "36")


def back_by_cancelling(buyer):
    invoices.cancel(buyer.business, None, buyer.invoices.last().pk, "Twice")


def back_by_a_higher_limit(buyer):
    data = CustomerData(name=buyer.name, state_code="29", credit_limit=Decimal(236))
    customers.save(buyer.business, data, buyer.pk)


def back_by_no_limit(buyer):
    customers.save(buyer.business, CustomerData(name=buyer.name, state_code="29"), buyer.pk)


@pytest.mark.parametrize(
    "come_back",
    [back_by_note, back_by_advance, back_by_cancelling, back_by_a_higher_limit, back_by_no_limit],
)
def test_there_are_many_ways_back_under_the_limit(people, buyer, come_back):
    over(buyer)
    come_back(buyer)
    assert told(people.owner) == [(OVER, True)]


def test_whoever_goes_over_again_is_told_of_again(people, buyer):
    over(buyer)
    receipt = advance(buyer, "100")
    debited(buyer.invoices.first(), "100")
    assert [read for _, read in told(people.owner)] == [True, False]
    assert receipt.balance == 100


def test_a_limit_that_is_lowered_below_what_is_owed_is_told(people):
    buyer = CustomerFactory(business=people.business, kind="unregistered")
    issued(customer=buyer)
    data = CustomerData(name=buyer.name, state_code="29", credit_limit=Decimal(100))
    customers.save(buyer.business, data, buyer.pk)
    assert len(told(people.owner)) == 1


def test_nobody_without_a_limit_is_over_it(people):
    over(CustomerFactory(business=people.business))
    assert told(people.owner) == []


def test_the_editor_says_before_issuing_that_the_limit_would_be_passed(buyer):
    issued(customer=buyer)
    found = invoices.preview(buyer.business, invoice_data(buyer)).warnings
    assert [advice.message for advice in found if advice.code == "credit_limit"] == [
        "Meera Stores will owe ₹236.00, above the credit limit of ₹200.00."
    ]
    stored = draft(customer=buyer)
    assert invoices.issue(buyer.business, None, stored.pk).balance == 118


def test_a_negative_limit_is_refused(buyer):
    data = CustomerData(name="A", state_code="29", credit_limit=Decimal(-1))
    with refused("credit_limit", "between 0"):
        customers.save(buyer.business, data, buyer.pk)
