"""Numbers and dates as people in India write them."""

import datetime
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gstbillingapp.actions.importing.words import STATES_BY_NAME, UNITS_BY_NAME
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.states import CURRENT
from gstbillingapp.models.units import UNITS
from gstbillingapp.sheets import cells


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1,23,456.78", "123456.78"),
        ("123,456.78", "123456.78"),
        ("123456.78", "123456.78"),
        ("₹ 1,250/-", "1250"),
        ("Rs. 40", "40"),
        ("INR 5,000.50", "5000.50"),
        ("-₹5", "-5"),
        ("(500)", "-500"),
        ("18%", "18"),
        (".5", "0.5"),
        ("5.", "5"),
        ("\u00a01,00,000 ", "100000"),
    ],
)
def test_a_number_is_read_as_it_is_written_in_india(typed: str, number: str) -> None:
    assert cells.number(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed", ["1,5", "12,34", "1,2345", "1e3", "NaN", "five", "१२३", "1.2.3", "--5", "-", "₹"]
)
def test_what_could_be_another_number_or_none_is_refused(typed: str) -> None:
    with pytest.raises(cells.CellError, match=r"1,23,456\.78"):
        cells.number(typed)


@given(some.decimals(-(10**12), 10**12, places=2))
def test_every_amount_that_we_print_is_read_again(amount: Decimal) -> None:
    assert cells.number(indian_format(amount)) == amount


DAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    "typed",
    [
        "22-11-2026",
        "22/11/26",
        "22.11.2026",
        "22 Nov 2026",
        "22-Nov-26",
        "22nd November, 2026",
        "Nov 22, 2026",
        "2026-11-22",
        "2026-11-22 00:00:00",
        "22/11/2026 10:30 AM",
        "46348",  # as a spreadsheet keeps it
    ],
)
def test_a_date_is_read_however_it_is_written(typed: str) -> None:
    assert cells.day(typed) == DAY


def test_a_date_that_could_be_read_either_way_is_read_day_first() -> None:
    assert cells.day("03/04/2026") == datetime.date(2026, 4, 3)
    assert cells.is_either_way("03/04/2026")
    assert not any(map(cells.is_either_way, ("22/11/2026", "4/4/2026", "2026-04-03", "3 Apr 2026")))


@pytest.mark.parametrize(
    "typed", ["11/22/2026", "31-02-2026", "today", "22", "22 Foo 2026", "99999", "0-0-0000"]
)
def test_what_is_no_date_is_refused_with_how_to_write_one(typed: str) -> None:
    with pytest.raises(cells.CellError, match="22 Nov 2026"):
        cells.day(typed)


@given(some.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)))
def test_every_date_that_we_write_is_read_again(day: datetime.date) -> None:
    assert cells.day(f"{day:%d-%m-%Y}") == cells.day(day.isoformat()) == day


@given(some.text(max_size=30))
def test_no_text_breaks_a_reader(typed: str) -> None:
    for read in (cells.number, cells.day, cells.yes_or_no, cells.sound):
        with suppress(cells.CellError):
            read(typed)


def test_an_error_of_the_spreadsheet_is_no_text() -> None:
    with pytest.raises(cells.CellError, match="#N/A"):
        cells.sound("#N/A")


def test_states_and_units_are_known_by_every_name_that_people_give_them() -> None:
    for state in CURRENT:
        for words in (state.code, state.name, state.label, f"{state.code}-{state.name}", state.name.upper()):
            assert STATES_BY_NAME[cells.plain_key(words)] == state.code
    assert {STATES_BY_NAME[key] for key in ("ka", "orissa", "uttaranchal", "7")} == {"29", "21", "05", "07"}
    assert STATES_BY_NAME["25"] == "26"
    assert {UNITS_BY_NAME[cells.plain_key(words)] for code, name in UNITS for words in (code, name)} == {
        code for code, _ in UNITS
    }
