"""Noting that a return is filed, and taking that back. Filing itself is done on the portal."""

import datetime
import re

from django.contrib.auth.models import User
from django.db import transaction

from gstbillingapp.actions import announce
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.gst.returns import Filing, Form, Period, credit_note_cut_off, due_date, obligations
from gstbillingapp.models import Business, FilingFrequency, ReturnDueDate, ReturnFiling, Scheme
from gstbillingapp.models.fields import day_text, today

ARN = re.compile(r"[A-Z0-9]{15}")


def filing_of(business: Business) -> Filing | None:
    """How a business files; None for one that is not registered."""
    if business.scheme == Scheme.UNREGISTERED:
        return None
    if business.scheme == Scheme.COMPOSITION:
        return Filing.COMPOSITION
    quarterly = business.filing_frequency == FilingFrequency.QUARTERLY
    return Filing.QUARTERLY if quarterly else Filing.MONTHLY


def is_owed(business: Business, form: Form, period: Period) -> bool:
    """Whether the business files such a return for such a period."""
    filing = filing_of(business)
    last_month = Period.month(period.last.year, period.last.month)
    return filing is not None and (form, period) in obligations(filing, last_month)


def file(
    business: Business,
    user: User | None,
    form: Form,
    period: Period,
    *,
    filed_on: datetime.date | None = None,
    arn: str = "",
) -> ReturnFiling:
    """Note that a return is filed; its reminders are marked read in every inbox.

    Raises ValidationError for a return that the business does not file, a period that has not ended, one
    that is filed already, and for what was typed.
    """
    checks = Checks()
    day = _checked_day(checks, filed_on or today(), period)
    number = _checked_arn(checks, arn)
    if not is_owed(business, form, period):
        checks.refuse("__all__", f"This business files no {form} for {period.label}.")
    checks.finish()
    with transaction.atomic():
        lock(business)
        filing, is_new = ReturnFiling.objects.get_or_create(
            business=business,
            form=form,
            span=period.span,
            first=period.first,
            defaults={"filed_on": day, "arn": number, "filed_by": user},
        )
        if not is_new:
            raise refusal(f"{form} for {period.label} is marked as filed already.")
        announce.resolve_return(business, form, period, due_days(business, form, period))
    return filing


def undo(business: Business, filing_id: int) -> ReturnFiling:
    """Take the note back; what is still to come of its reminders comes.

    Raises ReturnFiling.DoesNotExist for one of another business.
    """
    with transaction.atomic():
        lock(business)
        filing = ReturnFiling.objects.get(business=business, pk=filing_id)
        pk = filing.pk
        filing.delete()
    filing.pk = pk
    return filing


def last_day_to_credit(business: Business, year: str) -> datetime.date:
    """The last day on which a credit note lowers the tax on supplies of a financial year (CGST s.34(2)).

    It is to be declared by 30 November after the year, or by the annual return where that was filed earlier:
    what counts is the day on which it is made, whatever day is written on it.
    """
    last, its_year = credit_note_cut_off(year), Period.year(year)
    if today() <= its_year.last:
        return last
    annual = ReturnFiling.objects.filter(
        business=business, form=Form.GSTR_9, span=its_year.span, first=its_year.first
    )
    return min([last, *annual.values_list("filed_on", flat=True)])


def lock(business: Business) -> None:
    """Let no reminder of a return be posted while it is being marked as filed, or the other way about."""
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)


def due_days(business: Business, form: Form, period: Period) -> set[datetime.date]:
    """Every day the return is or was due: by the rule, and by each extension."""
    state = business.state_code
    rows = ReturnDueDate.objects.filter(form=form, span=period.span, first=period.first)
    moved = (row.due for row in rows if row.extension().moves(form, period, state))
    return {due_date(form, period, state=state), *moved}


def _checked_day(checks: Checks, day: datetime.date, period: Period) -> datetime.date:
    if today() <= period.last:
        checks.refuse("filed_on", f"{period.label} ends on {day_text(period.last)}; it is filed after that.")
    elif not period.last < day <= today():
        checks.refuse("filed_on", f"Enter a day from {day_text(period.after)} to today, {day_text(today())}.")
    return day


def _checked_arn(checks: Checks, typed: str) -> str:
    number = "".join(typed.split()).upper()
    if number and not ARN.fullmatch(number):
        checks.refuse("arn", "An ARN has 15 letters and digits, such as AA291126123456K; or leave it empty.")
    return number
