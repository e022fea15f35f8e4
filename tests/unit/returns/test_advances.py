"""Advances around a filing: what was told stays, what comes later is told once, and is to be looked at."""

import datetime
from decimal import Decimal

import pytest
import time_machine

from gstbillingapp.gst.returns import Period, Section
from gstbillingapp.models import Business, Invoice, Receipt, ReturnFiling
from gstbillingapp.models.fields import INDIA, today
from gstbillingapp.models.payment import MoneyMoved
from gstbillingapp.returns.care import care_of
from tests.factories import issued
from tests.unit.returns.conftest import advanced, booked, refunded, set_off, sold

pytestmark = pytest.mark.django_db

SEPTEMBER, OCTOBER, NOVEMBER = 9, 10, 11


def on(day: str) -> time_machine.travel:
    """Noon of that day in India."""
    moment = datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(12), INDIA)
    return time_machine.travel(moment, tick=False)


def filed(business: Business, month: int) -> None:
    ReturnFiling.objects.create(
        business=business,
        form="GSTR-1",
        span="month",
        first=datetime.date(2026, month, 1),
        filed_on=today(),
    )


def cancelled(receipt: Receipt) -> None:
    receipt.state, receipt.balance = "cancelled", Decimal(0)
    receipt.cancelled_at = datetime.datetime.now(datetime.UTC)
    receipt.save()


def reversed_now(money: MoneyMoved) -> None:
    money.reversed_at = datetime.datetime.now(datetime.UTC)
    money.save()


def told(business: Business, month: int) -> tuple[Decimal, Decimal]:
    """The rupees without tax in 11A and in 11B of a month; GSTR-3B has the same."""
    period = Period.month(2026, month)
    books = booked(business, period)
    found = books.gstr1(period)
    came, used = found.amounts(Section.AT), found.amounts(Section.TXPD)
    supplies = found.amounts(Section.B2B)
    assert books.gstr3b(period).taxable == came.plus(used).plus(supplies)
    return came.taxable, -used.taxable


def care(business: Business, month: int) -> list[tuple[str, str]]:
    found = care_of(booked(business, Period.month(2026, month)))
    return [(each.code, each.label) for each in found if each.code.startswith("advance")]


@pytest.fixture
def receipt(business: Business) -> Receipt:
    """₹1,000.00 of 2 September, before tax."""
    with on("2026-09-02"):
        return advanced(business, "1000.00", today())


@pytest.fixture
def sale(business: Business) -> Invoice:
    """An invoice of 2 September."""
    with on("2026-09-02"):
        return issued(business)


def test_one_that_is_cancelled_after_its_month_was_filed_is_taken_off_in_the_month_of_that(business, receipt):
    with on("2026-10-11"):
        filed(business, SEPTEMBER)
    with on("2026-10-20"):
        cancelled(receipt)
    assert [told(business, month) for month in (SEPTEMBER, OCTOBER)] == [(1000, 0), (0, 1000)]
    assert care(business, SEPTEMBER) == [("advance_after_filing", receipt.number)]
    assert care(business, OCTOBER) == [("advance_late", receipt.number)]


def test_one_that_is_cancelled_before_is_told_nowhere(business, receipt):
    with on("2026-10-09"):
        cancelled(receipt)
    with on("2026-10-11"):
        filed(business, SEPTEMBER)
    assert [told(business, month) for month in (SEPTEMBER, OCTOBER)] == [(0, 0), (0, 0)]
    assert care(business, SEPTEMBER) == care(business, OCTOBER) == []


def test_a_set_off_of_the_same_month_that_is_taken_back_later_opens_the_advance_then(business, receipt, sale):
    with on("2026-09-20"):
        used = set_off(receipt, sale, "400.00", 1, date=today())
    with on("2026-10-11"):
        filed(business, SEPTEMBER)
    with on("2026-10-20"):
        reversed_now(used)
    assert [told(business, month) for month in (SEPTEMBER, OCTOBER)] == [(600, 0), (400, 0)]
    with on("2026-11-03"):
        set_off(receipt, sale, "400.00", 1, date=today())
    months = (SEPTEMBER, OCTOBER, NOVEMBER)
    assert [told(business, month) for month in months] == [(600, 0), (400, 0), (0, 400)]


def test_a_set_off_that_was_told_and_is_done_anew_is_in_11b_once(business, receipt, sale):
    with on("2026-10-09"):
        used = set_off(receipt, sale, "400.00", 1, date=today())
    with on("2026-11-11"):
        filed(business, OCTOBER)
    with on("2026-11-20"):
        reversed_now(used)
        set_off(receipt, sale, "400.00", 1, date=today())
    months = (SEPTEMBER, OCTOBER, NOVEMBER)
    assert [told(business, month) for month in months] == [(1000, 0), (0, 400), (0, 0)]
    assert care(business, OCTOBER) == [("advance_after_filing", receipt.number)]
    assert care(business, NOVEMBER) == [("advance_late", receipt.number)]


def test_more_is_used_than_was_opened_again_in_a_month(business, receipt, sale):
    with on("2026-10-09"):
        used = set_off(receipt, sale, "400.00", 1, date=today())
    with on("2026-11-11"):
        filed(business, OCTOBER)
    with on("2026-11-20"):
        reversed_now(used)
        set_off(receipt, sale, "900.00", 1, date=today())
    assert told(business, NOVEMBER) == (0, 500)


@pytest.mark.parametrize("taken_back", [False, True])
def test_a_refund_that_is_made_after_its_day_was_filed_counts_when_it_was_made(business, receipt, taken_back):
    with on("2026-10-11"):
        filed(business, SEPTEMBER)
    with on("2026-10-20"):
        paid_back = refunded(receipt, "100.00", datetime.date(2026, 9, 25))
    assert [told(business, month) for month in (SEPTEMBER, OCTOBER)] == [(1000, 0), (0, 100)]
    assert care(business, SEPTEMBER) == [("advance_after_filing", receipt.number)]
    assert care(business, OCTOBER) == [("advance_late", receipt.number)]
    if taken_back:
        with on("2026-10-25"):
            reversed_now(paid_back)
        assert told(business, OCTOBER) == (0, 0)
        assert care(business, OCTOBER) == []


def test_one_that_is_recorded_after_its_month_was_filed_is_told_in_the_month_of_that(business):
    with on("2026-10-11"):
        filed(business, SEPTEMBER)
    with on("2026-10-20"):
        late = advanced(business, "1000.00", datetime.date(2026, 9, 28))
    assert [told(business, month) for month in (SEPTEMBER, OCTOBER)] == [(0, 0), (1000, 0)]
    assert care(business, OCTOBER) == [("advance_late", late.number)]
    said = next(each for each in care_of(booked(business)) if each.code == "advance_late")
    assert said.url == late.get_absolute_url()
    assert said.message.startswith("Recorded after GSTR-1 for Sep 2026 was filed: it counts in this return.")


def test_what_is_taken_back_on_the_eve_of_a_day_of_india_is_of_its_month_there(business, receipt):
    with on("2026-10-11"):
        filed(business, SEPTEMBER)
    with time_machine.travel(datetime.datetime(2026, 10, 31, 18, 30, tzinfo=datetime.UTC), tick=False):
        cancelled(receipt)
    assert [told(business, month) for month in (OCTOBER, NOVEMBER)] == [(0, 0), (0, 1000)]


def test_what_another_business_filed_or_took_back_changes_nothing(business, receipt, people):
    theirs = people.stranger.membership.business
    with on("2026-09-02"):
        other = advanced(theirs, "70.00", today())
    with on("2026-10-11"):
        filed(theirs, SEPTEMBER)
    with on("2026-10-20"):
        cancelled(other)
        cancelled(receipt)
    assert [told(business, month) for month in (SEPTEMBER, OCTOBER)] == [(0, 0), (0, 0)]
    assert [told(theirs, month) for month in (SEPTEMBER, OCTOBER)] == [(70, 0), (0, 70)]


def test_an_advance_that_is_told_late_is_used_up_no_earlier_than_it_is_told(business):
    with on("2026-10-12"):
        filed(business, SEPTEMBER)
    with on("2026-11-05"):
        late = advanced(business, "1000.00", datetime.date(2026, 9, 28))
        set_off(late, sold(business, day=10), "400.00", 1, date=datetime.date(2026, 10, 10))
    assert [told(business, month) for month in (SEPTEMBER, OCTOBER, NOVEMBER)] == [(0, 0), (0, 0), (600, 0)]
