"""Returns that fall due or are late, and the last day for the credit notes of a year."""

import datetime
from collections.abc import Iterable, Iterator
from itertools import pairwise

from gstbillingapp.actions import announce
from gstbillingapp.actions import returns as deeds
from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.gst.returns import Filing, Form, credit_note_cut_off
from gstbillingapp.models import Business, Invoice
from gstbillingapp.reminders.days import DAY
from gstbillingapp.returns.books import books_of
from gstbillingapp.returns.calendar import Duty, duties, months_before, with_filings
from gstbillingapp.returns.care import care_of, words_of

# Months back whose returns may still fall due: GSTR-9 does nine months after its year, and is often extended.
LONGEST_DUE = 24
# The returns that tell of single documents, in which something may need care.
OF_DOCUMENTS = (Form.GSTR_1, Form.IFF, Form.GSTR_3B)


def remind_of_returns(business: Business, day: datetime.date, today: datetime.date, after: int) -> int | None:
    """Remind of returns that are not filed; they are few, so a day is one page."""
    owed = duties(business, months_before(day, LONGEST_DUE), day)
    spoken_of = [duty for duty in owed if _stage(duty.due, announce.RETURN_STAGES, day, today) is not None]
    if spoken_of or any(_was_spoken_of(duty, day) for duty in owed):
        deeds.lock(business)
        unfiled = {(duty.form, duty.period) for duty in with_filings(business, owed) if duty.filing is None}
        _forget_earlier_days(business, [duty for duty in owed if _was_spoken_of(duty, day)])
        _remind(business, [duty for duty in spoken_of if (duty.form, duty.period) in unfiled], day, today)
    _remind_of_cut_off(business, day, today)
    return None


def _stage(
    due: datetime.date, stages: tuple[int, ...], day: datetime.date, today: datetime.date
) -> int | None:
    """Which stage of a due date it is on `day`; None where the next one has come by `today` as well."""
    ends = dict(pairwise(stages))
    for stage in stages:
        if due + stage * DAY == day:
            overtaken = stage in ends and due + ends[stage] * DAY <= today
            return None if overtaken else stage
    return None


def _was_spoken_of(duty: Duty, day: datetime.date) -> bool:
    """Whether a day it was due before has been told, and the one it is due now has not passed."""
    return any(earlier + announce.RETURN_STAGES[0] * DAY <= day <= duty.due for earlier in duty.earlier)


def _forget_earlier_days(business: Business, moved: Iterable[Duty]) -> None:
    for duty in moved:
        announce.resolve_return(business, duty.form, duty.period, duty.earlier)


def _remind(business: Business, found: Iterable[Duty], day: datetime.date, today: datetime.date) -> None:
    members = list(business.members())
    for duty in found:
        stage = _stage(duty.due, announce.RETURN_STAGES, day, today)
        assert stage is not None
        care = words_of(care_of(books_of(business, duty.period))) if duty.form in OF_DOCUMENTS else ""
        announce.return_due(business, duty.form, duty.period, duty.due, stage, care, members)


def _remind_of_cut_off(business: Business, day: datetime.date, today: datetime.date) -> None:
    if deeds.filing_of(business) not in (Filing.MONTHLY, Filing.QUARTERLY):
        return
    for year, stage in _cut_offs(day, today):
        if Invoice.objects.filter(business=business, financial_year=year).exclude(number="").exists():
            announce.notes_close(business, year, stage, list(business.members()))


def _cut_offs(day: datetime.date, today: datetime.date) -> Iterator[tuple[str, int]]:
    year = financial_year(day.replace(year=day.year - 1, day=1))
    stage = _stage(credit_note_cut_off(year), announce.CUT_OFF_STAGES, day, today)
    if stage is not None:
        yield year, stage
