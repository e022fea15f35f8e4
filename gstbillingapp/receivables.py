"""What customers owe: in sum, and by the age of what is overdue. Every amount is rupees.

A positive amount is owed by the customer, a negative one by the business.
"""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from gstbillingapp.models import Business, Customer, Invoice, Note, OpeningBalance, Receipt
from gstbillingapp.models.fields import ZERO, today

# The last day of each age, in days after the due date; older is the last one's.
AGES = (30, 60, 90)
# What payments have left of an opening balance.
LEFT = F("amount") - F("paid")
# One without a due date was due on its day.
DUE_FROM_BEFORE = Coalesce("due_date", "date")


def net_owed(customer: Customer) -> Decimal:
    """What a customer owes on the whole: from before and on open invoices, less open credit and advances.

    The ledger closes at the same amount.
    """
    return owed_by_each([customer])[customer.pk]


def owed_by_each(customers: Sequence[Customer]) -> dict[int, Decimal]:
    """What each of these customers of one business owes on the whole, by their ids. See `net_owed`."""
    owed = {customer.pk: ZERO for customer in customers}
    if not customers:
        return owed
    business_id = customers[0].business_id
    before = OpeningBalance.objects.filter(business=business_id, customer__in=owed).order_by()
    for row in before.values("customer_id").annotate(left=Sum(LEFT)):
        owed[row["customer_id"]] += _rupees(row["left"])
    for model, sign in ((Invoice, 1), (Note, -1), (Receipt, -1)):
        for row in _open_by_customer(business_id, model).filter(customer__in=owed):
            owed[row["customer_id"]] += sign * _rupees(row["amount"])
    return owed


def open_credit(customer: Customer) -> Decimal:
    """What credit notes and advances have left to set off."""
    return _open_of(customer, Note) + _open_of(customer, Receipt)


def _open_of(customer: Customer, model: type[Note] | type[Receipt]) -> Decimal:
    rows = model.objects.filter(business=customer.business_id, customer=customer, balance__gt=0)
    amount: Decimal = rows.aggregate(amount=Sum("balance"))["amount"] or ZERO
    return amount.quantize(ZERO)  # SQLite adds in binary floats


@dataclass(slots=True)
class Ages:
    """What is owed, by how many days ago it fell due: today counts as 0; `credit` is open the other way."""

    not_due: Decimal = ZERO
    days_30: Decimal = ZERO
    days_60: Decimal = ZERO
    days_90: Decimal = ZERO
    older: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def owed(self) -> Decimal:
        """Everything that is owed, due or not."""
        return self.not_due + self.overdue

    @property
    def overdue(self) -> Decimal:
        """What has fallen due, today's included."""
        return self.days_30 + self.days_60 + self.days_90 + self.older

    @property
    def net(self) -> Decimal:
        """What is owed less what is open the other way."""
        return self.owed - self.credit

    def add(self, other: "Ages") -> None:
        """Count another's amounts in."""
        for name in AMOUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


AMOUNTS = tuple(field.name for field in fields(Ages))


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer with what is owed."""

    pk: int
    name: str
    ages: Ages


@dataclass(frozen=True, slots=True)
class Ageing:
    """Everybody who owes or is owed, as of a day, and the sums."""

    day: datetime.date
    debtors: list[Debtor]
    total: Ages


def _by(name: str) -> Callable[[Debtor], Any]:
    return lambda debtor: getattr(debtor.ages, name)


# What the report may be sorted by.
AGEING_ORDERS: dict[str, Callable[[Debtor], Any]] = {
    "customer": lambda debtor: debtor.name.casefold(),
    **{name: _by(name) for name in (*AMOUNTS, "owed", "net")},
}


def ageing(business: Business, on: datetime.date | None = None, sort: str = "-owed") -> Ageing:
    """Receivables by customer and age on a day, today in India by default.

    `sort` is a key of `AGEING_ORDERS`, with "-" in front for descending; ValueError for any other.
    """
    order = AGEING_ORDERS.get(sort.removeprefix("-"))
    if order is None:
        raise ValueError(f"sort must be one of {', '.join(AGEING_ORDERS)}, with or without '-' in front")
    day = on or today()
    found: dict[int, Ages] = {}
    for row in (*_owed_by_age(business, day), *_owed_from_before(business.pk, day)):
        customer = row.pop("customer_id")
        ages = Ages(**{name: _rupees(amount) for name, amount in row.items()})
        found.setdefault(customer, Ages()).add(ages)
    for model in (Note, Receipt):
        for row in _open_by_customer(business.pk, model):
            found.setdefault(row["customer_id"], Ages()).credit += _rupees(row["amount"])
    debtors = _named(business, found)
    debtors.sort(key=AGEING_ORDERS["customer"])
    debtors.sort(key=order, reverse=sort.startswith("-"))
    total = Ages()
    for debtor in debtors:
        total.add(debtor.ages)
    return Ageing(day, debtors, total)


def ages_of(customer: Customer, on: datetime.date | None = None) -> Ages:
    """What one customer owes, by age."""
    sums = _sums_by_age(on or today())
    owed = Invoice.objects.filter(business=customer.business_id, customer=customer, balance__gt=0)
    found = {name: _rupees(amount) for name, amount in owed.aggregate(**sums).items()}
    ages = Ages(**found, credit=open_credit(customer))
    for row in _owed_from_before(customer.business_id, on or today(), customer=customer):
        row.pop("customer_id")
        ages.add(Ages(**{name: _rupees(amount) for name, amount in row.items()}))
    return ages


def ages_before(customer: Customer, day: datetime.date | None = None) -> Ages:
    """What one customer owes, by age; what falls due on that day, today by default, is not late yet."""
    return ages_of(customer, (day or today()) - datetime.timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due, or fell due, on one day, and how many papers it is on."""

    day: datetime.date
    amount: Decimal
    count: int
    is_from_before: bool


def falling_due(business: Business) -> Iterator[Due]:
    """All that customers owe, by the day it falls due: on invoices, and from before."""
    invoices = Invoice.objects.filter(business=business, balance__gt=0)
    before = OpeningBalance.objects.filter(business=business, amount__gt=F("paid"))
    for rows, due, left in ((invoices, F("due_date"), F("balance")), (before, DUE_FROM_BEFORE, LEFT)):
        for row in rows.values(due=due).annotate(left=Sum(left), count=Count("pk")).order_by("due"):
            yield Due(row["due"], _rupees(row["left"]), row["count"], is_from_before=rows is before)


def _owed_by_age(business: Business, day: datetime.date) -> QuerySet[Any, Any]:
    owed = Invoice.objects.filter(business=business, balance__gt=0).order_by()
    return owed.values("customer_id").annotate(**_sums_by_age(day))


def _owed_from_before(business_id: int, day: datetime.date, **whose: Customer) -> QuerySet[Any, Any]:
    """Opening balances by customer and age."""
    rows = OpeningBalance.objects.filter(business=business_id, amount__gt=F("paid"), **whose).order_by()
    due = rows.annotate(due=DUE_FROM_BEFORE).values("customer_id")
    return due.annotate(**_sums_by_age(day, "due", LEFT))


def _sums_by_age(
    day: datetime.date, due: str = "due_date", owed: str | CombinedExpression = "balance"
) -> dict[str, Sum]:
    """What is owed in each age, from the columns that have when it falls due and how much it is."""
    first, second, third = (day - datetime.timedelta(days=age) for age in AGES)
    conditions = {
        "not_due": {"gt": day},
        "days_30": {"lte": day, "gte": first},
        "days_60": {"lt": first, "gte": second},
        "days_90": {"lt": second, "gte": third},
        "older": {"lt": third},
    }
    filters = {
        name: Q(**{f"{due}__{bound}": limit for bound, limit in bounds.items()})
        for name, bounds in conditions.items()
    }
    return {name: Sum(owed, filter=condition) for name, condition in filters.items()}


def _open_by_customer(
    business_id: int, model: type[Invoice] | type[Note] | type[Receipt]
) -> QuerySet[Any, Any]:
    rows = model.objects.filter(business=business_id, balance__gt=0).order_by()
    return rows.values("customer_id").annotate(amount=Sum("balance"))


def _named(business: Business, found: dict[int, Ages]) -> list[Debtor]:
    names = dict(Customer.objects.filter(business=business).values_list("pk", "name"))
    return [Debtor(pk, names[pk], ages) for pk, ages in found.items()]


def _rupees(amount: Decimal | None) -> Decimal:
    return (amount or ZERO).quantize(ZERO)  # SQLite adds in binary floats
