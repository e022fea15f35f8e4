"""Bills that stay unpaid for 180 days: what is to be reversed, and in which return (CGST Rule 37)."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from gstbillingapp.gst.returns import Period
from gstbillingapp.models import Credit
from gstbillingapp.returns.unpaid import unpaid_care
from tests.factories import BusinessFactory, VendorFactory, bill, bill_line, paid_out, vendor_noted
from tests.unit.returns.conftest import OCTOBER

pytestmark = pytest.mark.django_db

# 180 days after it end on 30 September 2026, after the next day's on 1 October.
LAST, NEXT = datetime.date(2026, 4, 3), datetime.date(2026, 4, 4)
SEPTEMBER, NOVEMBER = Period.month(2026, 9), Period.month(2026, 11)


def said(business, period: Period = OCTOBER) -> list[str]:
    return [care.message.split("reverse ")[1].split(" in 4")[0] for care in unpaid_care(business, period)]


def test_it_is_reversed_in_the_return_after_the_180_days(business):
    bill(business, date=LAST)
    bill(business, bill_line(qty=Decimal(2)), date=NEXT)
    assert [said(business, period) for period in (SEPTEMBER, OCTOBER, NOVEMBER)] == [
        [],
        ["CGST ₹9.00, SGST/UTGST ₹9.00"],
        ["CGST ₹18.00, SGST/UTGST ₹18.00"],
    ]
    assert unpaid_care(BusinessFactory(), OCTOBER) == []


def test_as_much_as_is_unpaid_is_reversed_and_what_a_note_gave_back_is_not_again(business):
    paid_out(bill(business, date=LAST), "29.50")
    credited = bill(business, date=LAST)
    vendor_noted(credited)  # 10 of 100, and the tax on it
    paid_out(bill(business, date=LAST))
    assert said(business) == ["CGST ₹6.75, SGST/UTGST ₹6.75", "CGST ₹8.10, SGST/UTGST ₹8.10"]


@pytest.mark.parametrize("itc", [Credit.BLOCKED, Credit.NONE])
def test_tax_that_was_not_credited_is_not_reversed(business, itc):
    bill(business, bill_line(itc=itc), date=LAST)
    assert said(business) == []


def test_on_reverse_charge_and_on_what_is_claimed_later_nothing_is_reversed(business):
    carrier = VendorFactory(business=business, kind="unregistered", state_code="29")
    bill(vendor=carrier, date=LAST, rcm=True)
    bill(business, date=LAST, claimed_in=NOVEMBER.first)
    assert said(business) == []


def test_the_return_names_the_bills_to_its_people_and_a_stranger_sees_none(people, client):
    unpaid = bill(people.business, date=LAST, number="OLD-1")
    for who, seen in ((people.owner, True), (people.teammate, True), (people.stranger, False)):
        client.force_login(who)
        page = client.get(reverse("gstr3b") + f"?period={OCTOBER.code}")
        assert (unpaid.get_absolute_url() in page.text) is seen
