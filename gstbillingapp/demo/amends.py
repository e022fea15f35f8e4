"""The demo's notes and advances: what comes back, what comes early, and who owes too much."""

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from gstbillingapp.actions import customers, notes, receipts, set_offs
from gstbillingapp.actions.data import CustomerData, NoteData, NoteLineData, ReceiptData, RefundData
from gstbillingapp.models import Customer, Invoice, InvoiceState, Note, NoteKind, NoteReason, Receipt
from gstbillingapp.models.fields import today
from gstbillingapp.receivables import ageing, net_owed

if TYPE_CHECKING:
    from gstbillingapp.demo.load import Shop

RECENT = datetime.timedelta(days=70)


def amend(shop: "Shop") -> None:
    """A return, a discount on a paid invoice, a value that was too low; two advances, one of them used.

    And for the return's trouble something without tax, which the returns have nothing of.
    """
    unpaid, paid = _latest(shop, is_paid=False), _latest(shop, is_paid=True)
    _note(shop, unpaid[0], NoteKind.CREDIT, NoteReason.RETURN, "", qty=Decimal(1))
    text = "Discount for payment before the due date"
    _note(shop, paid[0], NoteKind.CREDIT, NoteReason.DISCOUNT, text, amount=Decimal(250))
    _note(shop, unpaid[1], NoteKind.DEBIT, NoteReason.CORRECTION, "Freight was left out", amount=Decimal(450))
    text = "For the trouble with the return"
    _note(shop, unpaid[0], NoteKind.CREDIT, NoteReason.OTHER, text, commercial=True, amount=Decimal(100))
    _advances(shop, unpaid[2])


def over_the_limit(shop: "Shop") -> Customer:
    """Have the customer who owes most owe more than a limit; whoever is a member is told."""
    debtor = next(row for row in ageing(shop.business).debtors() if row.ages.owed)
    customer = Customer.objects.get(pk=debtor.pk)
    limit = net_owed(customer) * Decimal("0.8") // 1000 * 1000
    data = {name: getattr(customer, name) for name in CustomerData.__dataclass_fields__}
    if customer.kind == "overseas":
        data["state_code"] = ""
    return customers.save(shop.business, CustomerData(**{**data, "credit_limit": limit}), customer.pk)


def _latest(shop: "Shop", *, is_paid: bool) -> list[Invoice]:
    rows = Invoice.objects.filter(
        business=shop.business, state=InvoiceState.ISSUED, date__gte=today() - RECENT, total__gt=2000
    )
    found = rows.filter(balance=0) if is_paid else rows.filter(balance__gt=2000)
    return list(found.order_by("-date", "-pk"))


def _note(
    shop: "Shop",
    invoice: Invoice,
    kind: NoteKind,
    reason: NoteReason,
    text: str,
    *,
    commercial: bool = False,
    **typed: Decimal,
) -> Note:
    """Against the first line of an invoice."""
    lines = [NoteLineData(**typed)]
    data = NoteData(kind=kind, reason=reason, reason_text=text, commercial=commercial, lines=lines)
    return notes.issue(shop.business, shop.clerk, invoice.pk, data)


def _advances(shop: "Shop", owed: Invoice) -> None:
    used = _advance(shop, owed.customer_id, Decimal(5000), "Copper cable for the new wing", is_service=False)
    part = min(owed.balance, Decimal(2000))
    set_offs.set_off(shop.business, shop.clerk, owed.pk, Receipt, used.pk, part)
    refund = RefundData(amount=Decimal(1000), reference="UTR4400912345")
    set_offs.refund(shop.business, shop.clerk, Receipt, used.pk, refund)
    _advance(shop, shop.customers[0].pk, Decimal(11800), "Wiring of the showroom", is_service=True)


def _advance(
    shop: "Shop", customer_id: int | None, amount: Decimal, purpose: str, *, is_service: bool
) -> Receipt:
    data = ReceiptData(
        customer_id=customer_id,
        date=today() - datetime.timedelta(days=2),
        amount=amount,
        reference="UTR4400911718",
        purpose=purpose,
        is_service=is_service,
    )
    return receipts.record(shop.business, shop.clerk, data)
