"""Bars drawn by the server: their lengths, the top of their scale, and amounts short enough for an axis."""

from collections.abc import Iterable
from decimal import Decimal

from django import template

register = template.Library()

# What a scale may end at, times a power of ten: near enough to each other that bars fill most of it.
STEPS = tuple(map(Decimal, ("1", "1.5", "2", "3", "4", "5", "6", "8", "10")))
# Rupees in a unit of the Indian scale, and how it is written on an axis.
UNITS = ((Decimal(10_000_000), "Cr"), (Decimal(100_000), "L"), (Decimal(1_000), "K"))


@register.filter
def scale_top(amounts: Iterable[Decimal]) -> Decimal:
    """The round number that a scale of these ends at; a rupee where there is nothing."""
    largest = max(amounts, default=Decimal(0))
    if largest <= 0:
        return Decimal(1)
    power = Decimal(10) ** largest.adjusted()
    return next(step * power for step in STEPS if step * power >= largest)


@register.filter
def share_of(part: Decimal, whole: Decimal) -> str:
    """A part as a length in SVG: "37.5%"; none of what is nothing or less."""
    if whole <= 0 or part <= 0:
        return "0%"
    return f"{min(part / whole, Decimal(1)) * 100:.1f}%"


@register.filter
def above_share(part: Decimal, whole: Decimal) -> str:
    """What is left above a bar of that share, from where SVG draws it down."""
    return f"{Decimal(100) - Decimal(share_of(part, whole).rstrip('%')):.1f}%"


@register.filter
def half(amount: Decimal) -> Decimal:
    """The middle of a scale."""
    return amount / 2


@register.filter
def short_rupees(amount: Decimal) -> str:
    """Rupees on an axis: ₹1.25 Cr, ₹50 L, ₹7.5 K, ₹500."""
    for size, name in UNITS:
        if abs(amount) >= size:
            return f"₹{_short(amount / size)} {name}"
    return f"₹{_short(amount)}"


def _short(number: Decimal) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
