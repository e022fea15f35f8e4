"""Where the input tax of a bill or an expense is claimed, in words."""

from gstbillingapp.actions.claims import period_on, told_in
from gstbillingapp.gst.claims import last_day_to_claim
from gstbillingapp.models import Bill, BillState, Expense, NoCredit
from gstbillingapp.templatetags.billing import day

CANCELLED = BillState.CANCELLED  # as expenses are, too


def claim_words(paper: Bill | Expense) -> str:
    """In which return its tax is claimed and given back, or why it is not; nothing of what counts no more."""
    if paper.state == CANCELLED and paper.reversed_in is None:
        return ""
    told = told_in(paper)
    if paper.no_credit == NoCredit.LATE:
        last = day(last_day_to_claim(paper.date))
        return f"Too late to claim: only in a return filed by {last} (s.16(4)). Told in {told.label}, 4(D)."
    if paper.no_credit == NoCredit.STATE:
        return f"Tax of another state, which cannot be claimed. Told in {told.label}, 4(D)."
    if paper.reversed_in is not None:
        back = period_on(paper.business, paper.reversed_in)
        return f"Claimed in {told.label}, reversed in {back.label}"
    late = "" if paper.claimed_in is None else ", later than its date"
    return f"Claimed in {told.label}{late}"
