"""What is told of a quotation: sent, approved, declined, about to expire, expired, and what became of it."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User

from delivery.drafts import Draft
from gstbillingapp.actions.announce.telling import audience, settle, tell, tell_each
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import REMINDERS, Business, EventKind, Invoice, Quotation
from gstbillingapp.models.fields import day_text
from gstbillingapp.utils import knows, quotation_decided, thread_of


def quotation_sent(quotation: Quotation) -> None:
    """A quotation has its number and goes to the customer."""
    said = quotation_decided(quotation, "sent")
    said["title"] = f"{quotation.number} sent to {quotation.party}"
    said["message"] = f"{indian_format(quotation.total)}, valid until {day_text(quotation.valid_until)}"
    _tell_decision(quotation, said)


def quotation_approved(quotation: Quotation, before: datetime.datetime | None = None) -> None:
    """The customer takes the offer, having decided otherwise at that time `before`, or for the first time."""
    said = _decided(quotation, "approved", before)
    said["title"] = f"{quotation.party} approved {quotation.number}: convert to an invoice"
    _tell_decision(quotation, said)
    resolve_expiry(quotation, *_decision_keys(quotation, "declined", before))


def quotation_declined(quotation: Quotation, before: datetime.datetime | None = None) -> None:
    """The customer does not take the offer. See above."""
    said = _decided(quotation, "declined", before)
    said["title"] = f"{quotation.party} declined {quotation.number}"
    if quotation.decline_reason:
        said["message"] = f"{indian_format(quotation.total)}: {quotation.decline_reason}"
    _tell_decision(quotation, said)
    resolve_expiry(quotation, *_decision_keys(quotation, "approved", before))


def quotation_settled(quotation: Quotation) -> None:
    """There is a draft invoice now: nobody has to be reminded of the offer, or to convert it."""
    resolve_expiry(quotation, *_decision_keys(quotation, "approved", quotation.decided_at))


def quotation_converted(invoice: Invoice) -> None:
    """The invoice that was made of a quotation has its number; nothing where it was made of none."""
    quotation: Quotation | None = getattr(invoice, "quotation", None)
    if quotation is None:
        return
    tell(
        invoice.business,
        EventKind.QUOTATION_CONVERTED,
        title=f"{quotation.number} is now invoice {invoice.number}",
        message=f"{indian_format(invoice.total)} for {invoice.buyer_name}",
        notification_type="INVOICE",
        link_url=invoice.get_absolute_url(),
        link_text="View invoice",
        related_object_type="invoice",
        related_object_id=invoice.pk,
        dedupe_key=f"q:{quotation.pk}:conv",
        thread_key=thread_of(invoice),
    )


def quotations_expire(
    business: Business, stages: Mapping[Quotation, int], on: datetime.date, members: Sequence[User]
) -> None:
    """Nobody has answered these, and their last day is near or over: all in one go, each at its stage."""
    drafts = [_expiry(quotation, stage, on) for quotation, stage in stages.items()]
    tell_each(business, EventKind.QUOTATION_EXPIRY, drafts, to=members)


def _expiry(quotation: Quotation, stage: int, on: datetime.date) -> Draft:
    word = "expired" if quotation.valid_until < on else "expires"
    said = quotation_decided(quotation, word)
    said["title"] = f"{quotation.number} {word} {day_text(quotation.valid_until)}"
    said["dedupe_key"] = _expiry_key(quotation, stage)
    return Draft(**said)


def resolve_expiry(quotation: Quotation, *others: str) -> None:
    """Nobody needs to be reminded of its last day any more. After telling, as for invoices."""
    keys = [_expiry_key(quotation, stage) for stage in REMINDERS["quotations"].offered]
    settle(quotation.business, [*keys, *others])


def _tell_decision(quotation: Quotation, said: dict[str, Any]) -> None:
    tell(quotation.business, EventKind.QUOTATION_DECIDED, **said, priority="high")


def _decided(quotation: Quotation, decision: str, before: datetime.datetime | None) -> dict[str, Any]:
    """What is said of a decision; whoever decides the same once more is heard once more, by another key."""
    said = quotation_decided(quotation, decision)
    if before is not None and knows(audience(quotation.business), said["dedupe_key"]):
        *_, said["dedupe_key"] = _decision_keys(quotation, decision, quotation.decided_at)
    return said


def _decision_keys(quotation: Quotation, decision: str, at: datetime.datetime | None) -> list[str]:
    """The key of a decision for the first time, and of one that was made at that time, again."""
    key: str = quotation_decided(quotation, decision)["dedupe_key"]
    return [key] if at is None else [key, f"{key}:{at:%Y%m%d%H%M%S%f}"]


def _expiry_key(quotation: Quotation, stage: int) -> str:
    """With the last day in it; the stage is days after it, negative before it."""
    return f"q:{quotation.pk}:exp:{stage}:{quotation.valid_until}"
