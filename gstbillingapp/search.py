"""One box that finds everything: each noun brings a provider, and commands come from the menu.

A provider answers out of an index with a few rows, the likeliest first. Another noun is found by adding its
provider to `PROVIDERS`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import TypeVar, cast

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from gstbillingapp.actions import prefixes
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.numbers import is_rule46, number_key, numbers_meant
from gstbillingapp.likeliest import LAST_LETTER, likeliest
from gstbillingapp.models import (
    Bill,
    BillPayment,
    Business,
    Customer,
    Expense,
    Invoice,
    Note,
    NumberSeries,
    OpeningBalance,
    OpeningPayment,
    Payment,
    Product,
    Quotation,
    Receipt,
    Refund,
    Vendor,
    VendorNote,
    VendorRefund,
)
from gstbillingapp.models.fields import LARGEST_AMOUNT, day_text, plain_number
from gstbillingapp.navigation import entries
from gstbillingapp.payables import expense_says

# One letter is in nearly every row: what it finds says nothing, and costs the most.
FEWEST_LETTERS = 2
SUGGESTED, ON_THE_PAGE = 4, 20  # rows of each noun
MOST_COMMANDS = 3
PARTIES_FOLLOWED = 2  # of the customers and vendors found, so many have their newest papers shown
GO_TO = re.compile(r"(?:go(?:\s+to)?|open)\s+")
AMOUNT = re.compile(r"(?:₹|rs\.?)?\s*([0-9][0-9,]*)(?:\.([0-9]{1,2}))?(?:/-)?", re.IGNORECASE)
FEW_DIGITS = re.compile(r"[0-9]{,5}")  # whoever has these in a phone number is not whom one looks for
BETWEEN_PARTS = re.compile(r"[\s./-]+")  # of a vendor's number, which has any form

Row = TypeVar("Row", bound=Model)
Sale = TypeVar("Sale", Invoice, Quotation)
Credit = TypeVar("Credit", Note, Receipt)
Paper = TypeVar("Paper", Invoice, Quotation, Note, Receipt)


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
    """What is looked for, of which business, and how many rows of each noun are wanted.

    What more than one provider wants is found out once.
    """

    business: Business
    words: str
    limit: int = SUGGESTED

    @cached_property
    def customers(self) -> list[Customer]:
        """The customers that fit."""
        return likeliest(Customer.objects.filter(business=self.business), self.words, self.limit)

    @cached_property
    def vendors(self) -> list[Vendor]:
        """The vendors that fit."""
        return likeliest(Vendor.objects.filter(business=self.business), self.words, self.limit)

    @cached_property
    def amounts(self) -> tuple[Decimal, Decimal] | None:
        """The least rupees that the words mean, and what they stay below; None where they are no amount.

        Without paise, any amount up to the next rupee is meant.
        """
        said = AMOUNT.fullmatch(self.words)
        if said is None:
            return None
        least = Decimal(said[1].replace(",", "") + "." + (said[2] or "0").ljust(2, "0"))
        below = least + (Decimal("0.01") if said[2] else 1)
        return (least, below) if least <= LARGEST_AMOUNT else None

    @property
    def is_only_amount(self) -> bool:
        """Whether the words are an amount and can be in no number or name: lists do not look for those."""
        return self.amounts is not None and not self.words.isdecimal()

    @cached_property
    def key(self) -> str:
        """The words as the part of a number: "INV 26-27" is INV/26-27."""
        return number_key("/".join(self.words.split()))

    @cached_property
    def series(self) -> list[tuple[str, str]]:
        """The financial years and prefixes that anything of ours is numbered with."""
        return list(
            NumberSeries.objects.filter(business=self.business).values_list("financial_year", "prefix")
        )

    @cached_property
    def numbers(self) -> set[str]:
        """The whole numbers that the words may mean, however they are spaced."""
        meant = (numbers_meant(self.words, prefix, year) for year, prefix in self.series)
        return {self.key, *chain.from_iterable(meant)}

    def may_be_in(self, prefixes: Collection[str]) -> bool:
        """Whether it is worth looking in numbers of these: names of people are in none, "INV" begins one."""
        if any(number_key(f"{prefix}/").startswith(self.key) for prefix in prefixes):
            return True
        if not is_rule46(self.key) or not _has_digit(self.key):
            return False
        head = self.key.partition("/")[0]
        return not _has_letter(head) or any(head in prefix for prefix in prefixes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """How a noun is found: `find` gives at most `limit` rows. Without `list_url_name` it has no list."""

    title: str
    find: Callable[[Asked], Iterable[Hit]]
    list_url_name: str = ""

    def found(self, asked: Asked) -> Found:
        """What there is of it."""
        return Found(title=self.title, hits=tuple(self.find(asked)), more_url=self.more_url(asked))

    def more_url(self, asked: Asked) -> str:
        """Its list, searched for the same; empty where there is none that looks for such words."""
        if not self.list_url_name or asked.is_only_amount:
            return ""
        return f"{reverse(self.list_url_name)}?{urlencode({'q': asked.words})}"


def search(business: Business, text: str, limit: int = SUGGESTED) -> list[Found]:
    """Commands, and at most `limit` rows of each noun; nothing for fewer than `FEWEST_LETTERS`."""
    words = " ".join(text.split())
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
    for row in likeliest(Product.objects.filter(business=asked.business), asked.words, asked.limit):
        stock = f"{plain_number(row.stock)} {row.unit} in stock" if row.tracks_stock else ""
        yield Hit(
            label=row.name,
            url=row.get_absolute_url(),
            detail=_joined(row.sku, indian_format(row.price), stock, "archived" if row.is_archived else ""),
        )


def invoices(asked: Asked) -> Iterable[Hit]:
    """By number, by total, or the newest of the customers that the words find first."""
    return _sales(asked, Invoice.objects.filter(business=asked.business).select_related("customer"))


def quotations(asked: Asked) -> Iterable[Hit]:
    """Likewise."""
    return _sales(asked, Quotation.objects.filter(business=asked.business).select_related("customer"))


def _sales(asked: Asked, rows: QuerySet[Sale]) -> Iterable[Hit]:
    kinds = {prefix for _, prefix in asked.series} - set(prefixes.TAKEN)
    for row in _papers(asked, rows, kinds):
        yield Hit(
            label=str(row),
            url=row.get_absolute_url(),
            detail=_joined(row.party, indian_format(row.total), day_text(row.date), row.get_status_display()),
        )


def notes(asked: Asked) -> Iterable[Hit]:
    """Credit and debit notes, likewise."""
    kinds = (prefixes.CREDIT_NOTES, prefixes.COMMERCIAL, prefixes.DEBIT_NOTES)
    return _open_papers(asked, Note.objects.filter(business=asked.business), kinds)


def advances(asked: Asked) -> Iterable[Hit]:
    """Advances, likewise."""
    return _open_papers(asked, Receipt.objects.filter(business=asked.business), (prefixes.RECEIPTS,))


def _open_papers(asked: Asked, rows: QuerySet[Credit], kinds: Collection[str]) -> Iterable[Hit]:
    for row in _papers(asked, rows, kinds):
        left = f"{indian_format(row.balance)} open" if row.balance else row.status
        yield Hit(
            label=row.number,
            url=row.get_absolute_url(),
            detail=_joined(row.buyer_name, indian_format(row.total), day_text(row.date), left),
        )


def owed_before(asked: Asked) -> Iterable[Hit]:
    """What is owed from before: by the old invoice's number, by amount, or of the customers found first."""
    rows = OpeningBalance.objects.filter(business=asked.business).select_related("customer")
    numbered = rows.filter(reference__icontains=asked.words) if _has_digit(asked.words) else rows.none()
    steps = (
        _amounting(asked, rows, "amount"),
        numbered[: asked.limit],
        _of_parties(asked, rows, "customer", asked.customers),
    )
    for row in _first(asked.limit, *steps):
        yield Hit(
            label=row.name,
            url=row.get_absolute_url(),
            detail=_joined(row.customer.name, indian_format(row.amount), day_text(row.date)),
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
    """By the vendor's own number, by total, or the newest of the vendors that the words find first."""
    rows = Bill.objects.filter(business=asked.business)
    for row in _first(asked.limit, *_papers_of_vendors(asked, rows)):
        yield Hit(
            label=row.number,
            url=row.get_absolute_url(),
            detail=_joined(
                row.vendor_name, indian_format(row.total), day_text(row.date), row.get_status_display()
            ),
        )


def vendor_notes(asked: Asked) -> Iterable[Hit]:
    """Vendors' credit notes, as bills are found."""
    rows = VendorNote.objects.filter(business=asked.business).select_related("bill")
    for row in _first(asked.limit, *_papers_of_vendors(asked, rows)):
        left = f"{indian_format(row.balance)} to come back" if row.balance else row.status
        yield Hit(
            label=row.number,
            url=row.get_absolute_url(),
            detail=_joined(row.bill.vendor_name, indian_format(row.total), day_text(row.date), left),
        )


def expenses(asked: Asked) -> Iterable[Hit]:
    """By total, by description, category, payee or reference, or the newest of the vendors found first."""
    rows = Expense.objects.filter(business=asked.business).select_related("category")
    steps = (
        _amounting(asked, rows),
        rows.filter(expense_says(asked.words)).order_by("-date", "-id")[: asked.limit],
        _of_parties(asked, rows, "vendor", asked.vendors),
    )
    for row in _first(asked.limit, *steps):
        what = row.description or row.payee or row.category.name
        payee, category = (said if said != what else "" for said in (row.payee, row.category.name))
        cancelled = "cancelled" if row.is_cancelled else ""
        yield Hit(
            label=what,
            url=row.get_absolute_url(),
            detail=_joined(payee, category, indian_format(row.total), day_text(row.date), cancelled),
        )


Money = Payment | OpeningPayment | BillPayment | Refund | VendorRefund
# Every row of money, with what is read beside it.
MONEY: dict[type[Money], tuple[str, ...]] = {
    Payment: ("invoice",),
    OpeningPayment: ("opening__customer",),
    BillPayment: ("bill",),
    Refund: ("customer", "receipt", "note"),
    VendorRefund: ("credit_note__bill",),
}


def payments(asked: Asked) -> Iterable[Hit]:
    """Money that came or went, by its amount; each leads to what it was paid for."""
    steps = (
        _amounting(asked, model.objects.filter(business=asked.business).select_related(*paid_for), "amount")
        for model, paid_for in MONEY.items()
    )
    for row in cast("list[Money]", _first(asked.limit, *steps)):
        deed, *what = _paid_for(row)
        reversed_ = "reversed" if row.reversed_at else ""
        yield Hit(
            label=f"{indian_format(row.amount)} {deed}",
            url=row.get_absolute_url(),
            detail=_joined(*what, day_text(row.date), row.get_mode_display(), reversed_),
        )


def _paid_for(row: Money) -> tuple[str, str, str]:
    """What was done with the money, the number of what it was paid for, and whose that is."""
    if isinstance(row, Payment):
        return "set off" if row.is_set_off else "received", row.invoice.number, row.invoice.buyer_name
    if isinstance(row, OpeningPayment):
        return "received", row.opening.name, row.opening.customer.name
    if isinstance(row, BillPayment):
        return "paid", row.bill.number, row.bill.vendor_name
    if isinstance(row, VendorRefund):
        return "came back", row.credit_note.number, row.credit_note.bill.vendor_name
    return "paid back", row.number, row.customer.name


# Papers are found by number and by customer, so they stand after the customers themselves.
PROVIDERS = (
    Provider(title="Customers", list_url_name="customer_list", find=customers),
    Provider(title="Invoices", list_url_name="invoice_list", find=invoices),
    Provider(title="Quotations", list_url_name="quotation_list", find=quotations),
    Provider(title="Credit and debit notes", list_url_name="note_list", find=notes),
    Provider(title="Advances", list_url_name="receipt_list", find=advances),
    Provider(title="Owed from before", find=owed_before),
    Provider(title="Products", list_url_name="product_list", find=products),
    Provider(title="Vendors", list_url_name="vendor_list", find=vendors),
    Provider(title="Bills", list_url_name="bill_list", find=bills),
    Provider(title="Vendors' credit notes", list_url_name="vendor_note_list", find=vendor_notes),
    Provider(title="Expenses", list_url_name="expense_list", find=expenses),
    Provider(title="Payments", find=payments),
)


def _first(limit: int, *steps: Iterable[Row]) -> list[Row]:
    """The first rows of the steps, each once; a step is begun only where those before leave room."""
    found: dict[tuple[type[Row], int], Row] = {}
    for row in chain.from_iterable(steps):
        found.setdefault((type(row), row.pk), row)
        if len(found) == limit:
            break
    return list(found.values())


def _papers(asked: Asked, rows: QuerySet[Paper], kinds: Collection[str]) -> list[Paper]:
    """Papers numbered by us: by number, by total, with the words in their number, or of a customer found.

    `kinds` are the prefixes that any of them may have. Of a number typed in full nothing else is meant.
    """
    numbered = list(_numbered(asked, rows))
    if any(paper.number_key == asked.key for paper in numbered):
        return numbered
    return _first(
        asked.limit,
        numbered,
        _amounting(asked, rows),
        _within_number(asked, rows) if asked.may_be_in(kinds) else (),
        _of_parties(asked, rows, "customer", asked.customers),
    )


def _numbered(asked: Asked, rows: QuerySet[Row]) -> Iterator[Row]:
    """Those of a whole number that is meant, the newest year first: a place in a series is in each year's.

    They take at most half of the room: digits are as likely an amount.
    """
    if not _has_digit(asked.words):
        return
    years = {year for year, _ in asked.series}
    exactly = rows.filter(financial_year__in=years, number_key__in=asked.numbers)
    yield from exactly.order_by("-financial_year", "-id")[: asked.limit // 2]


def _amounting(asked: Asked, rows: QuerySet[Row], field: str = "total") -> Iterator[Row]:
    """Those of an amount that is meant."""
    if asked.amounts is not None:
        least, below = asked.amounts
        fitting = rows.filter(**{f"{field}__gte": least, f"{field}__lt": below})
        yield from fitting.order_by(f"-{field}", "-id")[: asked.limit]


def _within_number(asked: Asked, rows: QuerySet[Row]) -> Iterator[Row]:
    """The newest that have the words in their number."""
    # The keys alone, off an index that has the numbers in the order of their days.
    newest = rows.filter(number_key__contains=asked.key).order_by("-date", "-id")
    keys = list(newest.values_list("pk", flat=True)[: asked.limit])
    yield from rows.filter(pk__in=keys).order_by("-date", "-id")


def _of_parties(
    asked: Asked, rows: QuerySet[Row], field: str, parties: Iterable[Customer | Vendor]
) -> Iterator[Row]:
    """The newest of each party found first; an index has those of one in order, not those of two."""
    if FEW_DIGITS.fullmatch(asked.words):
        return
    for party in list(parties)[:PARTIES_FOLLOWED]:
        yield from rows.filter(**{field: party}).order_by("-date", "-id")[: asked.limit]


def _papers_of_vendors(asked: Asked, rows: QuerySet[Row]) -> tuple[Iterator[Row], ...]:
    """Papers numbered by vendors: by number, by total, or the newest of the vendors found first."""
    return (
        _begins_number(asked, rows),
        _amounting(asked, rows),
        _has_parts_of_number(asked, rows),
        _of_parties(asked, rows, "vendor", asked.vendors),
    )


def _begins_number(asked: Asked, rows: QuerySet[Row]) -> Iterator[Row]:
    """Those whose number begins with the words."""
    key = number_key(asked.words)
    beginning = rows.filter(number_key__gte=key, number_key__lt=key + LAST_LETTER)
    yield from beginning.order_by("number_key", "id")[: asked.limit]


def _has_parts_of_number(asked: Asked, rows: QuerySet[Row]) -> Iterator[Row]:
    """The newest whose number has each part of the words, so "PD 881" finds PD-881."""
    if _has_digit(asked.words):
        parts = [part for part in BETWEEN_PARTS.split(number_key(asked.words)) if part]
        has_all = Q(*(Q(number_key__contains=part) for part in parts))
        yield from rows.filter(has_all).order_by("-date", "-id")[: asked.limit]


def _has_digit(text: str) -> bool:
    return any(letter.isdecimal() for letter in text)


def _has_letter(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
