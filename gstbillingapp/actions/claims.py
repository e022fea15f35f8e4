"""In which GSTR-3B the input tax of a bill or an expense is claimed, and what a filed one keeps of it."""

import datetime
from collections.abc import Collection

from gstbillingapp.actions.checks import Checks
from gstbillingapp.actions.returns import filing_of
from gstbillingapp.gst.claims import is_too_late, last_day_to_claim
from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.gst.returns import Filing, Form, Period, Span
from gstbillingapp.models import Bill, Business, Expense, NoCredit, ReturnFiling, Scheme, VendorNote
from gstbillingapp.models.fields import INDIA, day_text, today
from gstbillingapp.models.returns import period_of

Paper = Bill | Expense | VendorNote
OFFERED = 20  # months back that are offered: the tax of April can be claimed until November of the next year
AHEAD = 1  # and ahead, for goods that are still on their way


def filed_periods(business: Business) -> list[Period]:
    """The periods whose GSTR-3B is marked as filed."""
    rows = ReturnFiling.objects.filter(business=business, form=Form.GSTR_3B)
    return [row.period for row in rows]


def period_on(business: Business, day: datetime.date) -> Period:
    """The period of the business's GSTR-3B that a day lies in."""
    quarterly = filing_of(business) is Filing.QUARTERLY
    return period_of(Span.QUARTER if quarterly else Span.MONTH, day)


def filing_with(filed: Collection[Period], day: datetime.date) -> Period | None:
    """The filed period with that day; it may be of another length than the business files now."""
    return next((period for period in filed if period.first <= day <= period.last), None)


def first_open(business: Business, day: datetime.date, filed: Collection[Period]) -> Period:
    """The first period from that day's on that is not filed."""
    while (found := filing_with(filed, day)) is not None:
        day = found.after
    return period_on(business, day)


def first_open_for(business: Business, day: datetime.date) -> datetime.date | None:
    """When the first period begins that may have what is of that day; None where no GSTR-3B is filed."""
    if business.scheme != Scheme.REGULAR:
        return None
    return first_open(business, day, filed_periods(business)).first


def periods_offered(business: Business, on: datetime.date) -> list[Period]:
    """What may be chosen on that day, the newest first: what is filed is left out."""
    filed = filed_periods(business)
    month = on.year * 12 + on.month - 1
    days = (datetime.date(n // 12, n % 12 + 1, 1) for n in range(month + AHEAD, month - OFFERED, -1))
    periods = dict.fromkeys(period_on(business, day) for day in days if filing_with(filed, day) is None)
    return list(periods)


def told_in(paper: Paper) -> Period:
    """The period whose GSTR-3B has it."""
    return period_on(paper.business, paper.claimed_in or paper.date)


def held_by(paper: Paper) -> Period | None:
    """The filed period that has it, so that what it told stays; None while it is open."""
    if paper.business.scheme != Scheme.REGULAR:
        return None
    return filing_with(filed_periods(paper.business), paper.claimed_in or paper.date)


def place(
    checks: Checks,
    paper: Bill | Expense,
    typed: datetime.date | None,
    stored: Bill | Expense | None = None,
    *,
    own_paper: bool = False,
    elsewhere: bool = False,
) -> None:
    """Settle in which return a paper is told: the chosen one, that of its date, or else the first not filed.

    `stored` is what is being changed: told in a filed return, it stays there. `own_paper` is an invoice to
    oneself, of the day it is made and never too late (s.31(3)(f), Circular 211/5/2024); `elsewhere` says that
    its CGST is of another state. What is wrong with the choice is noted in `checks`.
    """
    paper.claimed_in, paper.no_credit = None, NoCredit.STATE if elsewhere else ""
    if paper.business.scheme != Scheme.REGULAR or checks.has("date"):
        return
    held = held_by(stored) if stored is not None else None
    if stored is not None and held is not None:
        _keep(checks, paper, stored, held)
        return
    on = today() if stored is None else stored.created_at.astimezone(INDIA).date()
    chosen = _chosen(checks, paper, typed, None if own_paper else on)
    if chosen.first > paper.date:
        paper.claimed_in = chosen.first
    if not paper.no_credit and not own_paper and is_too_late(paper.date, chosen, on):
        paper.no_credit = NoCredit.LATE


def _keep(checks: Checks, paper: Bill | Expense, stored: Bill | Expense, held: Period) -> None:
    paper.no_credit = stored.no_credit
    if paper.date > held.last:
        checks.refuse(
            "date", f"It is in GSTR-3B for {held.label}, which is filed: enter a day until its end."
        )
    elif paper.date < held.first:
        paper.claimed_in = held.first


def _chosen(
    checks: Checks, paper: Bill | Expense, typed: datetime.date | None, on: datetime.date | None
) -> Period:
    """The period that was chosen, or the usual one. `on` is when it was recorded; None: never too late."""
    filed = filed_periods(paper.business)
    usual = first_open(paper.business, paper.date, filed)
    if typed is None or checks.day("claimed_in", typed) == usual.first or checks.has("claimed_in"):
        return usual
    if on is not None and is_too_late(paper.date, usual, on):
        return usual  # no return is early enough, whichever was chosen
    chosen = period_on(paper.business, typed)
    problem = _problem_with(chosen, usual, paper, filed, on)
    if problem:
        checks.refuse("claimed_in", problem)
    return chosen


def _problem_with(
    chosen: Period,
    usual: Period,
    paper: Bill | Expense,
    filed: Collection[Period],
    on: datetime.date | None,
) -> str:
    if paper.rcm and chosen != usual:
        return f"On reverse charge the tax is owed and claimed in one return: choose {usual.label}."
    if chosen.first < usual.first:
        return f"Choose {usual.label} or later: before it, nothing was billed or the return is filed."
    if filing_with(filed, chosen.first) is not None:
        return f"GSTR-3B for {chosen.label} is filed: choose another one, such as {usual.label}."
    if on is not None and is_too_late(paper.date, chosen, on):
        year, last = financial_year(paper.date), day_text(last_day_to_claim(paper.date))
        return (
            f"Choose an earlier one: tax of FY {year} is claimed in a return filed by {last} (CGST s.16(4))."
        )
    return ""


def take_back(paper: Paper) -> None:
    """Have the first open return reverse what a filed one tells; otherwise it just counts no more."""
    held = held_by(paper)
    if held is not None:
        filed = filed_periods(paper.business)
        paper.reversed_in = first_open(paper.business, held.after, filed).first
