"""The card of the overview, its date and GSTR-3B say the same."""

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from gstbillingapp.gst.returns import Form, Period, Span
from gstbillingapp.models import Business, BuyerKind, FilingFrequency, Invoice, ReturnDueDate
from gstbillingapp.models.fields import day_text
from gstbillingapp.overview import tax_under_way
from gstbillingapp.returns.calendar import duty_of
from gstbillingapp.templatetags.billing import money
from tests.factories import CustomerFactory, bill, bill_line, expense, gstin, line
from tests.unit.returns.conftest import advanced, booked, consumer, noted, october, set_off, sold

pytestmark = pytest.mark.django_db

PERIODS = {Span.MONTH: Period.month(2026, 10), Span.QUARTER: Period.quarter(2026, 10)}
BY_RULE = {Span.MONTH: "2026-11-20", Span.QUARTER: "2027-01-22"}


@pytest.fixture(params=PERIODS)
def period(request, business: Business) -> Period:
    """October, or its quarter where the business files by quarters."""
    by_quarter = request.param is Span.QUARTER
    business.filing_frequency = FilingFrequency.QUARTERLY if by_quarter else FilingFrequency.MONTHLY
    business.save()
    return PERIODS[request.param]


def extended(period: Period, due: str, states: str = "") -> None:
    ReturnDueDate.objects.create(
        form="GSTR-3B", span=period.span, first=period.first, due=due, states=states, source="1/2027-CT"
    )


def traded(business: Business) -> None:
    """An October with everything that the tax of a return is made of, and what is left out of it."""
    abroad = CustomerFactory(business=business, kind=BuyerKind.OVERSEAS, gstin="", state_code="96")
    sold(business, line(price=Decimal("999.99")))
    sold(business, customer=consumer(business, "33"))
    sold(business, customer=abroad)
    sold(business, line(supply="exempt", rate=Decimal(0)), line())
    sold(business, rcm=True)
    noted(sold(business))
    noted(sold(business), kind="debit")
    elsewhere = sold(business)
    Invoice._base_manager.filter(pk=elsewhere.pk).update(supplier_gstin=gstin("29", 777))
    set_off(advanced(business, "1000.00", october(2)), elsewhere, "400.00", 9)
    set_off(advanced(business, "70.00", datetime.date(2026, 9, 2)), elsewhere, "20.00", 9)
    bill(business, bill_line(), date=october(4))
    expense(business, rate=Decimal(18), payee_gstin=gstin("29", 40_003), itc=True, date=october(5))


def test_the_tax_of_the_card_is_that_of_gstr_3b_over_supplies_and_advances(business, period):
    traded(business)
    found, card = booked(business, period).gstr3b(period), tax_under_way(business, october(31))
    assert card.period == period
    assert card.output == found.payable.tax
    assert card.credit == found.net_credit.tax > 0
    advances = Decimal("108.00") - Decimal("3.60")
    sales = Invoice.objects.filter(business=business, rcm=False, supplier_gstin=business.gstin)
    assert card.output == sum(sale.cgst + sale.sgst + sale.igst for sale in sales) + advances


@pytest.mark.parametrize("moved", [False, True])
def test_its_date_is_that_of_the_return_by_rule_or_by_extension(business, period, moved):
    extended(period, "2027-02-28", states="33, 34")
    if moved:
        extended(period, "2027-02-10")
    card = tax_under_way(business, october(31))
    assert card.due == duty_of(business, Form.GSTR_3B, period).due
    assert str(card.due) == ("2027-02-10" if moved else BY_RULE[period.span])


@pytest.mark.parametrize("period", [Span.QUARTER], indirect=True)
def test_the_page_and_the_return_it_leads_to_show_the_same(people, period):
    traded(people.business)
    extended(period, "2027-02-10")
    client = Client()
    client.force_login(people.owner)
    page, tax = client.get(reverse("home")).text, booked(people.business, period).gstr3b(period).payable.tax
    address = f"{reverse('gstr3b')}?period=122026"
    for words in ("Output tax, Oct–Dec 2026", money(tax), "GSTR-3B due 10 Feb 2027", address):
        assert words in page
    assert f"Oct–Dec 2026, due {day_text(datetime.date(2027, 2, 10))}" in client.get(address).text
