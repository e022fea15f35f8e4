"""Where the series stand, and beginning one in the middle of a year."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from gstbillingapp.actions import numbering
from gstbillingapp.gst.numbers import financial_year, last_of_series
from gstbillingapp.gst.returns import Period
from gstbillingapp.models import NumberSeries
from gstbillingapp.models.fields import today
from gstbillingapp.returns.books import books_of
from gstbillingapp.returns.care import care_of
from tests.factories import advance, issued, noted, sent
from tests.unit.screens.people import Person

PAGE = reverse("numbering")


def year() -> str:
    return financial_year(today())


def test_each_series_says_where_it_stands(owner: Person) -> None:
    issued(owner.business)
    second = issued(owner.business)
    page = owner.client.get(PAGE).text
    assert f"{second.number}<" in page
    assert f"QTN/{year()[2:]}/0001<" in page
    assert 'name="invoices"' not in page, "its numbers run on"
    assert 'name="quotations"' in page


def test_a_series_goes_on_from_another_program(owner: Person, stranger: Person) -> None:
    typed = {"invoices": "58", "quotations": "", "credit_notes": "7", "receipt_vouchers": "1"}
    assert owner.client.post(PAGE, typed).status_code == 302
    invoice = issued(owner.business)
    note = noted(invoice)
    assert (invoice.number, invoice.sequence) == (f"INV/{year()[2:]}/0058", 58)
    assert note.number == f"CN/{year()[2:]}/0007"
    assert issued(owner.business).sequence == 59
    assert sent(owner.business).sequence == advance(invoice.customer).sequence == 1
    assert issued(stranger.business).sequence == 1


def test_a_series_that_goes_on_has_no_gap_before_its_first(owner: Person) -> None:
    numbering.begin(owner.business, {"invoices": 58})
    issued(owner.business)
    issued(owner.business)
    books = books_of(owner.business, Period.month(today().year, today().month))
    [used] = books.ranges
    assert (used.first, used.last, used.total) == (f"INV/{year()[2:]}/0058", f"INV/{year()[2:]}/0059", 2)
    assert not [each for each in care_of(books) if each.code == "gap"]


def test_a_series_that_has_numbered_something_begins_nowhere_else(owner: Person) -> None:
    first = issued(owner.business)
    with pytest.raises(ValidationError) as refused:
        numbering.begin(owner.business, {"invoices": 58, "quotations": 5})
    said = f"{first.number} is given: the numbers of {year()} run on from there."
    assert refused.value.message_dict == {"invoices": [said]}
    assert sent(owner.business).sequence == 1, "nothing is half done"
    page = owner.client.post(PAGE, {"invoices": "58"})
    assert said in page.text


@pytest.mark.parametrize("first", [0, last_of_series("INV") + 1])
def test_a_number_without_room_in_sixteen_characters_is_refused(owner: Person, first: int) -> None:
    with pytest.raises(ValidationError) as refused:
        numbering.begin(owner.business, {"invoices": first})
    [said] = refused.value.message_dict["invoices"]
    assert said.startswith(f"Enter a number from 1 to {last_of_series('INV')};")


def test_a_series_may_be_put_right_until_something_has_a_number_of_it(owner: Person) -> None:
    for first in (58, 61, 1):
        numbering.begin(owner.business, {"invoices": first})
    assert issued(owner.business).sequence == 1


def test_the_database_keeps_no_series_that_stands_before_its_first(owner: Person) -> None:
    row = NumberSeries(business=owner.business, financial_year=year(), prefix="X", first=9, last=7)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_staff_reads_how_series_begin_and_an_owner_says_it(
    owner: Person, teammate: Person, stranger: Person
) -> None:
    numbering.begin(owner.business, {"invoices": 58})
    page = teammate.client.get(PAGE).text
    assert f"INV/{year()[2:]}/0058<" in page
    assert not re.search(r'<input[^>]+name="invoices"', page)
    assert teammate.client.post(PAGE, {"invoices": "60"}).status_code == 403
    assert f"INV/{year()[2:]}/0001<" in stranger.client.get(PAGE).text
    assert issued(owner.business).sequence == 58
