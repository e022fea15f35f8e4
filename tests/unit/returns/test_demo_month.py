"""The demo's month against what was worked out by hand in demo_gstr1.md; demo_gstr1.json has the rows."""

import datetime
import json
from decimal import Decimal
from pathlib import Path

import pytest

from gstbillingapp.demo import load
from gstbillingapp.gst.portal_json import dumps
from gstbillingapp.models import Business, Invoice
from gstbillingapp.returns.care import care_of
from tests.factories import UserFactory
from tests.unit.returns.conftest import advanced, booked, gstr1_of, noted, october, set_off

pytestmark = pytest.mark.django_db

BY_HAND = Path(__file__).with_name("demo_gstr1.json")


@pytest.fixture
def kaveri() -> Business:
    """The demo's business with the month of its catalogue, and notes and advances beside it."""
    shop = load.open_kaveri(UserFactory())
    load.trade_month(shop, october(1))
    business = shop.business
    sale = {invoice.sequence: invoice for invoice in Invoice.objects.filter(business=business)}
    noted(sale[1], day=27)
    noted(sale[2], day=27, kind="debit")
    noted(sale[4], day=28)
    noted(sale[8], day=28)
    noted(sale[13], day=29)
    noted(sale[11], day=30)
    set_off(advanced(business, "10000.00", october(10)), sale[10], "1000.00", 15)
    set_off(advanced(business, "5000.00", datetime.date(2026, 9, 15)), sale[1], "2000.00", 24)
    return business


def test_the_month_of_the_demo_is_what_was_worked_out_by_hand(kaveri):
    found = json.loads(dumps(gstr1_of(kaveri)), parse_float=Decimal)
    expected = json.loads(BY_HAND.read_text(), parse_float=Decimal)
    assert list(found) == list(expected)
    for name, section in expected.items():
        assert found[name] == section, name

    # Of care there is only this: the notes made here have one sequence for both kinds, the product's two.
    assert {care.code for care in care_of(booked(kaveri))} == {"gap"}
