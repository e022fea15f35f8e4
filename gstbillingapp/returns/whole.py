"""Numbers with decimals read as whole numbers of their last place.

Django makes a Decimal of each value on SQLite by way of a binary float, which took longer than all the rest
of a return. A whole number is right as it comes, and times its last place the same Decimal.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F, Field, Func, QuerySet

from gstbillingapp.gst.money import PAISA
from gstbillingapp.gst.outward import Amounts

THOUSANDTH = Decimal("0.001")
PAISE, THOUSANDTHS = 2, 3  # how many decimals
AMOUNTS = dict.fromkeys(Amounts._fields, PAISE)


def whole(found: "QuerySet[Any]", names: Mapping[str, int], *others: str) -> "QuerySet[Any, tuple[Any, ...]]":
    """The values of `others`, then of `names`, which have so many decimals, as whole numbers."""
    read = {f"{name}_whole": _Whole(name, places) for name, places in names.items()}
    return found.annotate(**read).values_list(*others, *read)


def amounts_of(taxable: int, igst: int, cgst: int, sgst: int, cess: int) -> Amounts:
    """What was read as paise, in rupees."""
    return Amounts(taxable * PAISA, igst * PAISA, cgst * PAISA, sgst * PAISA, cess * PAISA)


class _Whole(Func):
    """A number with so many decimals as a whole number of its last place."""

    # Of no kind: what comes is an int already, and of an integer field each would be made one again.
    output_field: "Field[Any, Any]" = Field()

    def __init__(self, name: str, places: int) -> None:
        super().__init__(F(name), template=f"CAST(ROUND(%(expressions)s * {10**places}) AS BIGINT)")
