"""Credit limits: who is over theirs, noticed once until they are back under it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from gstbillingapp.models import Customer, Invoice, Note, Receipt
from gstbillingapp.receivables import owed_by_each


@dataclass(frozen=True, slots=True)
class Standing:
    """That a customer has crossed the limit, one way or the other; `owed` is rupees."""

    customer: Customer
    owed: Decimal


def judge(document: Invoice | Note | Receipt) -> Standing | None:
    """Look at the customer of a document whose amounts have just changed. See `judge_customer`."""
    customer = Customer.objects.select_for_update(no_key=True).get(pk=document.customer_id or 0)
    customer.business = document.business
    return judge_customer(customer)


def judge_customer(customer: Customer) -> Standing | None:
    """Note whether a locked customer is over the limit; what is to be told, where that has changed."""
    return next(iter(judge_customers([customer])), None)


def judge_customers(customers: Sequence[Customer]) -> list[Standing]:
    """Note which locked customers are over their limits; what is to be told, of those who have crossed it.

    They are of one business, and cost as many statements as one of them does. Locked after the documents and
    before products and inboxes, by everybody in that order: of two invoices at once the second counts the
    first. A new crossing has another number, so that it is told anew.
    """
    looked_at = [each for each in customers if each.credit_limit is not None or each.is_over_limit]
    owed = owed_by_each(looked_at)
    crossed = [each for each in looked_at if _is_over(each, owed[each.pk]) != each.is_over_limit]
    for customer in crossed:
        customer.is_over_limit = not customer.is_over_limit
        customer.limit_crossing += customer.is_over_limit
    _store(crossed)
    return [Standing(customer, owed[customer.pk]) for customer in crossed]


def _is_over(customer: Customer, owed: Decimal) -> bool:
    return customer.credit_limit is not None and owed > customer.credit_limit


def _store(crossed: Iterable[Customer]) -> None:
    over = [customer.pk for customer in crossed if customer.is_over_limit]
    back = [customer.pk for customer in crossed if not customer.is_over_limit]
    if over:
        crossing = F("limit_crossing") + 1  # as in the objects: they are locked
        Customer.objects.filter(pk__in=over).update(is_over_limit=True, limit_crossing=crossing)
    if back:
        Customer.objects.filter(pk__in=back).update(is_over_limit=False)
