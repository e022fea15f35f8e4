"""Columns that several nouns share, with their widths named once."""

import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

INDIA = ZoneInfo("Asia/Kolkata")
ZERO = Decimal("0.00")
# The first day there is. To be due from then on narrows nothing; but without it SQLite, which has no
# statistics here, takes a balance above 0 for rarer than a customer, and reads what everybody owes.
ANY_DAY = datetime.date.min
# SQLite keeps decimals as 8-byte floats, which hold 15 digits exactly: 12 before the point, 2 after it.
LARGEST_AMOUNT = Decimal("999999999999.99")


def money(**options: Any) -> models.DecimalField:
    """Rupees and paise."""
    return models.DecimalField(max_digits=14, decimal_places=2, **{"default": ZERO, **options})


def quantity(**options: Any) -> models.DecimalField:
    """A quantity in the product's unit; the e-invoice schema allows three decimals."""
    return models.DecimalField(max_digits=13, decimal_places=3, **options)


def unit_price(**options: Any) -> models.DecimalField:
    """Rupees a unit; the e-invoice schema allows three decimals."""
    return models.DecimalField(max_digits=14, decimal_places=3, **{"default": Decimal("0.000"), **options})


def percent(**options: Any) -> models.DecimalField:
    """Per cent: 18 is eighteen per cent. 0.25 and 0.1 are rates in force."""
    return models.DecimalField(max_digits=6, decimal_places=3, **{"default": Decimal("0.000"), **options})


def cess_amount(**options: Any) -> models.DecimalField:
    """Rupees of cess a unit; tobacco was taxed at fractions of a paisa a stick."""
    return models.DecimalField(max_digits=12, decimal_places=4, **{"default": Decimal("0.0000"), **options})


def today() -> datetime.date:
    """The date in India: a financial year and a due date begin at midnight there."""
    return timezone.now().astimezone(INDIA).date()


def day_text(date: datetime.date) -> str:
    """A date as people read it: 22 Nov 2026, without a leading zero."""
    return f"{date.day} {date:%b %Y}"


def plain_number(number: Decimal | None) -> str:
    """A quantity or rate without idle zeros: 2.500 is 2.5."""
    text = f"{number or Decimal(0):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
