"""What happened to a quotation, oldest first."""

from collections.abc import Iterator

from gstbillingapp.models import Quotation, QuotationState
from gstbillingapp.templatetags.billing import day
from gstbillingapp.views.events import Event
from gstbillingapp.views.mailing import mail_events, name_of
from gstbillingapp.views.quotation_paper import printable_of


def timeline(quotation: Quotation) -> list[Event]:
    """Created, sent, e-mailed, answered, converted, in the order it happened."""
    events = list(_events(quotation))
    if not quotation.is_draft:
        events += mail_events(printable_of(quotation))
    return sorted(events, key=lambda event: event.at)


def _events(quotation: Quotation) -> Iterator[Event]:
    origin = f"Copied from {quotation.revises}" if quotation.revises else ""
    by = name_of(quotation.created_by)
    yield Event(quotation.created_at, "Draft created", "bi-pencil", note=origin, by=by)
    if quotation.sent_at is not None:
        text, note = f"Sent as {quotation.number}", f"Valid until {day(quotation.valid_until)}"
        yield Event(quotation.sent_at, text, "bi-send", "info", note, name_of(quotation.sent_by))
    if quotation.decided_at is not None:
        by = name_of(quotation.decided_by)
        if quotation.state == QuotationState.DECLINED:
            note = quotation.decline_reason
            yield Event(quotation.decided_at, "Declined by the customer", "bi-x-lg", "danger", note, by)
        else:
            yield Event(quotation.decided_at, "Approved by the customer", "bi-check-lg", "success", by=by)
    if quotation.invoice is not None:
        made = quotation.invoice
        text = "Converted to a draft invoice" if made.is_draft else f"Converted to {made.number}"
        yield Event(made.created_at, text, "bi-receipt", "success", by=name_of(made.created_by))
