"""Fills the bells of the demo: what its members would have been told of the past, most of it read."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

from django.contrib.auth.models import User
from django.utils import timezone

from delivery import inbox
from delivery.models import Delivery, DeliveryState, Notification
from gstbillingapp.actions import announce, products
from gstbillingapp.actions.announce import REMINDER_STAGES
from gstbillingapp.gst.returns import Form, Period, due_date
from gstbillingapp.models import (
    Business,
    Invoice,
    InvoiceState,
    InvoiceStatus,
    Payment,
    Product,
    Quotation,
    QuotationState,
    StockReason,
)
from gstbillingapp.models.fields import INDIA, today
from gstbillingapp.reminders import MORNING, latest_morning
from gstbillingapp.reminders.digest import owed_on

RUN_LOW = (("CAB-CT6", 6), ("STB-005", 2), ("ACS-015", 0))
UNREAD = 6


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, and the deed that told of it."""

    moment: datetime.datetime
    post: Callable[[], object]


def fill(business: Business, clerk: User, *, latest: int) -> None:
    """Post what the members would still have in their bells, in the order it happened, most of it read.

    `latest` is how many of the last payments and invoices are told of; `clerk` corrects the stock.
    """
    events = [
        *_past_payments(business, latest),
        *_past_invoices(business, latest),
        *_reminders(business, latest),
        *_answers(business),
        *_sold_out(business, clerk),
        *_duties(business),
    ]
    for event in sorted(events, key=lambda event: event.moment):
        _post(event)
    _settle(list(business.members()))


def _post(event: Event) -> None:
    known = Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    event.post()
    # Only the moment is of the past: the order and the revisions of the rows are as posted.
    Notification.objects.filter(pk__gt=known).update(created_at=event.moment)


def _settle(members: Sequence[User]) -> None:
    """Mark all but the newest as read, and everything as told."""
    for member in members:
        rows = Notification.objects.filter(user=member).order_by("-pk").values_list("pk", flat=True)
        for pk in rows[UNREAD:]:
            inbox.mark_read(member.pk, pk)
    # All of that was told in the past: nothing of it goes out to a page that is open now.
    told = Delivery.objects.filter(user__in=members)
    told.filter(notification=None).delete()
    told.update(state=DeliveryState.SENT, settled_at=timezone.now())


def _past_payments(business: Business, latest: int) -> Iterator[Event]:
    for payment in Payment.objects.filter(business=business).order_by("-created_at")[:latest]:
        yield Event(payment.created_at, partial(announce.payment_recorded, payment))


def _past_invoices(business: Business, latest: int) -> Iterator[Event]:
    invoices_of = Invoice.objects.filter(business=business)
    for invoice in invoices_of.with_status(InvoiceStatus.CANCELLED).order_by("-date")[:1]:
        yield Event(invoice.cancelled_at or timezone.now(), partial(announce.invoice_cancelled, invoice))
    for invoice in invoices_of.filter(state=InvoiceState.ISSUED).order_by("-date", "-pk")[:latest]:
        yield Event(invoice.issued_at or timezone.now(), partial(announce.invoice_issued, invoice))


def _answers(business: Business) -> Iterator[Event]:
    """Of each kind of answer to a quotation the last one."""
    for state, tell in (
        (QuotationState.APPROVED, announce.quotation_approved),
        (QuotationState.DECLINED, announce.quotation_declined),
    ):
        answered = Quotation.objects.filter(business=business, state=state)
        for quotation in answered.order_by("-decided_at")[:1]:
            yield Event(quotation.decided_at or timezone.now(), partial(tell, quotation))


def _reminders(business: Business, latest: int) -> Iterator[Event]:
    """Of each unpaid invoice the last thing that was said, those of this morning first."""
    this_morning, members = latest_morning(timezone.now()), announce.audience(business)
    said: list[tuple[datetime.date, Invoice, int]] = []
    for invoice in Invoice.objects.filter(business=business, balance__gt=0):
        days = {stage: invoice.due_date + datetime.timedelta(days=stage) for stage in REMINDER_STAGES}
        past = [stage for stage, day in days.items() if invoice.date < day <= this_morning]
        if past:
            said.append((days[max(past)], invoice, max(past)))
    for day, invoice, stage in sorted(said, key=itemgetter(0), reverse=True)[:latest]:
        yield Event(
            _morning(day), partial(announce.invoices_unpaid, business, {invoice: stage}, day, members)
        )


def _sold_out(business: Business, clerk: User) -> Iterator[Event]:
    for age, (sku, left) in enumerate(RUN_LOW):
        found = Product.objects.filter(business=business, sku=sku).first()
        if found is not None:
            take = partial(
                products.adjust_stock, business, clerk, found.pk, left - found.stock, StockReason.CORRECTION
            )
            yield Event(timezone.now() - datetime.timedelta(days=age, hours=2), take)


def _duties(business: Business) -> Iterator[Event]:
    yield _digest(business)
    yield _filing(business)


def _digest(business: Business) -> Event:
    digest = partial(announce.digest, business, today(), *owed_on(business, today()))
    return Event(_morning(today()), digest)


def _filing(business: Business) -> Event:
    last_month = today().replace(day=1) - datetime.timedelta(days=1)
    month = Period.month(last_month.year, last_month.month)
    due = due_date(Form.GSTR_1, month)
    members = announce.audience(business)
    filing = partial(announce.return_due, business, Form.GSTR_1, month, due, -3, "", members)
    return Event(_morning(due - datetime.timedelta(days=3)), filing)


def _morning(day: datetime.date) -> datetime.datetime:
    """Nine o'clock, when reminders go out, and never later than now."""
    return min(datetime.datetime.combine(day, MORNING, INDIA), timezone.now())
