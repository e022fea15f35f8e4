"""What is told of returns: due in some days, late, and the last day for credit notes of a year."""

import datetime
from collections.abc import Iterable, Sequence

from django.contrib.auth.models import User
from django.urls import reverse

from gstbillingapp.actions.announce.telling import settle, tell
from gstbillingapp.gst.returns import Form, Period, credit_note_cut_off
from gstbillingapp.models import REMINDERS, Business, EventKind
from gstbillingapp.models.fields import day_text

# On which days a return may be spoken of: days after its due date, negative before it.
RETURN_STAGES = REMINDERS["returns"].offered
# From the day before on it is urgent.
URGENT = -1
PREPARED_AT = {Form.GSTR_1: "gstr1", Form.IFF: "gstr1", Form.GSTR_3B: "gstr3b"}


def return_due(
    business: Business,
    form: Form,
    period: Period,
    due: datetime.date,
    stage: int,
    care: str,
    members: Sequence[User],
) -> None:
    """A return falls due, or is late. `care` says what needs care in its documents; empty for nothing."""
    title = f"{form} for {period.label} due {day_text(due)}"
    if stage > 0:
        title = f"{form} for {period.label} is late: it was due {day_text(due)}"
    screen = PREPARED_AT.get(form)
    tell(
        business,
        EventKind.RETURN_DUE,
        to=members,
        title=title,
        message=care or _what_to_do(form),
        notification_type="SYSTEM",
        link_url=f"{reverse(screen)}?period={period.code}" if screen else reverse("return_list"),
        link_text=f"Prepare {form}" if screen else "View returns",
        related_object_type="business",
        related_object_id=business.pk,
        priority="high" if stage >= URGENT else "normal",
        dedupe_key=_return_key(business, form, period, stage, due),
        thread_key=f"gst:{form}:{period.code}",
    )


def _what_to_do(form: Form) -> str:
    if form in (Form.PMT_06, Form.CMP_08):
        return "Pay the tax on the portal, then mark it as filed here."
    return "Every document of the period is in order. File it on the portal, then mark it as filed here."


def resolve_return(business: Business, form: Form, period: Period, due_days: Iterable[datetime.date]) -> None:
    """Nobody needs to be reminded of a return, whichever of these days it was due."""
    keys = [
        _return_key(business, form, period, stage, due) for due in sorted(due_days) for stage in RETURN_STAGES
    ]
    settle(business, keys)


def _return_key(business: Business, form: Form, period: Period, stage: int, due: datetime.date) -> str:
    """With the due date in it: an extension is told anew."""
    said = "late" if stage > 0 else str(-stage)
    return f"gst:{business.gstin}:{form}:{period.code}:{said}:{due}"


def notes_close(business: Business, year: str, stage: int, members: Sequence[User]) -> None:
    """The last day on which a credit note for a supply of a year lowers the tax is near (CGST s.34(2))."""
    last = credit_note_cut_off(year)
    tell(
        business,
        EventKind.NOTE_CUT_OFF,
        to=members,
        title=f"Credit notes for FY {year} close on {last.day} {last:%B}",
        message=f"A credit note for an invoice of FY {year} lowers your tax only if a return you file by "
        f"{day_text(last)} has it, or your annual return where that is filed earlier.",
        notification_type="SYSTEM",
        link_url=reverse("invoice_list"),
        link_text="View invoices",
        related_object_type="business",
        related_object_id=business.pk,
        dedupe_key=f"gst:{business.gstin}:s34:{year}:{-stage}",
        thread_key=f"gst:s34:{year}",
    )
