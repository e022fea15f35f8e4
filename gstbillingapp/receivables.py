"""What customers owe: in sum, by age, and line by line. Every amount is rupees."""

from decimal import Decimal

from django.db.models import Sum

from gstbillingapp.models import Customer, Invoice, Note, Receipt
from gstbillingapp.models.fields import ZERO


def net_owed(customer: Customer) -> Decimal:
    """What a customer owes on the whole: open invoices less open credit and open advances.

    Negative where the business owes them. The ledger closes at the same amount.
    """
    owed = ZERO
    for model, sign in ((Invoice, 1), (Note, -1), (Receipt, -1)):
        rows = model.objects.filter(business=customer.business_id, customer=customer, balance__gt=0)
        owed += sign * (rows.aggregate(amount=Sum("balance"))["amount"] or ZERO)
    return owed.quantize(ZERO)  # SQLite adds in binary floats
