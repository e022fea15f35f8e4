"""What is told of money received, and of money that did not come."""

from dataclasses import dataclass
from typing import Any

from gstbillingapp.actions.announce.invoices import resolve_reminders
from gstbillingapp.actions.announce.telling import tell
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import Business, EventKind, OpeningPayment, Payment
from gstbillingapp.models.payment import MoneyMoved
from gstbillingapp.utils import thread_of


@dataclass(frozen=True, slots=True)
class PaidFor:
    """What money was for: whose it is, what is left to pay in words, and where its notifications lead."""

    business: Business
    party: str
    balance: str
    key: str
    link: dict[str, Any]


def payment_recorded(payment: Payment) -> None:
    """Money came in."""
    _tell_received(payment, _invoice_of(payment))
    resolve_reminders(payment.invoice)


def payment_reversed(payment: Payment) -> None:
    """Money that was recorded did not come; what reminders said was owed meanwhile is no longer so."""
    _tell_not_cleared(payment, _invoice_of(payment))
    resolve_reminders(payment.invoice)


def opening_paid(payment: OpeningPayment) -> None:
    """Money came in for what was owed from before."""
    _tell_received(payment, _opening_of(payment))


def opening_payment_reversed(payment: OpeningPayment) -> None:
    """Money that was recorded for it did not come."""
    _tell_not_cleared(payment, _opening_of(payment))


def _tell_received(payment: MoneyMoved, paid: PaidFor) -> None:
    tell(
        paid.business,
        EventKind.PAYMENT_RECORDED,
        title=f"{indian_format(payment.amount)} received from {paid.party}",
        message=paid.balance,
        notification_type="PAYMENT",
        **paid.link,
        dedupe_key=paid.key,
    )


def _tell_not_cleared(payment: MoneyMoved, paid: PaidFor) -> None:
    tell(
        paid.business,
        EventKind.PAYMENT_REVERSED,
        title=f"Payment {indian_format(payment.amount)} of {paid.party} not cleared",
        message=f"{paid.balance}: {payment.reverse_reason}",
        notification_type="ERROR",
        **paid.link,
        priority="high",
        dedupe_key=f"{paid.key}:fail",
    )


def _invoice_of(payment: Payment) -> PaidFor:
    invoice = payment.invoice
    link = {
        "link_url": payment.get_absolute_url(),
        "link_text": "View invoice",
        "related_object_type": "payment",
        "related_object_id": payment.pk,
        "thread_key": thread_of(invoice),
    }
    balance = f"{invoice.number} balance {indian_format(invoice.balance)}"
    return PaidFor(invoice.business, invoice.buyer_name, balance, f"pay:{payment.pk}", link)


def _opening_of(payment: OpeningPayment) -> PaidFor:
    opening = payment.opening
    link = {
        "link_url": payment.get_absolute_url(),
        "link_text": "View balance",
        "related_object_type": "opening_payment",
        "related_object_id": payment.pk,
        "thread_key": f"opening:{payment.opening_id}",
    }
    balance = f"{opening.reference or 'Opening balance'}: balance {indian_format(opening.balance)}"
    return PaidFor(opening.business, opening.customer.name, balance, f"pay:opening:{payment.pk}", link)
