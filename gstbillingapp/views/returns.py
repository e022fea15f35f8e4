"""Returns: what is due when, and what is filed."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import returns as deeds
from gstbillingapp.forms.returns import FilingForm
from gstbillingapp.gst.returns import Filing, Form, Period
from gstbillingapp.models import Business
from gstbillingapp.models.fields import day_text, today
from gstbillingapp.returns.calendar import (
    Duty,
    begin_of,
    duties,
    duty_of,
    named,
    period_named,
    return_periods,
    with_filings,
)
from gstbillingapp.templatetags.billing import UNDO_TAG

SOON = 7  # days from which on a due date is marked
PREPARED_AT = {Form.GSTR_1: "gstr1", Form.GSTR_3B: "gstr3b"}
# What each is, in a few words.
ABOUT = {
    Form.GSTR_1: "What you supplied, document by document",
    Form.GSTR_3B: "The summary, with which the tax is paid",
    Form.PMT_06: "Payment of the month's tax",
    Form.CMP_08: "Statement and payment of the quarter",
    Form.GSTR_4: "Annual return under composition",
    Form.GSTR_9: "Annual return; waived so far up to ₹2 crore of turnover",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One return as the list shows it."""

    duty: Duty
    on: datetime.date

    @property
    def about(self) -> str:
        """What it is."""
        return ABOUT[self.duty.form]

    @property
    def tone(self) -> str:
        """The class of its chip."""
        left = self.duty.days_left(self.on)
        if left < 0:
            return "danger"
        return "warning" if left <= SOON else "quiet"

    @property
    def words(self) -> str:
        """How it stands."""
        left = self.duty.days_left(self.on)
        if left < 0:
            return f"Late by {_days(-left)}"
        return f"Due in {_days(left)}" if left else "Due today"

    @property
    def has_ended(self) -> bool:
        """Whether the period is over, so that it may be filed."""
        return self.duty.period.last < self.on

    @property
    def prepare_url(self) -> str:
        """Where it is prepared; empty for a form without a screen."""
        screen = PREPARED_AT.get(self.duty.form)
        return f"{reverse(screen)}?period={self.duty.period.code}" if screen else ""

    @property
    def file_url(self) -> str:
        """Where it is marked as filed."""
        return file_url(self.duty.form, self.duty.period)


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    """What is due, the most urgent first, then what is filed."""
    business, on = request.business, today()
    entries: list[Entry] = []
    if deeds.filing_of(business) is not None:
        found = with_filings(business, duties(business, begin_of(business, on), on))
        entries = [Entry(duty, on) for duty in found]
    context = {
        "owed": [entry for entry in entries if entry.duty.filing is None],
        "filed": [entry for entry in reversed(entries) if entry.duty.filing is not None],
        "filing": deeds.filing_of(business),
        "on": on,
    }
    return render(request, "returns/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def file(request: MemberRequest) -> HttpResponse:
    """Mark a return as filed."""
    form, period = _return_named(request)
    typed = FilingForm(request.POST or None, initial={"filed_on": today()})
    if request.method == "POST":
        filing = typed.attempt(
            lambda: deeds.file(request.business, request.user, form, period, **typed.cleaned_data)
        )
        if filing is not None:
            messages.success(
                request,
                f"{form} for {period.label} is marked as filed on {day_text(filing.filed_on)}. "
                "Its reminders have stopped.",
                extra_tags=UNDO_TAG + reverse("return_undo", args=[filing.pk]),
            )
            return redirect("return_list")
    duty = duty_of(request.business, form, period)
    return render(request, "returns/file.html", {"form": typed, "entry": Entry(duty, today())})


@require_POST
@member_required
def undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Take back that a return is filed."""
    filing = deeds.undo(request.business, pk)
    messages.success(request, f"{filing.form} for {filing.period.label} is no longer marked as filed.")
    return redirect("return_list")


def _return_named(request: MemberRequest) -> tuple[Form, Period]:
    named_ones = (request.GET.get(name, "") for name in ("form", "span", "period"))
    found = named(*named_ones)
    if found is None or not deeds.is_owed(request.business, *found):
        raise Http404("This business files no such return.")
    return found


def file_url(form: Form, period: Period) -> str:
    """Where a return is marked as filed."""
    return f"{reverse('return_file')}?form={form}&span={period.span}&period={period.code}"


def chosen_period(request: HttpRequest, business: Business) -> Period:
    """The period that the address names, by the business's own span; else the last that has ended."""
    return period_named(business, request.GET.get("period", ""), today())


def period_context(request: MemberRequest, form: Form, period: Period) -> dict[str, Any]:
    """What every page of a return's period shows: the choice of periods, and how the return stands."""
    [duty] = with_filings(request.business, [duty_of(request.business, form, period)])
    periods = return_periods(request.business, today())
    known = periods if period in periods else [period, *periods]
    return {"period": period, "periods": known, "entry": Entry(duty, today())}


def is_regular(business: Business) -> bool:
    """Whether the business files GSTR-1 and GSTR-3B."""
    return deeds.filing_of(business) in (Filing.MONTHLY, Filing.QUARTERLY)


def none_here(request: MemberRequest, form: str) -> HttpResponse:
    """The page of a return that this business does not file."""
    return render(request, "returns/none.html", {"title": form})


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
