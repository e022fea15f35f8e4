"""What self-invoices and payment vouchers have in common: parties as of now, a number, a PDF made ahead."""

import datetime

from gstbillingapp.actions import papers
from gstbillingapp.actions.numbering import take_number
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.models import Bill, PaymentVoucher, SelfInvoice

VENDOR = ("address", "city", "pincode", "phone", "email")
RECIPIENT = (
    "name",
    "legal_name",
    "gstin",
    "state_code",
    "address",
    "city",
    "pincode",
    "phone",
    "email",
    "signatory",
)


def number(
    row: SelfInvoice | PaymentVoucher, bill: Bill, date: datetime.date, prefix: str, kind: str
) -> None:
    """Store a new paper of a bill of that day, with the next number of its series.

    Raises ValidationError where the series is full.
    """
    row.business, row.date, row.financial_year = bill.business, date, financial_year(date)
    for name in VENDOR:
        setattr(row, f"vendor_{name}", getattr(bill.vendor, name))
    for name in RECIPIENT:
        setattr(row, f"recipient_{name}", getattr(bill.business, name))
    take_number(row, prefix)
    row.save()
    papers.ask_ahead(PaperKey(row.business_id, kind, row.pk))
