"""What is told of a vendor's bill: that it is to be paid, until it is."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User

from delivery.drafts import Draft
from gstbillingapp.actions.announce.telling import settle, tell, tell_each
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import REMINDERS, Bill, BillPayment, Business, EventKind
from gstbillingapp.models.fields import day_text


def bills_unpaid(
    business: Business, stages: Mapping[Bill, int], on: datetime.date, members: Sequence[User]
) -> None:
    """These fall due, or are overdue on that day: all in one go, each at its stage."""
    drafts = [_unpaid(bill, stage, on) for bill, stage in stages.items()]
    tell_each(business, EventKind.BILL_DUE, drafts, to=members)


def _unpaid(bill: Bill, stage: int, on: datetime.date) -> Draft:
    owed, due = indian_format(bill.balance), day_text(bill.due_date)
    title, message = f"Pay {bill.vendor_name} {owed} by {due}", f"Bill {bill.number} of {day_text(bill.date)}"
    if stage > 0:
        title = f"Pay {bill.vendor_name} {owed}: {_overdue(bill, on)}"
        message = f"Bill {bill.number} was due {due}"
    return Draft(
        title=title,
        message=message,
        notification_type="WARNING",
        link_url=bill.get_absolute_url(),
        link_text="View bill",
        related_object_type="bill",
        related_object_id=bill.pk,
        priority="normal" if stage <= 0 else "high",
        dedupe_key=_key(bill, stage, bill.due_date),
        thread_key=f"bill:{bill.pk}",
    )


def bill_settled(bill: Bill, due_date: datetime.date | None = None) -> None:
    """What reminders have said is over: that it was due on that day, its own where none is given.

    As of an invoice, those of the next stages say what is owed then.
    """
    keys = [_key(bill, stage, due_date or bill.due_date) for stage in REMINDERS["bills"].offered]
    settle(bill.business, keys)


def bill_paid(payment: BillPayment) -> None:
    """Money went to a vendor: that much less is to be paid than reminders have said.

    Low, as somebody here has just paid it: an open page of the bill follows.
    """
    bill = payment.bill
    tell(
        bill.business,
        EventKind.PAYMENT_RECORDED,
        title=f"{indian_format(payment.amount)} paid to {bill.vendor_name}",
        message=f"Bill {bill.number} balance {indian_format(bill.balance)}",
        notification_type="PAYMENT",
        **_link(payment),
        priority="low",
        dedupe_key=f"pay:bill:{payment.pk}",
    )
    bill_settled(bill)


def bill_payment_reversed(payment: BillPayment, on: datetime.date) -> None:
    """Money that was recorded as paid did not reach the vendor: as of that day it is to be paid again.

    What reminders said was owed is no longer so; this says what is, and those of the next stages follow.
    """
    bill = payment.bill
    until = f", {_overdue(bill, on)}" if on > bill.due_date else f" by {day_text(bill.due_date)}"
    owed = f"Bill {bill.number}: {indian_format(bill.balance)} to pay{until}"
    tell(
        bill.business,
        EventKind.PAYMENT_REVERSED,
        title=f"Payment {indian_format(payment.amount)} to {bill.vendor_name} did not go through",
        message=f"{owed}. {payment.reverse_reason}",
        notification_type="ERROR",
        **_link(payment),
        priority="high",
        dedupe_key=f"pay:bill:{payment.pk}:fail",
    )
    bill_settled(bill)


def _link(payment: BillPayment) -> dict[str, Any]:
    """Where its notifications lead, and what ties them to those of its bill."""
    return {
        "link_url": payment.bill.get_absolute_url(),
        "link_text": "View bill",
        "related_object_type": "bill_payment",
        "related_object_id": payment.pk,
        "thread_key": f"bill:{payment.bill_id}",
    }


def _overdue(bill: Bill, on: datetime.date) -> str:
    """By the days, not the stage: after an outage more have passed, and this is what a person reads."""
    days = (on - bill.due_date).days
    return f"overdue {days} {'day' if days == 1 else 'days'}"


def _key(bill: Bill, stage: int, due_date: datetime.date) -> str:
    """With the due date in it: another date is another reminder."""
    return f"bill:{bill.pk}:{stage}:{due_date}"
