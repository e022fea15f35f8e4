"""The numbers of documents: where each series stands, and which number it begins with."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import numbering
from gstbillingapp.forms.numbering import NumberingForm
from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.models.fields import today
from gstbillingapp.views.business import OWNERS_ONLY


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def series(request: MemberRequest) -> HttpResponse:
    """The series of this financial year: owners set what they begin with, staff reads it."""
    if request.method == "POST":
        return _begin(request)
    form = NumberingForm(numbering.standings(request.business))
    return _page(request, form)


def _begin(request: MemberRequest) -> HttpResponse:
    if not request.membership.is_owner:
        raise PermissionDenied(OWNERS_ONLY)
    form = NumberingForm(numbering.standings(request.business), request.POST)
    if form.attempt(lambda: numbering.begin(request.business, form.cleaned_data)) is None:
        return _page(request, form)
    messages.success(request, "Numbering saved. The next documents get the numbers shown here.")
    return redirect("numbering")


def _page(request: MemberRequest, form: NumberingForm) -> HttpResponse:
    context = {
        "form": form if request.membership.is_owner else None,
        "standings": form.standings,
        "year": financial_year(today()),
    }
    return render(request, "business/numbering.html", context)
