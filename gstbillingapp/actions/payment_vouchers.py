"""Payment vouchers: of what is paid to vendors on reverse charge (CGST s.31(3)(g), Rule 52)."""

from gstbillingapp.actions import own_papers, prefixes
from gstbillingapp.models import Bill, BillPayment, Business, PaymentVoucher
from gstbillingapp.models.paper import PAYMENT_VOUCHER


def make_for(payment: BillPayment) -> PaymentVoucher | None:
    """Give a new payment its voucher, in its transaction; None where the bill asks for none.

    Raises ValidationError where the series is full.
    """
    bill = payment.bill
    # Read again: the profile may have changed since the request began, and this is what is printed.
    bill.business = Business.objects.get(pk=payment.business_id) if bill.rcm else bill.business
    if not needs_one(bill):
        return None
    row = PaymentVoucher(payment=payment, created_by=payment.recorded_by)
    own_papers.number(row, bill, payment.date, prefixes.PAYMENT_VOUCHERS, PAYMENT_VOUCHER)
    return row


def needs_one(bill: Bill) -> bool:
    """Whether the business owes the tax on reverse charge, and not at customs."""
    return bill.rcm and not bill.imported and bool(bill.business.gstin)
