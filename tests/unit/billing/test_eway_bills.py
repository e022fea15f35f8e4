"""Goods above ₹50,000 do not move without an e-way bill: who is told so when they are billed."""

from decimal import Decimal

import pytest

from delivery.models import Notification
from gstbillingapp.actions import invoices
from gstbillingapp.models import EventKind, Supply
from tests.factories import issued, line

pytestmark = pytest.mark.django_db


def told(user) -> list[Notification]:
    return list(Notification.objects.filter(user=user, topic=EventKind.EWAY_BILL_NEEDED))


def test_an_invoice_of_goods_above_the_limit_is_told_of_once_to_each_member(people):
    invoice = issued(people.business, line(price=Decimal("42372.89")))
    for user in (people.owner, people.teammate):
        [row] = told(user)
        assert row.title == f"{invoice.number} is above ₹50,000: e-way bill"
        assert row.message == f"Goods worth ₹50,000.01 for {invoice.buyer_name} need it before they move."
        assert (row.notification_type, row.priority) == ("WARNING", "high")
        assert (row.dedupe_key, row.link_url) == (f"inv:{invoice.pk}:ewb", invoice.get_absolute_url())
    assert told(people.stranger) == []


@pytest.mark.parametrize(
    "lines",
    [
        [{"price": Decimal("42372.88")}],
        [{"price": Decimal(90_000), "is_service": True, "hsn": "998729"}],
        [{"price": Decimal(90_000), "supply": Supply.EXEMPT, "rate": Decimal(0)}],
        [{"price": Decimal(40_000)}, {"price": Decimal(40_000), "is_service": True, "hsn": "998729"}],
    ],
    ids=["at the limit", "a service", "exempt goods", "little goods and a service"],
)
def test_what_does_not_move_or_is_not_above_the_limit_is_not_told_of(people, lines):
    invoice = issued(people.business, *(line(**terms) for terms in lines))
    assert invoice.total >= 50_000
    assert told(people.owner) == []


def test_a_cancelled_invoice_needs_none_any_more(people):
    invoice = issued(people.business, line(price=Decimal(60_000)))
    invoices.cancel(people.business, people.owner, invoice.pk, "Billed twice")
    assert [row.is_read for row in told(people.owner) + told(people.teammate)] == [True, True]
