"""Customers, products and opening balances as a file, in the columns that an import reads again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Prefetch, QuerySet

from gstbillingapp.actions.importing import SUBJECTS
from gstbillingapp.gst.states import state_name
from gstbillingapp.models import Business, Customer, JobSubject, OpeningBalance, Product, ProductRate
from gstbillingapp.models.fields import today
from gstbillingapp.sheets import writing

# As many as are made while somebody waits: a second of XLSX, on a slow machine.
AT_ONCE = 2_000
# Rows read at a time: memory holds these and the file, which of 100,000 customers is 20 MB.
CHUNK = 1_000
Tell = Callable[[int], None]


class Stopped(Exception):  # noqa: N818  # nothing failed
    """Nobody wants the file any more."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is written: the rows, how one becomes cells, and what is said beside the import's columns."""

    rows: Callable[[Business], QuerySet[Any]]
    cells: Callable[[Any], dict[str, Any]]
    besides: Sequence[str] = ()


def count(business: Business, subject: str) -> int:
    """How many rows there are to write."""
    return EXPORTS[subject].rows(business).count()


def heading(subject: str) -> list[str]:
    """The first row."""
    return [*(column.label for column in SUBJECTS[subject].columns), *EXPORTS[subject].besides]


def file(business: Business, subject: str, file_type: str, tell: Tell = lambda _: None) -> bytes:
    """The whole file; `tell` is told of each chunk of rows that is written."""
    rows = _rows(business, subject, tell)
    return writing.written(file_type, heading(subject), rows, str(SUBJECTS[subject].noun))


def sample(subject: str, file_type: str) -> bytes:
    """A file to begin with: the headings, and a row that shows what stands in them."""
    columns = SUBJECTS[subject].columns
    row = [column.example for column in columns]
    return writing.written(file_type, [column.label for column in columns], [row], SUBJECTS[subject].noun)


def _rows(business: Business, subject: str, tell: Tell) -> Iterator[list[writing.Cell]]:
    names = [column.name for column in SUBJECTS[subject].columns] + list(EXPORTS[subject].besides)
    for chunk in _chunks(EXPORTS[subject].rows(business)):
        for row in chunk:
            cells = EXPORTS[subject].cells(row)
            yield [cells[name] for name in names]
        tell(len(chunk))


def _chunks(rows: QuerySet[Model]) -> Iterator[list[Model]]:
    """In the order of their ids, so that one that is added meanwhile moves none."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _customer(customer: Customer) -> dict[str, Any]:
    names = [column.name for column in SUBJECTS[JobSubject.CUSTOMERS].columns]
    return {name: getattr(customer, name) for name in names} | {
        "kind": customer.get_kind_display(),
        "state_code": state_name(customer.state_code),
        "ship_state_code": state_name(customer.ship_state_code),
        "Archived": customer.is_archived,
    }


def _product(product: Product) -> dict[str, Any]:
    row = product.rate_on(today())
    return {
        "name": product.name,
        "sku": product.sku,
        "kind": product.get_kind_display(),
        "hsn": product.hsn,
        "unit": product.unit,
        "price": product.price,
        "price_includes_tax": product.price_includes_tax,
        "supply": product.get_supply_display(),
        "rate": row and row.rate,
        "cess_pct": row and (row.cess_pct or None),
        "cess_per_unit": row and (row.cess_per_unit or None),
        "stock": product.stock if product.tracks_stock else None,
        "reorder_level": product.reorder_level,
        "Archived": product.is_archived,
    }


def _opening(row: OpeningBalance) -> dict[str, Any]:
    who = {name: getattr(row.customer, name) for name in ("name", "gstin", "phone")}
    return who | {name: getattr(row, name) for name in ("amount", "date", "due_date", "reference")}


def _customers(business: Business) -> QuerySet[Customer]:
    return Customer.objects.filter(business=business)


def _balances(business: Business) -> QuerySet[OpeningBalance]:
    return OpeningBalance.objects.filter(business=business).select_related("customer")


def _products(business: Business) -> QuerySet[Product]:
    rates = Prefetch("rates", queryset=ProductRate.objects.order_by("valid_from"))
    return Product.objects.filter(business=business).prefetch_related(rates)


EXPORTS: dict[str, Export] = {
    JobSubject.CUSTOMERS: Export(_customers, _customer, ["Archived"]),
    JobSubject.PRODUCTS: Export(_products, _product, ["Archived"]),
    JobSubject.OPENING: Export(_balances, _opening),
}
