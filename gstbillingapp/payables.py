"""What the lists of purchases show: each query starts from a business and walks an index, as in `queries`."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from gstbillingapp.models import (
    Bill,
    BillLine,
    BillState,
    Business,
    Expense,
    ExpenseCategory,
    ExpenseState,
    Product,
    Vendor,
    VendorNote,
)
from gstbillingapp.models.bill import bill_condition
from gstbillingapp.models.customer import having
from gstbillingapp.models.expense import USUAL_CATEGORIES
from gstbillingapp.models.fields import ANY_DAY, today
from gstbillingapp.queries import MANY, NO_LIMIT, number_has, rupees
from gstbillingapp.registers import standing

# What a list may be sorted by: the columns of an index, so that a page is read off it from either end.
VENDOR_ORDERS = {"name": ("name_key", "id")}
BILL_ORDERS = {
    "date": ("date", "id"),
    "number": ("number_key", "id"),
    "due": ("due_date", "id"),
    "total": ("total", "id"),
    "balance": ("balance", "id"),
}
VENDOR_NOTE_ORDERS = {"date": ("date", "id"), "number": ("number_key", "id"), "total": ("total", "id")}
EXPENSE_ORDERS = {"date": ("date", "id"), "total": ("total", "id")}
SOON = datetime.timedelta(days=7)


def vendor_list(
    business: Business, *, search: str = "", archived: bool = False, sort: str = "name"
) -> QuerySet[Vendor]:
    """Vendors by name, GSTIN, phone, e-mail or city."""
    vendors = Vendor.objects.filter(business=business, is_archived=archived)
    if search.strip():
        vendors = vendors.filter(having(search))
    return vendors.order_by(*_order(VENDOR_ORDERS, sort))


def owed_to(vendors: Collection[Vendor]) -> dict[int, Decimal]:
    """What each of these vendors is owed, in rupees; one that is owed nothing is left out."""
    if not vendors:
        return {}
    owed = Bill.objects.filter(
        business=next(iter(vendors)).business_id, vendor__in=vendors, balance__gt=0, due_date__gte=ANY_DAY
    ).order_by()
    sums = owed.values_list("vendor").annotate(amount=Sum("balance"))
    return {vendor_id: rupees(amount) for vendor_id, amount in sums}


def vendor_totals(vendor: Vendor, on: datetime.date | None = None) -> tuple[Decimal, Decimal]:
    """What a vendor is owed, and the overdue part of it, in rupees."""
    day = on or today()
    theirs = Bill.objects.filter(business=vendor.business_id, vendor=vendor)
    owed = theirs.filter(balance__gt=0, due_date__gte=ANY_DAY).aggregate(
        amount=Sum("balance"), late=Sum("balance", filter=Q(due_date__lt=day))
    )
    return rupees(owed["amount"]), rupees(owed["late"])


def owed_by(vendor: Vendor) -> Decimal:
    """What a vendor is still to pay back on credit notes, in rupees."""
    open_ones = VendorNote.objects.filter(business=vendor.business_id, vendor=vendor, balance__gt=0)
    return rupees(open_ones.aggregate(amount=Sum("balance"))["amount"])


def vendor_note_list(
    business: Business, *, search: str = "", status: str = "", sort: str = "-date"
) -> QuerySet[VendorNote]:
    """Vendors' credit notes by number, that of their bill, or the vendor.

    An unknown status raises KeyError, an unknown sort ValueError.
    """
    notes = VendorNote.objects.filter(business=business)
    if status:
        notes = notes.filter(standing(BillState.CANCELLED)[status])
    if search.strip():
        of_bill = Bill.objects.filter(number_has(search), business=business).order_by()
        notes = notes.filter(_says(business, search) | Q(bill__in=of_bill.values("pk")))
    return notes.select_related("bill").order_by(*_order(VENDOR_NOTE_ORDERS, sort))


def bill_list(
    business: Business,
    *,
    search: str = "",
    status: str = "",
    vendor_id: int | None = None,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    sort: str = "-date",
    on: datetime.date | None = None,
    expected: int | None = None,
) -> QuerySet[Bill]:
    """Bills by number, or by the name, GSTIN or phone of the vendor, and dated within both days.

    `status` is one of `BillStatus` as of the day `on` (today by default); `sort` a key of `BILL_ORDERS`, with
    "-" in front for descending. An unknown status or sort raises ValueError. `expected` is how many there
    are, as `queries.capped_count` says it; it changes the road, not what is found.
    """
    whole = found = Bill.objects.filter(business=business)
    if status:
        found = found.filter(bill_condition(status, on or today()))
    if vendor_id is not None:
        found = found.filter(vendor_id=vendor_id)
    if since is not None:
        found = found.filter(date__gte=since)
    if until is not None:
        found = found.filter(date__lte=until)
    if search.strip():
        found = found.filter(_says(business, search.strip()))
    order = _order(BILL_ORDERS, sort)
    if expected is None or expected >= MANY or found is whole or sort.removeprefix("-") == "date":
        return found.order_by(*order)
    # Found apart, off the index that has what is asked for, as `queries.invoice_list` does it.
    return whole.filter(pk__in=found.values("pk")[:NO_LIMIT]).order_by(*order)


def _says(business: Business, text: str) -> Q:
    """That a paper's number or vendor has the text: `bill_by_date` has all that is asked of a bill."""
    vendors = Vendor.objects.filter(having(text), business=business)
    return Q(vendor__in=vendors.order_by().values("pk")) | number_has(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """What is to be paid, in rupees and in bills."""

    owed: Decimal
    owed_count: int
    overdue: Decimal
    overdue_count: int
    soon: Decimal
    soon_count: int


def payable(business: Business, on: datetime.date | None = None) -> Payable:
    """What vendors are owed in all, what of it is late, and what falls due in the next seven days."""
    day = on or today()
    late, soon = Q(due_date__lt=day), Q(due_date__range=(day, day + SOON))
    sums = Bill.objects.filter(business=business, balance__gt=0).aggregate(
        owed=Sum("balance"),
        owed_count=Count("pk"),
        overdue=Sum("balance", filter=late),
        overdue_count=Count("pk", filter=late),
        soon=Sum("balance", filter=soon),
        soon_count=Count("pk", filter=soon),
    )
    return Payable(**sums | {name: rupees(sums[name]) for name in ("owed", "overdue", "soon")})


def last_prices(business: Business, products: Collection[Product]) -> dict[int, BillLine]:
    """A line of the newest bill of each of these products: what it was bought for last, by the bill's day."""
    bought = BillLine.objects.filter(
        product=OuterRef("pk"), bill__business=business, bill__state=BillState.RECORDED
    )
    newest = Subquery(bought.order_by("-bill__date", "-pk").values("pk")[:1])
    keys = Product.objects.filter(pk__in=[product.pk for product in products]).values_list(newest)
    lines = BillLine.objects.filter(pk__in=[key for (key,) in keys if key])
    return {line.product_id: line for line in lines if line.product_id is not None}


def expense_list(
    business: Business,
    *,
    search: str = "",
    category_id: int | None = None,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    cancelled: bool = False,
    sort: str = "-date",
) -> QuerySet[Expense]:
    """Expenses of the days from `since` to `until`, by what `expense_says`."""
    state = ExpenseState.CANCELLED if cancelled else ExpenseState.RECORDED
    found = Expense.objects.filter(business=business, state=state)
    if since is not None:
        found = found.filter(date__gte=since)
    if until is not None:
        found = found.filter(date__lte=until)
    if category_id is not None:
        found = found.filter(category_id=category_id)
    text = search.strip()
    if text:
        found = found.filter(expense_says(text))
    return found.select_related("category").order_by(*_order(EXPENSE_ORDERS, sort))


def expense_says(text: str) -> Q:
    """That an expense has the text in its description, category, payee, vendor or reference."""
    names = ("description", "category__name", "payee", "vendor__name", "reference")
    return Q(*((f"{name}__icontains", text) for name in names), _connector=Q.OR)


@dataclass(frozen=True, slots=True)
class CategorySum:
    """What was spent in one category. `share` is of the whole, 0 to 100."""

    id: int
    name: str
    amount: Decimal
    count: int
    share: int


def expense_sums(found: QuerySet[Expense]) -> list[CategorySum]:
    """What these expenses come to by category, the largest first."""
    rows = found.order_by().values_list("category_id", "category__name")
    sums = list(rows.annotate(amount=Sum("total"), count=Count("pk")).order_by(F("amount").desc()))
    whole = sum((amount for *_, amount, _ in sums), Decimal(0))
    return [
        CategorySum(pk, name, rupees(amount), count, int(100 * amount / whole))
        for pk, name, amount, count in sums
    ]


def category_names(business: Business) -> list[str]:
    """What may be chosen for an expense: the categories in use, and the usual ones not there yet."""
    known = list(ExpenseCategory.objects.filter(business=business).values_list("name", "is_archived"))
    keys = {name.casefold() for name, _ in known}
    usual = [name for name in USUAL_CATEGORIES if name.casefold() not in keys]
    return sorted([*(name for name, archived in known if not archived), *usual], key=str.casefold)


def _order(orders: Mapping[str, Sequence[str]], sort: str) -> list[str]:
    name = sort.removeprefix("-")
    if name not in orders:
        raise ValueError(f"sort must be one of {', '.join(orders)}, with or without '-' in front")
    sign = "-" if sort.startswith("-") else ""
    return [sign + column for column in orders[name]]
