"""How figures, dates and addresses are written on every screen."""

import datetime
from decimal import Decimal

import pytest
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from gstbillingapp.models import InvoiceStatus
from gstbillingapp.templatetags import billing


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Decimal("1234567.891"), "₹12,34,567.89"),
        (Decimal("-0.24"), "-₹0.24"),
        (Decimal(0), "₹0.00"),
        (5, "₹5.00"),
        (None, ""),
    ],
)
def test_money_is_written_in_indian_grouping(amount: Decimal | int | None, written: str) -> None:
    assert billing.money(amount) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [("120000.000", "1,20,000"), ("2.500", "2.5"), ("-1000.125", "-1,000.125"), ("0.000", "0")],
)
def test_quantities_are_grouped_and_lose_idle_zeros(number: str, written: str) -> None:
    assert billing.quantity(Decimal(number)) == written


def test_a_moment_is_told_in_kolkata() -> None:
    evening = datetime.datetime(2026, 11, 21, 20, 5, tzinfo=datetime.UTC)
    assert billing.moment(evening) == "22 Nov 2026, 1:35 am"
    assert billing.day(evening) == "22 Nov 2026"
    assert billing.day(datetime.date(2026, 11, 2)) == "2 Nov 2026"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "just now"), (40, "just now"), (185, "3 min ago"), (7300, "2 hr ago")]
)
def test_how_long_ago_comes_with_the_full_time(seconds: int, words: str) -> None:
    then = timezone.now() - datetime.timedelta(seconds=seconds)
    html = billing.ago(then)
    assert f"<span data-relative>{words}</span>" in html
    assert f'title="{billing.moment(then)}"' in html


@pytest.mark.parametrize("status", InvoiceStatus.values)
def test_every_status_has_a_chip_with_its_own_words(status: str) -> None:
    assert str(InvoiceStatus(status).label) in billing.status_chip(status)


@pytest.mark.parametrize(
    ("tags", "url"),
    [
        ("undo=/customers/3/restore/", "/customers/3/restore/"),
        ("undo=https://elsewhere.example/", ""),
        ("undo=//elsewhere.example/", ""),
        ("info", ""),
        ("", ""),
    ],
)
def test_undo_posts_within_this_site_only(tags: str, url: str) -> None:
    assert billing.undo_url(Message(SUCCESS, "Archived.", extra_tags=tags)) == url


def test_a_link_in_a_list_keeps_the_other_filters_of_the_address() -> None:
    request = RequestFactory().get("/customers/?q=a+%26+b&page=3&sort=name")
    template = Template("{% load billing %}{% query sort='-name' page=None %}")
    assert template.render(Context({"request": request})) == "?q=a+%26+b&amp;sort=-name"
