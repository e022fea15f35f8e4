"""What the lists show: each query starts from a business and walks an index.

Lists are read a page at a time and counted up to `COUNT_CAP`: beyond ten thousand rows a person searches or
filters, and nobody pays for a count that nobody reads.
"""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, F, Model, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.functional import cached_property

from gstbillingapp.likeliest import active, likeliest
from gstbillingapp.models import (
    Business,
    Customer,
    Invoice,
    Product,
    ProductRate,
    Quotation,
    StockLevel,
)
from gstbillingapp.models.customer import having
from gstbillingapp.models.fields import ZERO
from gstbillingapp.models.invoice import InvoiceQuerySet
from gstbillingapp.models.quotation import QuotationQuerySet

COUNT_CAP = 10_000
PER_PAGE = 50
# From here on so many rows fit that an order's index is soon through with `COUNT_CAP` of them.
MANY = 50_000
NO_LIMIT = BigIntegerField.MAX_BIGINT

Row = TypeVar("Row", bound=Model)

# What a list may be sorted by: the columns of an index, so that a page is read off it from either end.
INVOICE_ORDERS = {
    "date": ("date", "id"),
    "number": ("financial_year", "sequence", "id"),
    "due": ("due_date", "id"),
    "total": ("total", "id"),
    "balance": ("balance", "id"),
}
# The indexes by which invoices are found by status, customer, days or words are in this order.
FOUND_IN_ORDER = frozenset({"date"})
QUOTATION_ORDERS = {
    "date": ("date", "id"),
    "number": ("financial_year", "sequence", "id"),
    "valid": ("valid_until", "id"),
    "total": ("total", "id"),
}
CUSTOMER_ORDERS = {"name": ("name_key", "id")}
PRODUCT_ORDERS = {"name": ("name_key", "id")}


class CappedPaginator(Paginator):
    """Django's, counting no further than `COUNT_CAP`; `is_capped` says that there are more.

    The keys of a list are read in one pass over an index, which counts them too; then the rows of the page.
    Of a list that is `counted` already, as by `capped_count`, only the keys of the page are read.
    """

    object_list: QuerySet[Any]

    def __init__(self, rows: QuerySet[Any], per_page: int, counted: tuple[int, bool] | None = None) -> None:
        super().__init__(rows, per_page)
        self.counted = counted

    @cached_property
    def _keys(self) -> list[int]:
        return self._keys_between(0, COUNT_CAP + 1)

    def _keys_between(self, bottom: int, top: int) -> list[int]:
        return list(self.object_list.values_list("pk", flat=True)[bottom:top])

    @cached_property
    def count(self) -> int:
        """How many rows can be turned to."""
        return min(self.counted[0] if self.counted else len(self._keys), COUNT_CAP)

    @property
    def is_capped(self) -> bool:
        """Whether the list is longer than what can be turned to."""
        if self.counted:
            return self.counted[1] or self.counted[0] > COUNT_CAP
        return len(self._keys) > COUNT_CAP

    def page(self, number: int | str) -> Page:
        """The page of that number."""
        valid = self.validate_number(number)
        bottom = (valid - 1) * self.per_page
        top = min(bottom + self.per_page, self.count)
        keys = self._keys_between(bottom, top) if self.counted else self._keys[bottom:top]
        rows = self.object_list.all()
        rows.query.clear_where()  # the keys have passed every filter; a search would be done all over again
        return Page(rows.filter(pk__in=keys), valid, self)


def capped_count(queryset: QuerySet[Any]) -> tuple[int, bool]:
    """How many rows there are, counted up to `COUNT_CAP`, and whether there are more."""
    seen = queryset.order_by().values("pk")[: COUNT_CAP + 1].count()
    return min(seen, COUNT_CAP), seen > COUNT_CAP


def page_of(
    queryset: QuerySet[Row],
    page: int | str | None = 1,
    per_page: int = PER_PAGE,
    counted: tuple[int, bool] | None = None,
) -> Page[Row]:
    """A page of a sorted queryset; a page that is not there gives the nearest that is."""
    return CappedPaginator(queryset, per_page, counted).get_page(page)


def invoice_list(
    business: Business,
    *,
    search: str = "",
    status: str = "",
    customer_id: int | None = None,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    sort: str = "-date",
    on: datetime.date | None = None,
    expected: int | None = None,
) -> InvoiceQuerySet:
    """Invoices by number, or by the name, GSTIN or phone of the customer, and dated within both days.

    `status` is one of `InvoiceStatus` as of the day `on` (today by default); `sort` a key of
    `INVOICE_ORDERS`, with "-" in front for descending. An unknown status or sort raises ValueError.
    `expected` is how many there are, as `capped_count` says it; it changes the road, not what is found.
    """
    whole = found = Invoice.objects.filter(business=business)
    if status:
        found = found.with_status(status, on)
    if customer_id is not None:
        found = found.filter(customer_id=customer_id)
    if since is not None:
        found = found.filter(date__gte=since)
    if until is not None:
        found = found.filter(date__lte=until)
    if search.strip():
        found = found.filter(says(business, search.strip()))
    order = _order(INVOICE_ORDERS, sort)
    if expected is None or expected >= MANY or found is whole or sort.removeprefix("-") in FOUND_IN_ORDER:
        return found.select_related("customer").order_by(*order)
    # Found apart, off the index that has what is asked for: the order's own would be walked row by row. The
    # limit, which nothing reaches, keeps PostgreSQL from making one search of the two.
    apart = whole.filter(pk__in=found.values("pk")[:NO_LIMIT])
    return apart.select_related("customer").order_by(*order)


def says(business: Business, text: str) -> Q:
    """That its number or its customer has the text: the index by date has all that is asked of a document."""
    customers = Customer.objects.filter(having(text), business=business)
    return Q(customer__in=customers.order_by().values("pk")) | number_has(text)


def number_has(text: str) -> Q:
    """That a paper's number has every word of the text: "inv 12" is in INV/26-27/0012."""
    return Q(*(("number_key__contains", word) for word in text.upper().split()))


def quotation_list(
    business: Business,
    *,
    search: str = "",
    status: str = "",
    customer_id: int | None = None,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    sort: str = "-date",
) -> QuotationQuerySet:
    """Quotations as `invoice_list` has invoices; `status` is one of `QuotationState` as of today."""
    found = Quotation.objects.filter(business=business)
    if status:
        found = found.with_status(status)
    if customer_id is not None:
        found = found.filter(customer_id=customer_id)
    if since is not None:
        found = found.filter(date__gte=since)
    if until is not None:
        found = found.filter(date__lte=until)
    if search.strip():
        found = found.filter(says(business, search.strip()))
    return found.select_related("customer").order_by(*_order(QUOTATION_ORDERS, sort))


def customer_list(
    business: Business, *, search: str = "", archived: bool = False, sort: str = "name"
) -> QuerySet[Customer]:
    """Customers by name, GSTIN, phone, e-mail or city."""
    customers = Customer.objects.filter(business=business, is_archived=archived)
    if search.strip():
        customers = customers.filter(having(search))
    return customers.order_by(*_order(CUSTOMER_ORDERS, sort))


def product_list(
    business: Business,
    *,
    search: str = "",
    kind: str = "",
    low: bool = False,
    archived: bool = False,
    sort: str = "name",
) -> QuerySet[Product]:
    """Products by name, SKU or HSN, with their rates; `low` keeps those at or below the reorder level."""
    products = Product.objects.filter(business=business, is_archived=archived)
    if kind:
        products = products.filter(kind=kind)
    if low:
        products = products.exclude(stock_level=StockLevel.ENOUGH)
    if search.strip():
        products = products.filter(having(search))
    return products.prefetch_related(_rates()).order_by(*_order(PRODUCT_ORDERS, sort))


def products_suggested(business: Business, text: str, limit: int) -> list[Product]:
    """The likeliest products that are not archived, with their rates."""
    found = likeliest(active(Product.objects.filter(business=business)), text, limit)
    prefetch_related_objects(found, _rates())
    return found


def _rates() -> Prefetch:
    return Prefetch("rates", queryset=ProductRate.objects.order_by("valid_from"))


def _order(orders: Mapping[str, tuple[str, ...]], sort: str) -> list[str]:
    name = sort.removeprefix("-")
    if name not in orders:
        raise ValueError(f"sort must be one of {', '.join(orders)}, with or without '-' in front")
    sign = "-" if sort.startswith("-") else ""
    return [sign + column for column in orders[name]]


def running_low(business: Business) -> QuerySet[Product]:
    """Products at or below their reorder level, the emptiest first."""
    return (
        Product.objects.filter(business=business, is_archived=False)
        .exclude(stock_level=StockLevel.ENOUGH)
        .order_by(F("stock").asc(), "name_key")
    )


def rupees(amount: Decimal | None) -> Decimal:
    """A sum to the paisa: SQLite adds in binary floats."""
    return (amount or ZERO).quantize(ZERO)
