"""One box that finds everything: each noun brings a provider, and commands come from the menu.

A provider answers out of an index with a few rows, the likeliest first. Another noun is found by adding its
provider to `PROVIDERS`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.numbers import is_rule46, number_key
from gstbillingapp.models import (
    Bill,
    Business,
    Customer,
    Invoice,
    Note,
    NumberSeries,
    Product,
    Quotation,
    Receipt,
    Vendor,
    VendorNote,
)
from gstbillingapp.models.fields import LARGEST_AMOUNT, day_text, plain_number
from gstbillingapp.models.invoice import InvoiceQuerySet
from gstbillingapp.navigation import entries

# One letter is in nearly every row: what it finds says nothing, and costs the most.
FEWEST_LETTERS = 2
SUGGESTED, ON_THE_PAGE = 4, 20  # rows of each noun
MOST_COMMANDS = 3
BUYERS_FOLLOWED = 2  # of the customers found, so many have their newest invoices shown
# Sorts after every letter of a name: what begins with "asha" lies between "asha" and "asha" with this.
LAST_LETTER = "\U0010ffff"
SEQUENCE = re.compile(r"[0-9]{1,9}")  # more digits than a series has, fewer than its column takes
GO_TO = re.compile(r"(?:go(?:\s+to)?|open)\s+")
AMOUNT = re.compile(r"(?:₹|rs\.?)?\s*([0-9][0-9,]*)(?:\.([0-9]{1,2}))?", re.IGNORECASE)

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that was found, as a line of a list."""

    label: str
    url: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found of one noun; `more_url` is its list, searched for the same."""

    title: str
    hits: tuple[Hit, ...]
    more_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is looked for, of which business, and how many rows of each noun are wanted."""

    business: Business
    words: str
    limit: int = SUGGESTED

    @cached_property
    def customers(self) -> list[Customer]:
        """The customers that fit, as more than one provider wants them."""
        return _named(Customer.objects.filter(business=self.business), self.words, self.limit)

    @cached_property
    def vendors(self) -> list[Vendor]:
        """The vendors that fit, likewise."""
        return _named(Vendor.objects.filter(business=self.business), self.words, self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """How a noun is found: `find` gives at most `limit` rows."""

    title: str
    list_url_name: str
    find: Callable[[Asked], Iterable[Hit]]

    def found(self, asked: Asked) -> Found:
        """What there is of it."""
        more_url = f"{reverse(self.list_url_name)}?{urlencode({'q': asked.words})}"
        return Found(title=self.title, hits=tuple(self.find(asked)), more_url=more_url)


def search(business: Business, text: str, limit: int = SUGGESTED) -> list[Found]:
    """Commands, and at most `limit` rows of each noun; nothing for fewer than `FEWEST_LETTERS`."""
    words = text.strip()
    if len(words) < FEWEST_LETTERS:
        return []
    found = [Found(title="Go to", hits=commands(words))]
    asked = Asked(business=business, words=words, limit=limit)
    found += [provider.found(asked) for provider in PROVIDERS]
    return [group for group in found if group.hits]


def commands(text: str) -> tuple[Hit, ...]:
    """Pages, and what can be made new; each word begins one of theirs, as in "new inv" or "go to cust"."""
    said = text.casefold().strip()
    wanted = GO_TO.sub("", said, count=1).split()
    named = [(entry.label, entry.url_name) for entry in entries()]
    if not GO_TO.match(said):
        named += [(f"New {entry.new}", entry.new_url_name) for entry in entries() if entry.new]
    hits = [Hit(label=label, url=reverse(name)) for label, name in named if _begin_words(wanted, label)]
    return tuple(hits[:MOST_COMMANDS])


def _begin_words(wanted: list[str], label: str) -> bool:
    words = label.casefold().split()
    return bool(wanted) and all(any(word.startswith(start) for word in words) for start in wanted)


def customers(asked: Asked) -> Iterable[Hit]:
    """By name, GSTIN, phone, e-mail or city; the archived ones too."""
    for row in asked.customers:
        yield Hit(
            label=row.name,
            url=row.get_absolute_url(),
            detail=_joined(row.gstin, row.city, "archived" if row.is_archived else ""),
        )


def products(asked: Asked) -> Iterable[Hit]:
    """By name, SKU or HSN; the archived ones too."""
    for row in _named(Product.objects.filter(business=asked.business), asked.words, asked.limit):
        stock = f"{plain_number(row.stock)} {row.unit} in stock" if row.tracks_stock else ""
        yield Hit(
            label=row.name,
            url=row.get_absolute_url(),
            detail=_joined(row.sku, indian_format(row.price), stock, "archived" if row.is_archived else ""),
        )


def invoices(asked: Asked) -> Iterable[Hit]:
    """By number, by total, or the newest of the customers that the words find first."""
    found: dict[int, Invoice] = {}
    for source in (_numbered, _amounting, _billed_to):
        if len(found) < asked.limit:
            found |= {row.pk: row for row in source(asked) if row.pk not in found}
    for row in list(found.values())[: asked.limit]:
        yield Hit(
            label=str(row),
            url=row.get_absolute_url(),
            detail=_joined(row.party, indian_format(row.total), day_text(row.date), row.get_status_display()),
        )


def quotations(asked: Asked) -> Iterable[Hit]:
    """By number, or of the customers that the words find first; the newest first, off the index by date."""
    key, wanted = number_key(asked.words), Q(customer__in=asked.customers[:BUYERS_FOLLOWED])
    if _may_be_in_a_number(key, {asked.business.quotation_prefix}):
        wanted |= Q(number_key__contains=key)
    rows = Quotation.objects.filter(wanted, business=asked.business).select_related("customer")
    for row in rows.order_by("-date", "-id")[: asked.limit]:
        yield Hit(
            label=str(row),
            url=row.get_absolute_url(),
            detail=_joined(row.party, indian_format(row.total), day_text(row.date), row.get_status_display()),
        )


def notes(asked: Asked) -> Iterable[Hit]:
    """Credit and debit notes, as `_open_papers` finds them."""
    return _open_papers(asked, Note)


def advances(asked: Asked) -> Iterable[Hit]:
    """Advances, likewise."""
    return _open_papers(asked, Receipt)


def _open_papers(asked: Asked, model: type[Note] | type[Receipt]) -> Iterable[Hit]:
    """By number, or of the customers that the words find first; the newest first.

    One statement for both: there are far fewer of them than of invoices.
    """
    key = number_key(asked.words)
    wanted = Q(number_key__gte=key, number_key__lt=key + LAST_LETTER)
    wanted |= Q(customer__in=asked.customers[:BUYERS_FOLLOWED])
    rows = model.objects.filter(wanted, business=asked.business).order_by("-date", "-id")
    for row in rows[: asked.limit]:
        left = f"{indian_format(row.balance)} open" if row.balance else row.status
        yield Hit(
            label=row.number,
            url=row.get_absolute_url(),
            detail=_joined(row.buyer_name, indian_format(row.total), day_text(row.date), left),
        )


def vendors(asked: Asked) -> Iterable[Hit]:
    """By name, GSTIN, phone, e-mail or city; the archived ones too."""
    for row in asked.vendors:
        yield Hit(
            label=row.name,
            url=row.get_absolute_url(),
            detail=_joined(row.gstin, row.city, "archived" if row.is_archived else ""),
        )


def bills(asked: Asked) -> Iterable[Hit]:
    """By the vendor's own number, or the newest of the vendors that the words find first."""
    rows = Bill.objects.filter(business=asked.business)
    key = number_key(asked.words)
    numbered = rows.filter(number_key__gte=key, number_key__lt=key + LAST_LETTER).order_by("number_key", "id")
    found = {row.pk: row for row in numbered[: asked.limit]}
    for vendor in asked.vendors[:BUYERS_FOLLOWED]:
        found |= {row.pk: row for row in rows.filter(vendor=vendor).order_by("-date", "-id")[: asked.limit]}
    for row in list(found.values())[: asked.limit]:
        yield Hit(
            label=row.number,
            url=row.get_absolute_url(),
            detail=_joined(
                row.vendor_name, indian_format(row.total), day_text(row.date), row.get_status_display()
            ),
        )


def vendor_notes(asked: Asked) -> Iterable[Hit]:
    """Vendors' credit notes, by number or of the vendors that the words find first; the newest first."""
    key = number_key(asked.words)
    wanted = Q(number_key__gte=key, number_key__lt=key + LAST_LETTER)
    wanted |= Q(vendor__in=asked.vendors[:BUYERS_FOLLOWED])
    rows = VendorNote.objects.filter(wanted, business=asked.business).select_related("bill")
    for row in rows.order_by("-date", "-id")[: asked.limit]:
        left = f"{indian_format(row.balance)} to come back" if row.balance else row.status
        yield Hit(
            label=row.number,
            url=row.get_absolute_url(),
            detail=_joined(row.bill.vendor_name, indian_format(row.total), day_text(row.date), left),
        )


# Invoices are found by number and by customer, so they stand after the customers themselves.
PROVIDERS = (
    Provider(title="Customers", list_url_name="customer_list", find=customers),
    Provider(title="Invoices", list_url_name="invoice_list", find=invoices),
    Provider(title="Quotations", list_url_name="quotation_list", find=quotations),
    Provider(title="Credit and debit notes", list_url_name="note_list", find=notes),
    Provider(title="Advances", list_url_name="receipt_list", find=advances),
    Provider(title="Products", list_url_name="product_list", find=products),
    Provider(title="Vendors", list_url_name="vendor_list", find=vendors),
    Provider(title="Bills", list_url_name="bill_list", find=bills),
    Provider(title="Vendors' credit notes", list_url_name="vendor_note_list", find=vendor_notes),
)


def _named(rows: QuerySet[Row], text: str, limit: int) -> list[Row]:
    """Rows whose words have the text, in the index's order; those first whose name begins with it."""
    folded = text.casefold()
    having = rows.filter(search_key__contains=folded).order_by("search_key")
    first = list(having.filter(search_key__gte=folded, search_key__lt=folded + LAST_LETTER)[:limit])
    if len(first) < limit:
        first += having.exclude(pk__in=[row.pk for row in first])[: limit - len(first)]
    return first


def _numbered(asked: Asked) -> list[Invoice]:
    """The one of that number, or those at that place of a series, and with the text in their number."""
    business, limit = asked.business, asked.limit
    mine = _invoices_of(business)
    series = list(NumberSeries.objects.filter(business=business).values_list("financial_year", "prefix"))
    years = {year for year, _ in series}
    key = number_key(asked.words)
    exactly = list(mine.filter(financial_year__in=years, number_key=key)[:limit])
    if exactly:
        return exactly
    found: list[Invoice] = []
    if SEQUENCE.fullmatch(key):
        found += mine.filter(financial_year__in=years, sequence=int(key)).order_by("-financial_year")[:limit]
    if len(found) < limit and _may_be_in_a_number(key, {prefix for _, prefix in series}):
        # The keys alone, off an index that has the numbers in the order of their days.
        newest = Invoice.objects.filter(business=business, number_key__contains=key).order_by("-date", "-id")
        found += mine.filter(pk__in=list(newest.values_list("pk", flat=True)[:limit])).order_by(
            "-date", "-id"
        )
    return found


def _may_be_in_a_number(key: str, prefixes: set[str]) -> bool:
    """Whether it is worth looking: words and names of people are in no number, "INV" begins one."""
    if any(number_key(f"{prefix}/").startswith(key) for prefix in prefixes):
        return True
    return is_rule46(key) and any(letter.isdecimal() for letter in key)


def _amounting(asked: Asked) -> Iterable[Invoice]:
    """Those of that total; without paise, of any between it and the next rupee."""
    said = AMOUNT.fullmatch(asked.words)
    if said is None:
        return ()
    rupees = Decimal(said[1].replace(",", "") + "." + (said[2] or "0").ljust(2, "0"))
    if rupees > LARGEST_AMOUNT:
        return ()
    above = rupees + (Decimal("0.01") if said[2] else 1)
    fitting = _invoices_of(asked.business).filter(total__gte=rupees, total__lt=above)
    return fitting.order_by("-total", "-id")[: asked.limit]


def _billed_to(asked: Asked) -> Iterable[Invoice]:
    """The newest of each customer found first; an index has those of one in order, not those of two."""
    for customer in asked.customers[:BUYERS_FOLLOWED]:
        theirs = _invoices_of(asked.business).filter(customer=customer)
        yield from theirs.order_by("-date", "-id")[: asked.limit]


def _invoices_of(business: Business) -> InvoiceQuerySet:
    return Invoice.objects.filter(business=business).select_related("customer")


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
