"""Which returns a business has to file, until when, and which of them it has filed."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gstbillingapp.actions.returns import filing_of
from gstbillingapp.gst.returns import (
    Extension,
    Filing,
    Form,
    Period,
    Span,
    due_date,
    months_before,
    obligations,
)
from gstbillingapp.models import Business, Invoice, ReturnDueDate, ReturnFiling
from gstbillingapp.models.fields import INDIA
from gstbillingapp.models.returns import period_of

SHOWN = 12  # months of the list
FORM_NAMES, SPAN_NAMES = frozenset(map(str, Form)), frozenset(map(str, Span))


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One return of one period; `earlier` are the days it was due before it was extended."""

    form: Form
    period: Period
    due: datetime.date
    earlier: tuple[datetime.date, ...] = ()
    filing: ReturnFiling | None = None

    def days_left(self, on: datetime.date) -> int:
        """Days from that day to the due date; negative when it is late."""
        return (self.due - on).days

    @property
    def is_extended(self) -> bool:
        """Whether the day is another than the rule's."""
        return bool(self.earlier)


def duties(business: Business, first: datetime.date, last: datetime.date) -> list[Duty]:
    """The returns of all periods that a day from `first` to `last` lies in, by due date. One query.

    Of years only those that end by the quarter of `last`: nobody looks ahead so far.
    """
    filing = filing_of(business)
    if filing is None:
        return []
    moved = extensions(first)
    found = [
        _duty(business, form, period, moved)
        for month in months(first, period_of(Span.QUARTER, last).last)
        for form, period in obligations(filing, month)
        if period.first <= last
    ]
    return sorted(found, key=lambda duty: (duty.due, duty.period.first, duty.form))


def duty_of(business: Business, form: Form, period: Period) -> Duty:
    """One return with its due date. Raises InputError where the form has no such period."""
    return _duty(business, form, period, extensions(period.first))


def with_filings(business: Business, found: Iterable[Duty]) -> list[Duty]:
    """The same, each with what was noted when it was filed."""
    filed = {(row.form, row.period): row for row in ReturnFiling.objects.filter(business=business)}
    return [
        Duty(
            form=duty.form,
            period=duty.period,
            due=duty.due,
            earlier=duty.earlier,
            filing=filed.get((duty.form.value, duty.period)),
        )
        for duty in found
    ]


def extensions(since: datetime.date) -> list[Extension]:
    """Every extension of a period that had not ended by that day; the longest period is a year."""
    a_year_before = since - datetime.timedelta(days=366)
    return [row.extension() for row in ReturnDueDate.objects.filter(first__gte=a_year_before)]


def months(first: datetime.date, last: datetime.date) -> Iterator[Period]:
    """The months from one day's to another's."""
    month = Period.month(first.year, first.month)
    while month.first <= last:
        yield month
        month = Period.month(month.after.year, month.after.month)


def first_month(business: Business) -> datetime.date:
    """The first day of the month since which it bills, or is here: nothing earlier is filed here."""
    earliest = Invoice.objects.filter(business=business).order_by("date", "id").values_list("date", flat=True)
    here_since = business.created_at.astimezone(INDIA).date()
    return min(earliest.first() or here_since, here_since).replace(day=1)


def begin_of(business: Business, on: datetime.date) -> datetime.date:
    """From which month on returns are shown: its first, and a year back at most."""
    return max(first_month(business), months_before(on, SHOWN))


def period_under_way(business: Business, on: datetime.date) -> Period:
    """The period with that day in it, as long as the business files for."""
    return period_of(Span.QUARTER if filing_of(business) is Filing.QUARTERLY else Span.MONTH, on)


def return_periods(business: Business, on: datetime.date) -> list[Period]:
    """The periods a return can be looked at for, the newest first: the one under way among them."""
    found = {period_under_way(business, month.first) for month in months(begin_of(business, on), on)}
    return sorted(found, key=lambda period: period.first, reverse=True)


def period_named(business: Business, code: str, on: datetime.date) -> Period:
    """The period that an address names by its MMYYYY; the last one that has ended where it names none."""
    day = _first_of(code) or period_under_way(business, on).first - datetime.timedelta(days=1)
    return period_under_way(business, day)


def _first_of(code: str) -> datetime.date | None:
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        return None
    month, year = int(code[:2]), int(code[2:])
    return datetime.date(year, month, 1) if 1 <= month <= 12 and 2017 <= year <= 2098 else None


def named(form: str, span: str, code: str) -> tuple[Form, Period] | None:
    """The return that an address names, by the MMYYYY of the last month; None where there is none."""
    day = _first_of(code)
    if day is None or form not in FORM_NAMES or span not in SPAN_NAMES:
        return None
    return Form(form), period_of(span, day)


def _duty(business: Business, form: Form, period: Period, moved: list[Extension]) -> Duty:
    state = business.state_code
    due = due_date(form, period, state=state, extensions=moved)
    by_rule = due_date(form, period, state=state)
    known = {by_rule, *(each.due for each in moved if each.moves(form, period, state))}
    return Duty(form=form, period=period, due=due, earlier=tuple(sorted(day for day in known if day != due)))
