"""What is told of returns: due in some days, late, and the last day for credit notes of a year."""

import datetime
from collections.abc import Iterable, Sequence

from django.contrib.auth.models import User
from django.urls import reverse

from gstbillingapp.gst.returns import Form, Period, credit_note_cut_off
from gstbillingapp.models import Business
from gstbillingapp.models.fields import day_text
from gstbillingapp.utils import create_notifications, resolve_notifications

# On which days a return is spoken of: days after its due date, negative before it.
RETURN_STAGES = (-7, -3, -1, 0, 1)
# Likewise the last day for the credit notes of a year.
CUT_OFF_STAGES = (-30, -7)
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
    create_notifications(
        members,
        title,
        care or _what_to_do(form),
        "SYSTEM",
        f"{reverse(screen)}?period={period.code}" if screen else reverse("return_list"),
        f"Prepare {form}" if screen else "View returns",
        "business",
        business.pk,
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
    resolve_notifications(business.members(), keys)


def _return_key(business: Business, form: Form, period: Period, stage: int, due: datetime.date) -> str:
    """With the due date in it: an extension is told anew."""
    said = "late" if stage > 0 else str(-stage)
    return f"gst:{business.gstin}:{form}:{period.code}:{said}:{due}"


def notes_close(business: Business, year: str, stage: int, members: Sequence[User]) -> None:
    """The last day on which a credit note for a supply of a year lowers the tax is near (CGST s.34(2))."""
    last = credit_note_cut_off(year)
    create_notifications(
        members,
        f"Credit notes for FY {year} close on {last.day} {last:%B}",
        f"A credit note for an invoice of FY {year} lowers your tax only if you report it by "
        f"{day_text(last)}, or by your annual return where that is filed earlier.",
        "SYSTEM",
        reverse("invoice_list"),
        "View invoices",
        "business",
        business.pk,
        dedupe_key=f"gst:{business.gstin}:s34:{year}:{-stage}",
        thread_key=f"gst:s34:{year}",
    )
