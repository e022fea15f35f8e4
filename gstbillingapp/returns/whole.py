"""Rows of documents and lines with their numbers as whole ones: a month has thousands of them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from gstbillingapp.gst.money import PAISA
from gstbillingapp.gst.outward import Amounts
from gstbillingapp.models.whole import PAISE, Whole

AMOUNTS = dict.fromkeys(Amounts._fields, PAISE)


def whole(found: "QuerySet[Any]", names: Mapping[str, int], *others: str) -> "QuerySet[Any, tuple[Any, ...]]":
    """The values of `others`, then of `names`, which have so many decimals, as whole numbers."""
    read = {f"{name}_whole": Whole(name, places) for name, places in names.items()}
    return found.annotate(**read).values_list(*others, *read)


def amounts_of(taxable: int, igst: int, cgst: int, sgst: int, cess: int) -> Amounts:
    """What was read as paise, in rupees."""
    return Amounts(taxable * PAISA, igst * PAISA, cgst * PAISA, sgst * PAISA, cess * PAISA)
