"""A customer's statement of account for a period: printed, and as PDF."""

import datetime
from functools import partial

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.ledger import Ledger
from gstbillingapp.models import Business, Customer, PaperState
from gstbillingapp.models.paper import STATEMENT
from gstbillingapp.views import printables
from gstbillingapp.views.ledger import ledger_of
from gstbillingapp.views.note_sheets import statement_sheet
from gstbillingapp.views.printables import Printable
from gstbillingapp.views.printing import printed as printed_sheet

MOST_ENTRIES = 1000  # a paper of more is made for longer than one waits for it
OPEN = ""  # an end of the period that is not there
TOO_LONG = f"More than {MOST_ENTRIES} entries do not fit on a statement. Choose a shorter period."


@require_safe
@member_required
def printed(request: MemberRequest, pk: int) -> HttpResponse:
    """The statement as it is printed."""
    ledger = ledger_of(request, pk)
    return too_long(request, ledger) or printed_sheet(request, printable_of(request.business, ledger))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pdf(request: MemberRequest, pk: int) -> HttpResponse:
    """The file. A POST asks anew for one that could not be made."""
    ledger = ledger_of(request, pk)
    return too_long(request, ledger) or printables.pdf(request, printable_of(request.business, ledger))


@require_safe
@member_required
def pdf_status(request: MemberRequest, pk: int) -> JsonResponse:
    """How far it has come, for a page that waits."""
    ledger = ledger_of(request, pk)
    if is_too_long(ledger):
        return JsonResponse({"state": PaperState.FAILED, "message": TOO_LONG})
    return printables.status(printable_of(request.business, ledger))


def printable_of(business: Business, ledger: Ledger) -> Printable:
    """A ledger of a period as something to print."""
    customer = ledger.customer
    period = f"?since={ledger.since or OPEN}&until={ledger.until or OPEN}"
    return Printable(
        key=PaperKey(business.pk, STATEMENT, customer.pk, variant_of(ledger)),
        name=f"Statement of {customer.name}",
        noun="statement",
        page=reverse("customer_ledger", args=[customer.pk]) + period,
        pdf=reverse("statement_pdf", args=[customer.pk]) + period,
        printed=reverse("statement_print", args=[customer.pk]) + period,
        mail=reverse("statement_mail", args=[customer.pk]) + period,
        sheet=partial(statement_sheet, business, ledger),
    )


def variant_of(ledger: Ledger) -> str:
    """The period as a paper is kept by: 2026-04-01/2026-11-25."""
    return f"{ledger.since or OPEN}/{ledger.until or OPEN}"


def stored(key: PaperKey) -> Printable:
    """The statement that a paper is of; Customer.DoesNotExist where the business has none of that id."""
    customer = Customer.objects.select_related("business").get(business=key.business_id, pk=key.object_id)
    since, until = (
        datetime.date.fromisoformat(day) if day else None for day in key.variant.split("/", maxsplit=1)
    )
    return printable_of(customer.business, Ledger(customer, since, until))


def is_too_long(ledger: Ledger) -> bool:
    """Whether a period has more than a paper takes."""
    return ledger.count() > MOST_ENTRIES


def too_long(request: MemberRequest, ledger: Ledger) -> HttpResponse | None:
    """Back to the ledger with the reason where a period has more than a paper takes."""
    if not is_too_long(ledger):
        return None
    messages.info(request, TOO_LONG)
    return redirect(printable_of(request.business, ledger).page)
