"""Where the input tax of a bill or an expense is claimed, in words."""

from collections.abc import Iterable

from gstbillingapp.actions.claims import last_day_to_claim, period_on, told_in
from gstbillingapp.models import Bill, BillState, Expense, NoCredit, VendorNote, VendorNoteLine
from gstbillingapp.models.bill import CLAIMED
from gstbillingapp.templatetags.billing import day

CANCELLED = BillState.CANCELLED  # as expenses are, too


def note_claim_words(note: VendorNote, lines: Iterable[VendorNoteLine]) -> str:
    """In which return a vendor's credit note gives back tax; nothing where none of its lines was claimed."""
    if note.no_credit or not any(line.itc in CLAIMED and line.rate for line in lines):
        return ""
    if note.state != CANCELLED:
        return f"Taken off in {told_in(note).label}"
    if note.reversed_in is None:
        return ""
    again = period_on(note.business, note.reversed_in)
    return f"Taken off in {told_in(note).label}, claimed again in {again.label}"


def claim_words(paper: Bill | Expense) -> str:
    """In which return its tax is claimed and given back, or why it is not; nothing of what counts no more."""
    if paper.state == CANCELLED and paper.reversed_in is None:
        return ""
    told = told_in(paper)
    if paper.no_credit == NoCredit.LATE:
        last = day(last_day_to_claim(paper))
        return f"Too late to claim: only in a return filed by {last} (s.16(4)). Told in {told.label}, 4(D)."
    if paper.no_credit == NoCredit.STATE:
        return f"Tax of another state, which cannot be claimed. Told in {told.label}, 4(D)."
    if paper.reversed_in is not None:
        back = period_on(paper.business, paper.reversed_in)
        return f"Claimed in {told.label}, reversed in {back.label}"
    late = "" if paper.claimed_in is None else ", later than its date"
    return f"Claimed in {told.label}{late}"
