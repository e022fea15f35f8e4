"""Credit limits: who is over theirs, noticed once until they are back under it."""

from dataclasses import dataclass
from decimal import Decimal

from gstbillingapp.models import Customer, Invoice, Note, Receipt
from gstbillingapp.receivables import net_owed


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
    """Note whether a locked customer is over the limit; what is to be told, where that has changed.

    Locked after the documents and before products and inboxes, by everybody in that order: of two invoices at
    once the second counts the first. A new crossing has another number, so that it is told anew.
    """
    limit = customer.credit_limit
    if limit is None and not customer.is_over_limit:
        return None
    owed = net_owed(customer)
    is_over = limit is not None and owed > limit
    if is_over == customer.is_over_limit:
        return None
    customer.is_over_limit = is_over
    customer.limit_crossing += is_over
    customer.save(update_fields=["is_over_limit", "limit_crossing"])
    return Standing(customer, owed)
