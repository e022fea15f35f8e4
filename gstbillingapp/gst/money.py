"""Rupees: rounding, bounds, Indian digit grouping and amounts in words.

Every amount is a `Decimal` in rupees. Rounding is half up, as s.170 of the CGST Act rounds tax; nothing here
reads the ambient decimal context, so no setting elsewhere in the process can change a total.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from gstbillingapp.gst.errors import InputError

ZERO = Decimal("0.00")
PAISA = Decimal("0.01")
RUPEE = Decimal(1)
HUNDRED = Decimal(100)

MAX_AMOUNT = Decimal("99999999999999.99")
"""The largest amount the e-invoice schema can carry (14 digits before the point), above ten lakh crore."""

ARITHMETIC = Context(
    # A product of a quantity (15 digits), a price (20) and a rate (6) is exact in 50 digits, and so is the
    # pro-rata product of two amounts (16 each); only divisions are inexact, far below the paisa.
    prec=50,
    rounding=ROUND_HALF_UP,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)


def round2(value: Decimal) -> Decimal:
    """Round half up to the paisa. A result of zero is never negative zero."""
    return ARITHMETIC.plus(value.quantize(PAISA, context=ARITHMETIC))


def round_rupee(value: Decimal) -> Decimal:
    """Round half up to the whole rupee, still written with two decimals."""
    return round2(value.quantize(RUPEE, context=ARITHMETIC))


def problem_with(
    value: Decimal, field: str, *, maximum: Decimal, places: int, minimum: Decimal = ZERO
) -> InputError | None:
    """Why `value` is no number between the bounds with at most `places` decimals, or None when it is."""
    if not isinstance(
        value, Decimal
    ):  # a float has already lost paise, an int is rupees to one and paise to another
        return InputError(field, "a Decimal")
    if not value.is_finite():
        return InputError(field, "a number")
    if not minimum <= value <= maximum:
        return InputError(field, f"between {_plain(minimum)} and {_plain(maximum)}")
    if _decimals(value) > places:
        return InputError(field, f"a number with at most {places} decimals")
    return None


def _decimals(number: Decimal) -> int:
    """Decimals that carry a value: 1.500 has one. Counted on the digits, so that nothing is rounded away."""
    _, digits, exponent = number.as_tuple()
    significant = "".join(map(str, digits)).rstrip("0")
    dropped = len(digits) - len(significant)
    return max(0, -int(exponent) - dropped) if significant else 0


def _plain(number: Decimal) -> str:
    whole = number == number.to_integral_value()
    return indian_format(number, symbol="", places=0 if whole else 2)


def indian_format(amount: Decimal, *, symbol: str = "₹", places: int = 2) -> str:
    """The amount with Indian grouping: `₹12,34,567.89`, `-₹0.24`. Rounds half up to `places` decimals."""
    rounded = amount.quantize(Decimal(1).scaleb(-places), context=ARITHMETIC)
    digits, _, decimals = f"{rounded.copy_abs():f}".partition(".")
    sign = "-" if rounded < 0 else ""
    point = f".{decimals}" if decimals else ""
    return f"{sign}{symbol}{_grouped(digits)}{point}"


def _grouped(digits: str) -> str:
    """Groups of two to the left of the last three: 1234567 -> 12,34,567."""
    head, tail = digits[:-3], digits[-3:]
    first = len(head) % 2
    pairs = [head[i : i + 2] for i in range(first, len(head), 2)]
    return ",".join(part for part in [head[:first], *pairs, tail] if part)


# fmt: off
_ONES = [
    "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
    "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
]
# fmt: on
_TENS = ["", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
_SCALES = ((10_000_000, "Crore"), (100_000, "Lakh"), (1_000, "Thousand"), (100, "Hundred"))


def amount_in_words(amount: Decimal) -> str:
    """`Rupees One Lakh Twenty-Five Thousand and Seventy-Five Paise Only`.

    Rounds half up to the paisa first. Raises InputError for a negative amount, for anything that is not a
    number and above `MAX_AMOUNT`.
    """
    error = problem_with(amount, "amount", maximum=MAX_AMOUNT, places=12)
    if error:
        raise error
    rupees, paise = divmod(int(ARITHMETIC.scaleb(round2(amount), 2)), 100)
    tail = f" and {number_in_words(paise)} Paise" if paise else ""
    return f"Rupees {number_in_words(rupees)}{tail} Only"


def number_in_words(number: int) -> str:
    """A whole number from 0 up, in the Indian scale: crores of crores are counted in crore again."""
    for size, name in _SCALES:
        if number >= size:
            many, rest = divmod(number, size)
            head = f"{number_in_words(many)} {name}"
            return f"{head} {number_in_words(rest)}" if rest else head
    return _below_hundred(number)


def _below_hundred(number: int) -> str:
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]
