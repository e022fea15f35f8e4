"""The quotations of the demo: some in each state, made through the actions and put back in time."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.contrib.auth.models import User
from django.utils import timezone

from gstbillingapp.actions import invoices, quotations
from gstbillingapp.actions.data import InvoiceData
from gstbillingapp.models import Business, Invoice, Quotation, QuotationState
from gstbillingapp.models.fields import INDIA, today

DECIDES_AFTER = datetime.timedelta(days=2, hours=3)
REASONS = ("Found it cheaper elsewhere", "The project is put off to next year")


@dataclass(frozen=True, slots=True)
class Offer:
    """One quotation: how many days ago it was sent, how many it holds, and what became of it."""

    age: int
    days: int
    state: str
    billed: bool = False  # of a converted one: whether its invoice is issued


# In the order in which they were sent, so that numbers and dates run together.
OFFERS = (
    Offer(48, 15, QuotationState.EXPIRED),
    Offer(41, 30, QuotationState.DECLINED),
    Offer(33, 60, QuotationState.CONVERTED, billed=True),
    Offer(27, 15, QuotationState.EXPIRED),
    Offer(22, 30, QuotationState.CONVERTED, billed=True),
    Offer(16, 30, QuotationState.DECLINED),
    Offer(13, 15, QuotationState.SENT),
    Offer(9, 30, QuotationState.CONVERTED),
    Offer(6, 15, QuotationState.APPROVED),
    Offer(4, 30, QuotationState.SENT),
    Offer(3, 30, QuotationState.APPROVED),
    Offer(1, 15, QuotationState.SENT),
)


def make(business: Business, clerk: User, orders: Iterator[InvoiceData], drafts: int) -> None:
    """Make them of what customers asked for: `orders` gives as many as are wanted."""
    reasons = iter(REASONS)
    for offer in OFFERS:
        stored = _sent(business, clerk, next(orders), offer)
        if offer.state == QuotationState.APPROVED:
            quotations.approve(business, clerk, stored.pk)
        elif offer.state == QuotationState.DECLINED:
            quotations.decline(business, clerk, stored.pk, next(reasons))
        elif offer.state == QuotationState.CONVERTED:
            _convert(business, clerk, stored, billed=offer.billed)
        _put_back(stored, offer)
    for _ in range(drafts):
        quotations.save_draft(business, clerk, next(orders))


def _sent(business: Business, clerk: User, order: InvoiceData, offer: Offer) -> Quotation:
    date = today() - datetime.timedelta(days=offer.age)
    last_day = max(date + datetime.timedelta(days=offer.days), today())  # it is sent now, and put back later
    draft = quotations.save_draft(business, clerk, replace(order, date=date, due_date=last_day))
    return quotations.send(business, clerk, draft.pk)


def _convert(business: Business, clerk: User, quotation: Quotation, *, billed: bool) -> None:
    quotations.approve(business, clerk, quotation.pk)
    made: Invoice = quotations.convert(business, clerk, quotation.pk)
    if billed:
        invoices.issue(business, clerk, made.pk)


def _put_back(quotation: Quotation, offer: Offer) -> None:
    """Say that it happened when it is said to have; the guard of Quotation.objects would refuse that."""
    sent_at = datetime.datetime.combine(quotation.date, datetime.time(11, 20), INDIA)
    stored = Quotation._base_manager.filter(pk=quotation.pk)
    stored.update(created_at=sent_at, sent_at=sent_at)
    decided = stored.filter(decided_at__isnull=False)
    decided.update(decided_at=min(sent_at + DECIDES_AFTER, timezone.now()))
    stored.update(valid_until=quotation.date + datetime.timedelta(days=offer.days))
    if offer.state == QuotationState.EXPIRED:
        stored.update(state=QuotationState.EXPIRED)
