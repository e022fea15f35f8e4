"""The list of quotations, the page of one, and the deeds done there."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import quotations as deeds
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.actions.invoices import Preview
from gstbillingapp.forms.base import messages_by_field
from gstbillingapp.forms.quotations import DeclineForm, QuotationFilterForm
from gstbillingapp.models import Customer, Quotation, QuotationState
from gstbillingapp.models.fields import today
from gstbillingapp.models.quotation import QuotationQuerySet, status_condition
from gstbillingapp.queries import page_of
from gstbillingapp.queries import quotation_list as listed
from gstbillingapp.views.document_page import page_context
from gstbillingapp.views.invoice_messages import Problem, labelled, missing_of, warnings_of
from gstbillingapp.views.invoice_preview import issue_facts
from gstbillingapp.views.invoices import NARROWING, Tab
from gstbillingapp.views.nouns import QUOTATION
from gstbillingapp.views.once import answered, answers_again, once
from gstbillingapp.views.quotation_editor import sent_message
from gstbillingapp.views.quotation_timeline import timeline


@require_safe
@member_required
def quotation_list(request: MemberRequest) -> HttpResponse:
    """Every quotation of the business, narrowed by what the address says."""
    form = QuotationFilterForm(request.GET)
    filters = form.filters()
    status = filters.get("status", "")
    tabs = _tabs(_listed(request, filters), status)
    current = next(tab for tab in tabs if tab.is_current)
    rows = _listed(request, filters, status=status, sort=filters["sort"])
    customer = filters.get("customer")
    is_narrowed = any(name in filters for name in NARROWING)
    context = {
        "form": form,
        "filters": filters,
        "sort": filters["sort"],
        "tabs": tabs,
        "heading": current.label,
        "page": page_of(rows, request.GET.get("page"), counted=(current.count, False)),
        "customer": Customer.objects.filter(business=request.business, pk=customer).first()
        if customer
        else None,
        "is_narrowed": is_narrowed,
        "any_quotation": bool(tabs[0].count) or (is_narrowed and _listed(request, {}).exists()),
    }
    return render(request, "quotations/list.html", context)


def _listed(request: MemberRequest, filters: dict[str, Any], **more: Any) -> QuotationQuerySet:
    """The quotations that the filters leave, of every status where `more` names none."""
    return listed(
        request.business,
        search=filters.get("q", ""),
        customer_id=filters.get("customer"),
        since=filters.get("since"),
        until=filters.get("until"),
        **more,
    )


def _tabs(narrowed: QuotationQuerySet, current: str) -> list[Tab]:
    """Counted in one pass over an index: there are far fewer quotations than invoices."""
    day = today()
    counts = {status: Count("pk", filter=status_condition(status, day)) for status in QuotationState.values}
    counted = narrowed.order_by().aggregate(**counts)
    counted[""] = sum(counted.values())
    named = [("", "All"), *QuotationState.choices]
    return [
        Tab(status, str(label), counted[status], is_capped=False, is_current=status == current)
        for status, label in named
    ]


@require_safe
@member_required
def quotation(request: MemberRequest, pk: int) -> HttpResponse:
    """The page of one quotation: what it offers, until when, and what became of it."""
    as_of = timezone.now()  # before it is read: what changes meanwhile is told, and read again
    stored = _quotation(request, pk)
    lines = list(stored.lines.all())
    context = {
        **page_context(stored, lines),
        "quotation": stored,
        "status": stored.status,
        "timeline": timeline(stored),
        "as_of": as_of,
        "decline_form": DeclineForm(),
        "days_left": (stored.valid_until - today()).days,
    }
    if stored.is_draft:
        context |= _draft_context(stored)
    return render(request, "quotations/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def send(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, then give a draft its number."""
    draft = _quotation(request, pk)
    if request.method == "POST":
        try:
            return answered(request, once(request, lambda: _send(request, draft)))
        except ValidationError as error:
            return _ask_to_send(request, draft, labelled(messages_by_field(error), QUOTATION.form), [])
    if not draft.is_draft:
        return redirect(draft)
    preview = _preview(draft)
    return _ask_to_send(request, draft, missing_of(preview, QUOTATION.form), warnings_of(preview))


@require_POST
@member_required
def approve(request: MemberRequest, pk: int) -> HttpResponse:
    """Record that the customer takes the offer."""
    stored = _quotation(request, pk)
    try:
        approved = deeds.approve(request.business, request.user, stored.pk)
    except ValidationError as error:
        messages.info(request, " ".join(error.messages))
        return redirect(stored)
    messages.success(
        request,
        f"{approved.number} of {approved.party} is marked as approved. Convert it to an invoice next.",
    )
    return redirect(approved)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def decline(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask why, then record that the customer does not take the offer."""
    stored = _quotation(request, pk)
    try:
        deeds.refuse_deciding(stored, QuotationState.DECLINED)
    except ValidationError as error:
        messages.info(request, " ".join(error.messages))
        return redirect(stored)
    form = DeclineForm(request.POST or None)
    if request.method == "POST":
        declined = form.attempt(
            lambda: deeds.decline(request.business, request.user, stored.pk, **form.cleaned_data)
        )
        if declined is not None:
            messages.success(
                request, f"{declined.number} is marked as declined. Copy it to make a new offer."
            )
            return redirect(declined)
    context = {
        "heading": f"Mark {stored.number} as declined?",
        "facts": "quotations/decline_facts.html",
        "form": form,
        "stay": "Go back",
        "button": "Mark as declined",
    }
    return _ask(request, stored, context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def convert(request: MemberRequest, pk: int) -> HttpResponse:
    """Make a draft invoice of an offer; where it has expired, only when asked again."""
    stored = _quotation(request, pk)
    try:
        deeds.refuse_converting(stored)
        if request.method != "POST":
            return _ask_to_convert(request, stored)
        return answered(request, once(request, lambda: _convert(request, stored)))
    except deeds.ExpiredError:
        return _ask_to_convert(request, stored)
    except ValidationError as error:
        problems = labelled(messages_by_field(error), QUOTATION.form)
        messages.error(request, " ".join(problem.message for problem in problems))
        return redirect(stored)


@require_POST
@member_required
@answers_again
def copy(request: MemberRequest, pk: int) -> HttpResponse:
    """A new draft with the same lines, as of today."""
    stored = _quotation(request, pk)
    try:
        return answered(request, once(request, lambda: _copy(request, stored)))
    except ValidationError as error:
        problems = labelled(messages_by_field(error), QUOTATION.form)
        messages.error(request, " ".join(problem.message for problem in problems))
        return redirect(stored)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, then delete a draft."""
    draft = _quotation(request, pk)
    if request.method == "POST":
        try:
            deeds.delete_draft(request.business, request.user, draft.pk)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(draft)
        messages.success(request, f"The draft{f' for {draft.party}' if draft.party else ''} is deleted.")
        return redirect("quotation_list")
    if not draft.is_draft:
        return redirect(draft)
    context = {
        "heading": "Delete this draft?",
        "facts": "quotations/delete_facts.html",
        "stay": "Keep it",
        "button": "Delete draft",
        "button_class": "btn-danger",
    }
    return _ask(request, draft, context)


def _send(request: MemberRequest, draft: Quotation) -> Answer:
    sent = deeds.send(request.business, request.user, draft.pk)
    return Answer(sent.get_absolute_url(), sent_message(sent))


def _convert(request: MemberRequest, stored: Quotation) -> Answer:
    sure = "though_expired" in request.POST
    draft = deeds.convert(request.business, request.user, stored.pk, though_expired=sure)
    return Answer(
        draft.get_absolute_url(), f"{stored.number} is a draft invoice now. Check it, then issue it."
    )


def _copy(request: MemberRequest, stored: Quotation) -> Answer:
    draft = deeds.copy(request.business, request.user, stored.pk)
    said = f"This is a copy of {stored}. Change what is new, then send it."
    return Answer(reverse("quotation_edit", args=[draft.pk]), said)


def _quotation(request: MemberRequest, pk: int) -> Quotation:
    rows = Quotation.objects.select_related(
        *("customer", "created_by", "sent_by", "decided_by", "revises", "invoice__created_by")
    )
    stored: Quotation = get_object_or_404(rows, business=request.business, pk=pk)
    stored.business = request.business
    return stored


def _preview(draft: Quotation) -> Preview:
    return deeds.preview(draft.business, deeds.data_of(draft))


def _draft_context(draft: Quotation) -> dict[str, Any]:
    preview = _preview(draft)
    facts = issue_facts(draft, draft.valid_until, QUOTATION)
    return {
        "noun": QUOTATION,
        "warnings": warnings_of(preview),
        "editor": reverse("quotation_edit", args=[draft.pk]),
        "can_send": not missing_of(preview, QUOTATION.form),
        "issue": facts,
        "number_note": f"Gets the number {facts['number']} when it is sent now." if facts["number"] else "",
    }


def _ask(request: MemberRequest, stored: Quotation, context: dict[str, Any]) -> HttpResponse:
    asked = {"document": stored, "quotation": stored, "button_class": "btn-primary", **context}
    return render(request, "invoices/confirm.html", asked)


def _ask_to_send(
    request: MemberRequest, draft: Quotation, problems: list[Problem], warnings: list[Problem]
) -> HttpResponse:
    context = {
        "heading": "Send this quotation?",
        "facts": QUOTATION.facts,
        "noun": QUOTATION,
        "issue": issue_facts(draft, draft.valid_until, QUOTATION),
        "problems": problems,
        "warnings": warnings,
        "editor": reverse("quotation_edit", args=[draft.pk]),
        "stay": "Keep as draft",
        "button": "Send quotation",
    }
    return _ask(request, draft, context)


def _ask_to_convert(request: MemberRequest, stored: Quotation) -> HttpResponse:
    context = {
        "heading": f"Convert {stored.number} to an invoice?",
        "facts": "quotations/convert_facts.html",
        "status": stored.status,
        "stay": "Go back",
        "button": "Convert to invoice",
    }
    return _ask(request, stored, context)
