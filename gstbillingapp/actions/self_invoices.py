"""Self-invoices: of what an unregistered vendor supplies on reverse charge (CGST s.31(3)(f), Rule 47A)."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import own_papers, prefixes
from gstbillingapp.actions.bills import locked as locked_bill
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.models import Bill, BillState, Business, SelfInvoice, VendorKind
from gstbillingapp.models.fields import today
from gstbillingapp.models.paper import SELF_INVOICE


def make(business: Business, user: User | None, bill_id: int) -> SelfInvoice:
    """Give a bill a self-invoice of today, with a number of their own series.

    Raises ValidationError where the bill takes none, and Bill.DoesNotExist for one of another business.
    """
    with transaction.atomic():
        bill = locked_bill(business, bill_id)
        # Read again: the profile may have changed since the request began, and this is what is printed.
        bill.business = Business.objects.get(pk=business.pk)
        refuse_making(bill)
        row = SelfInvoice(bill=bill, created_by=user)
        own_papers.number(row, bill, today(), prefixes.SELF_INVOICES, SELF_INVOICE)
    return row


def cancel(business: Business, user: User | None, self_invoice_id: int, reason: str) -> SelfInvoice:
    """Take one back that was made by mistake: its bill may change again, its number stays used.

    Raises ValidationError without a reason and for one cancelled before; SelfInvoice.DoesNotExist for one of
    another business.
    """
    checks = Checks()
    text = checks.text("reason", reason, 200, required="Say why; it is kept with the bill.")
    checks.finish()
    with transaction.atomic():
        # The bill first, as whoever makes one or changes the bill does.
        row = SelfInvoice.objects.get(business=business, pk=self_invoice_id)
        locked_bill(business, row.bill_id)
        row.refresh_from_db()
        refuse_cancelled(row)
        row.cancelled_at, row.cancelled_by, row.cancel_reason = timezone.now(), user, text
        row.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    return row


def refuse_making(bill: Bill) -> None:
    """Raise ValidationError that says why where a bill takes no self-invoice as it stands."""
    if bill.state == BillState.CANCELLED:
        raise refusal(f"{bill} is cancelled.")
    if not (bill.rcm and bill.vendor_kind == VendorKind.UNREGISTERED):
        raise refusal(
            "A self-invoice is made of what an unregistered vendor supplies on reverse charge; for all else "
            "the vendor's own bill is the invoice."
        )
    if not bill.business.gstin:
        raise refusal("Only a business with a GSTIN owes tax on reverse charge.")
    standing = bill.standing_self_invoice()
    if standing is not None:
        raise refusal(f"{bill} has the self-invoice {standing.number} already.")


def refuse_cancelled(row: SelfInvoice) -> None:
    """Raise ValidationError where a self-invoice was taken back before."""
    if row.cancelled_at is not None:
        raise refusal(f"Self-invoice {row.number} is cancelled already.")
