"""How typed numbers are read."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from gstbillingapp.forms.base import NumberField


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1250", "1250"),
        ("₹1,23,456.50", "123456.50"),
        (" 12 500 ", "12500"),
        (".5", "0.5"),
        ("-3", "-3"),
        ("7.", "7"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, read: str) -> None:
    assert NumberField().clean(typed) == Decimal(read)


@pytest.mark.parametrize(
    "typed", ["1e3", "1E3", "NaN", "Infinity", "१२", "1_000", "0x10", "1.2.3", "--1", "abc", "."]
)
def test_what_nobody_means_as_an_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match=r"^\['Enter a number, such as"):
        NumberField().clean(typed)
