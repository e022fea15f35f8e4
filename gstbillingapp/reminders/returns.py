"""Returns that fall due or are late, and the last day for the credit notes of a year."""

import datetime
from collections.abc import Iterable

from gstbillingapp.actions import announce
from gstbillingapp.actions import returns as deeds
from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.gst.returns import Filing, Form, credit_note_cut_off, months_before
from gstbillingapp.models import Business, Invoice, ReminderSettings
from gstbillingapp.reminders.days import DAY
from gstbillingapp.reminders.invoices import stages_on
from gstbillingapp.returns.books import books_of
from gstbillingapp.returns.calendar import Duty, duties, first_month, with_filings
from gstbillingapp.returns.care import care_of, words_of

# Months back whose returns may still fall due: GSTR-9 does nine months after its year, and is often extended.
LONGEST_DUE = 24
# The returns that tell of single documents, in which something may need care.
OF_DOCUMENTS = (Form.GSTR_1, Form.IFF, Form.GSTR_3B)


def remind_of_returns(business: Business, day: datetime.date, today: datetime.date, after: int) -> int | None:
    """Remind of returns that are not filed; a business has so few that a day is one page."""
    stages = stages_on(day, today, ReminderSettings.of(business).stages_of("returns"))
    owed = duties(business, months_before(day, LONGEST_DUE), day)
    due = [duty for duty in owed if duty.due in stages]
    moved = [duty for duty in owed if _was_spoken_of(duty, day)]
    if due or moved:
        deeds.lock(business)
        _forget_earlier_days(business, moved)
        _remind(business, _left_to_file(business, due), stages)
    return None


def _left_to_file(business: Business, due: Iterable[Duty]) -> list[Duty]:
    """Those that are not filed; of what ended before the business began, nothing has to be."""
    begun = first_month(business)
    return [duty for duty in with_filings(business, due) if duty.filing is None and duty.period.last >= begun]


def _was_spoken_of(duty: Duty, day: datetime.date) -> bool:
    """Whether a day it was due before has been told, and the one it is due now has not passed."""
    first_told = announce.RETURN_STAGES[0] * DAY
    return any(earlier + first_told <= day <= duty.due for earlier in duty.earlier)


def _forget_earlier_days(business: Business, moved: Iterable[Duty]) -> None:
    for duty in moved:
        announce.resolve_return(business, duty.form, duty.period, duty.earlier)


def _remind(business: Business, found: Iterable[Duty], stages: dict[datetime.date, int]) -> None:
    members = announce.audience(business)
    for duty in found:
        care = words_of(care_of(books_of(business, duty.period))) if duty.form in OF_DOCUMENTS else ""
        announce.return_due(business, duty.form, duty.period, duty.due, stages[duty.due], care, members)


def remind_of_cut_off(business: Business, day: datetime.date, today: datetime.date, after: int) -> int | None:
    """Remind of the last day on which a credit note for a supply of the year before lowers the tax."""
    year = financial_year(day.replace(day=1, year=day.year - 1))
    stages = stages_on(day, today, ReminderSettings.of(business).stages_of("note_cut_off"))
    last = credit_note_cut_off(year)
    if last in stages and deeds.filing_of(business) in (Filing.MONTHLY, Filing.QUARTERLY):
        billed = Invoice.objects.filter(business=business, financial_year=year).exclude(number="")
        if billed.exists():
            announce.notes_close(business, year, stages[last], announce.audience(business))
    return None
