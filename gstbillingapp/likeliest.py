"""Customers, vendors and products by what a person types of them: the likeliest first."""

import re
from typing import TypeVar

from django.db.models import Q, QuerySet

from gstbillingapp.models import Customer, Product, Vendor
from gstbillingapp.models.customer import closed_up, having

# Sorts after every letter of a name: what begins with "asha" lies between "asha" and "asha" with this.
LAST_LETTER = "\U0010ffff"
PHONE = re.compile(r"\+?[0-9]{6,}")  # with fewer digits, such a word is as well a part of a name
GSTIN = re.compile(r"[0-9]{2}[0-9a-z]{13}")

Row = TypeVar("Row", Customer, Product, Vendor)


def active(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those not archived: excluded, as SQLite would else take the index by names, which has no words."""
    return rows.exclude(is_archived=True)


def likeliest(rows: QuerySet[Row], text: str, limit: int) -> list[Row]:
    """At most `limit` of the rows that have the text, in the order of their names within each step.

    First those that it names: by SKU or HSN, GSTIN or phone number. Then those whose name begins with it,
    those that have a word which does, and those that have it within. Each step walks an index only as far as
    rows are wanted; without text, the first by name.
    """
    folded = text.strip().casefold()
    found: dict[int, Row] = {}
    if folded and not rows.filter(having(folded)).exists():
        return []  # the usual answer of a box that asks for everything: one look, not one for each step
    for step in _steps(rows.model, folded):
        wanted = limit - len(found)
        if wanted > 0:
            more = rows.filter(step).exclude(pk__in=list(found)).order_by("search_key", "pk")
            found |= {row.pk: row for row in more[:wanted]}
    return list(found.values())


def _steps(model: type[Customer | Product | Vendor], folded: str) -> list[Q]:
    if not folded:
        return [Q()]
    begins = Q(search_key__gte=folded, search_key__lt=folded + LAST_LETTER)
    word_begins = Q(search_key__contains=f" {folded}")
    return [*_named(model, folded), begins, word_begins, having(folded)]


def _named(model: type[Customer | Product | Vendor], folded: str) -> list[Q]:
    """The step of exact codes, where the text may be one; a GSTIN and a phone are words of the key."""
    code = closed_up(folded)
    if model is Product:
        return [Q(sku__iexact=folded) | Q(hsn=code)]
    if not (PHONE.fullmatch(code) or GSTIN.fullmatch(code)):
        return []
    return [Q(search_key__contains=f" {code} ") | Q(search_key__endswith=f" {code}")]
