"""What customers owe: in sum, and by the age of what is overdue. Every amount is rupees.

A positive amount is owed by the customer, a negative one by the business.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from gstbillingapp.gst.money import PAISA
from gstbillingapp.models import Business, Customer, Invoice, Note, OpeningBalance, Receipt
from gstbillingapp.models.fields import ZERO, today
from gstbillingapp.models.whole import Whole

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
    theirs = {"business": customers[0].business_id, "customer__in": list(owed)}
    for rows, left, sign in (
        (OpeningBalance.objects.filter(**theirs), LEFT, 1),
        (Invoice.objects.owed_by(customers[0].business_id, *owed), F("balance"), 1),
        (Note.objects.filter(**theirs, balance__gt=0), F("balance"), -1),
        (Receipt.objects.filter(**theirs, balance__gt=0), F("balance"), -1),
    ):
        sums = rows.order_by().values_list("customer_id").annotate(unpaid=Sum(left))
        for customer_id, amount in sums:
            owed[customer_id] += sign * _rupees(amount)
    return owed


def open_credit(customer: Customer) -> Decimal:
    """What credit notes and advances have left to set off."""
    return _open_of(customer, Note) + _open_of(customer, Receipt)


def _open_of(customer: Customer, model: type[Note] | type[Receipt]) -> Decimal:
    return _balance_of(model.objects.filter(business=customer.business_id, customer=customer, balance__gt=0))


def _balance_of(rows: QuerySet[Any]) -> Decimal:
    return _rupees(rows.aggregate(amount=Sum("balance"))["amount"])


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
    """Everybody who owes or is owed, as of a day, and the sums.

    `keys` are the customers in order, `paise` what each owes by age and, last, is owed.
    """

    business: Business
    day: datetime.date
    keys: list[int]
    paise: dict[int, list[int]]

    @property
    def total(self) -> Ages:
        """What all of them owe."""
        return _ages([sum(amounts) for amounts in zip(*self.paise.values(), strict=True)])

    def debtors(self, keys: Sequence[int] | None = None) -> list[Debtor]:
        """These customers with what they owe, or everybody: a page shows fifty of thousands."""
        customers = Customer.objects.filter(business=self.business)
        if keys is not None:
            customers = customers.filter(pk__in=keys)
        names = dict(customers.values_list("pk", "name"))
        return [Debtor(pk, names[pk], _ages(self.paise[pk])) for pk in (self.keys if keys is None else keys)]


def _ages(paise: Iterable[int]) -> Ages:
    return Ages(*(amount * PAISA for amount in paise))


def _owed_of(paise: list[int]) -> int:
    return sum(paise[:CREDIT])


def _by(name: str) -> Callable[[list[int]], int]:
    return itemgetter(AMOUNTS.index(name))


CREDIT = AMOUNTS.index("credit")
BY_NAME = "customer"
# What the report may be sorted by, beside the names: paise by age.
BY_AMOUNT: dict[str, Callable[[list[int]], int]] = {
    **{name: _by(name) for name in AMOUNTS},
    "owed": _owed_of,
    "net": lambda paise: _owed_of(paise) - paise[CREDIT],
}
AGEING_ORDERS = (BY_NAME, *BY_AMOUNT)


def ageing(business: Business, on: datetime.date | None = None, sort: str = "-owed") -> Ageing:
    """Receivables by customer and age on a day, today in India by default.

    `sort` is one of `AGEING_ORDERS`, with "-" in front for descending; ValueError for any other.
    """
    order, descending = sort.removeprefix("-"), sort.startswith("-")
    if order not in AGEING_ORDERS:
        raise ValueError(f"sort must be one of {', '.join(AGEING_ORDERS)}, with or without '-' in front")
    day = on or today()
    paise = _paise(business, day)
    by_name = Customer.objects.filter(business=business).order_by("name_key", "id")
    keys = [pk for pk in by_name.values_list("pk", flat=True) if pk in paise]
    if order != BY_NAME:
        amount_of = BY_AMOUNT[order]
        keys.sort(key=lambda pk: amount_of(paise[pk]), reverse=descending)
    elif descending:
        keys.reverse()
    return Ageing(business, day, keys, paise)


def _paise(business: Business, day: datetime.date) -> dict[int, list[int]]:
    """What each customer owes by age and, last, is owed."""
    found: defaultdict[int, list[int]] = defaultdict(lambda: [0] * len(AMOUNTS))
    for sums, rows in (
        (_sums_by_age(day), Invoice.objects.filter(business=business, balance__gt=0)),
        (_sums_by_age(day, "due", LEFT), _from_before(business.pk)),
    ):
        whole = {f"{name}_paise": Whole(amount) for name, amount in sums.items()}
        owed = rows.order_by().values("customer_id").annotate(**whole)
        for customer, *amounts in owed.values_list("customer_id", *whole):
            known = found[customer]
            for place, amount in enumerate(amounts):
                if amount:
                    known[place] += amount
    for model in (Note, Receipt):
        rows = model.objects.filter(business=business, balance__gt=0).order_by()
        left = rows.values("customer_id").annotate(paise=Whole(Sum("balance")))
        for customer, amount in left.values_list("customer_id", "paise"):
            found[customer][CREDIT] += amount
    return {customer: amounts for customer, amounts in found.items() if any(amounts)}


def ages_before(customer: Customer, day: datetime.date | None = None) -> Ages:
    """What one customer owes, by age; what falls due on that day, today by default, is not late yet."""
    on = day or today()
    late = on - datetime.timedelta(days=1)
    owed = Invoice.objects.owed_by(customer.business_id, customer.pk).aggregate(**_sums_by_age(on, late=late))
    ages = Ages(**{name: _rupees(amount) for name, amount in owed.items()}, credit=open_credit(customer))
    before = _from_before(customer.business_id, customer=customer)
    owed_before = before.aggregate(**_sums_by_age(on, "due", LEFT, late=late))
    ages.add(Ages(**{name: _rupees(amount) for name, amount in owed_before.items()}))
    return ages


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


def _from_before(business_id: int, **whose: Customer) -> QuerySet[Any]:
    """Opening balances that are not paid in full, with the day they fall due."""
    rows = OpeningBalance.objects.filter(business=business_id, amount__gt=F("paid"), **whose)
    return rows.annotate(due=DUE_FROM_BEFORE)


def _sums_by_age(
    day: datetime.date,
    due: str = "due_date",
    owed: str | CombinedExpression = "balance",
    *,
    late: datetime.date | None = None,
) -> dict[str, Sum]:
    """What is owed in each age, from the columns that have when it falls due and how much it is.

    `late` is the last due day that has passed: the day itself, unless what falls due on it is not late yet.
    """
    first, second, third = (day - datetime.timedelta(days=age) for age in AGES)
    last = late or day
    conditions = {
        "not_due": {"gt": last},
        "days_30": {"lte": last, "gte": first},
        "days_60": {"lt": first, "gte": second},
        "days_90": {"lt": second, "gte": third},
        "older": {"lt": third},
    }
    filters = {
        name: Q(**{f"{due}__{bound}": limit for bound, limit in bounds.items()})
        for name, bounds in conditions.items()
    }
    return {name: Sum(owed, filter=condition) for name, condition in filters.items()}


def _rupees(amount: Decimal | None) -> Decimal:
    return (amount or ZERO).quantize(ZERO)  # SQLite adds in binary floats
