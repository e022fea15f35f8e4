"""The list of invoices, the page of one, and the deeds done there."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import composing
from gstbillingapp.actions import invoices as deeds
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.forms.base import messages_by_field
from gstbillingapp.forms.invoices import FilterForm, ReasonForm
from gstbillingapp.models import Customer, Invoice, InvoiceState, InvoiceStatus
from gstbillingapp.models.fields import ZERO, today
from gstbillingapp.models.invoice import InvoiceQuerySet, status_condition
from gstbillingapp.queries import capped_count, page_of
from gstbillingapp.queries import invoice_list as listed
from gstbillingapp.registers import open_sources
from gstbillingapp.views import paying
from gstbillingapp.views.document_page import page_context
from gstbillingapp.views.invoice_copies import choices_of
from gstbillingapp.views.invoice_figures import title_of, upi_qr
from gstbillingapp.views.invoice_messages import (
    Problem,
    issued_message,
    labelled,
    missing_of,
    turned_away,
    warnings_of,
)
from gstbillingapp.views.invoice_portal import eway_value, registration_of
from gstbillingapp.views.invoice_preview import issue_facts
from gstbillingapp.views.invoice_timeline import timeline
from gstbillingapp.views.nouns import INVOICE
from gstbillingapp.views.once import answered, answers_again, once

NARROWING = ("q", "customer", "since", "until")


@dataclass(frozen=True)
class Tab:
    """One status above the list."""

    status: str
    label: str
    count: int
    is_capped: bool
    is_current: bool


@require_safe
@member_required
def invoice_list(request: MemberRequest) -> HttpResponse:
    """Every invoice of the business, narrowed by what the address says."""
    form = FilterForm(request.GET)
    filters = form.filters()
    status = filters.get("status", "")
    is_narrowed = any(name in filters for name in NARROWING)
    tabs = _tabs(_listed(request, filters), status, is_narrowed)
    current = next(tab for tab in tabs if tab.is_current)
    rows = _listed(request, filters, status=status, sort=filters["sort"], expected=current.count)
    context = {
        "form": form,
        "filters": filters,
        "sort": filters["sort"],
        "tabs": tabs,
        "heading": current.label,
        "page": page_of(rows, request.GET.get("page"), counted=(current.count, current.is_capped)),
        "customer": _chosen_customer(request, filters.get("customer")),
        "is_narrowed": is_narrowed,
        "any_invoice": tabs[0].count > 0 or Invoice.objects.filter(business=request.business).exists(),
    }
    return render(request, "invoices/list.html", context)


def _chosen_customer(request: MemberRequest, pk: int | None) -> Customer | None:
    return None if pk is None else Customer.objects.filter(business=request.business, pk=pk).first()


def _listed(request: MemberRequest, filters: dict[str, Any], **more: Any) -> InvoiceQuerySet:
    """The invoices that the filters leave, of every status where `more` names none."""
    return listed(
        request.business,
        search=filters.get("q", ""),
        customer_id=filters.get("customer"),
        since=filters.get("since"),
        until=filters.get("until"),
        **more,
    )


def _tabs(narrowed: InvoiceQuerySet, current: str, is_narrowed: bool) -> list[Tab]:
    counts = counts_of_found(narrowed) if is_narrowed else counts_of_all(narrowed)
    named = [("", "All"), *InvoiceStatus.choices]
    return [Tab(status, label, *counts[status], status == current) for status, label in named]


Counts = dict[str, tuple[int, bool]]  # by status, "" for all: how many, and whether there are more


def counts_of_found(invoices: InvoiceQuerySet) -> Counts:
    """Counts of what a search left: one pass, as finding the rows is what costs."""
    day = today()
    counts = {status: Count("pk", filter=status_condition(status, day)) for status in InvoiceStatus.values}
    counted = invoices.order_by().aggregate(**counts)
    return {status: (count, False) for status, count in {"": sum(counted.values()), **counted}.items()}


def counts_of_all(invoices: InvoiceQuerySet) -> Counts:
    """Counts of everything: read off the indexes as far as anybody reads a count."""
    of_status = {status: invoices.with_status(status) for status in InvoiceStatus.values}
    return {status: capped_count(rows) for status, rows in {"": invoices, **of_status}.items()}


@require_safe
@member_required
def invoice(request: MemberRequest, pk: int) -> HttpResponse:
    """The page of one invoice: what it says, what is owed and what happened to it."""
    as_of = timezone.now()  # before it is read: what changes meanwhile is told, and read again
    stored = _invoice(request, pk)
    context = _draft_context(stored) if stored.is_draft else _issued_context(stored, as_of)
    return render(request, "invoices/detail.html", _context(stored) | context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def issue(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, then give a draft its number."""
    draft = _invoice(request, pk)
    if request.method == "POST":
        try:
            return answered(request, once(request, lambda: _issue(request, draft)))
        except ValidationError as error:
            return _ask_to_issue(request, draft, labelled(messages_by_field(error)))
    if not draft.is_draft:
        return redirect(draft)
    preview = _preview(draft)
    return _ask_to_issue(request, draft, missing_of(preview), warnings_of(preview))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask why, then cancel an issued invoice."""
    stored = _invoice(request, pk)
    elsewhere = turned_away(request, stored, deeds.refuse_cancelling)
    if elsewhere is not None:
        return elsewhere
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        cancelled = form.attempt(
            lambda: deeds.cancel(request.business, request.user, stored.pk, **form.cleaned_data)
        )
        if cancelled is not None:
            messages.success(request, f"Invoice {cancelled.number} is cancelled. It keeps its number.")
            return redirect(cancelled)
    return render(
        request,
        "invoices/confirm.html",
        {
            "document": stored,
            "invoice": stored,
            "heading": f"Cancel {stored}?",
            "facts": "invoices/cancel_facts.html",
            "form": form,
            "stay": "Keep it",
            "button": "Cancel the invoice",
            "button_class": "btn-danger",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, then delete a draft."""
    draft = _invoice(request, pk)
    if request.method == "POST":
        try:
            deeds.delete_draft(request.business, request.user, draft.pk)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(draft)
        messages.success(request, f"The draft{f' for {draft.party}' if draft.party else ''} is deleted.")
        return redirect("invoice_list")
    if not draft.is_draft:
        return redirect(draft)
    return render(
        request,
        "invoices/confirm.html",
        {
            "document": draft,
            "invoice": draft,
            "heading": "Delete this draft?",
            "facts": "invoices/delete_facts.html",
            "stay": "Keep it",
            "button": "Delete draft",
            "button_class": "btn-danger",
        },
    )


def _issue(request: MemberRequest, draft: Invoice) -> Answer:
    issued = deeds.issue(request.business, request.user, draft.pk)
    return Answer(issued.get_absolute_url(), issued_message(issued))


def _invoice(request: MemberRequest, pk: int) -> Invoice:
    rows = Invoice.objects.select_related("customer", "created_by", "issued_by", "cancelled_by", "quotation")
    stored: Invoice = get_object_or_404(rows, business=request.business, pk=pk)
    stored.business = request.business
    return stored


def _preview(draft: Invoice) -> deeds.Preview:
    return deeds.preview(draft.business, composing.data_of(draft))


def _ask_to_issue(
    request: MemberRequest, draft: Invoice, problems: list[Problem], warnings: Sequence[Problem] = ()
) -> HttpResponse:
    context = {
        "document": draft,
        "invoice": draft,
        "heading": "Issue this invoice?",
        "facts": INVOICE.facts,
        "noun": INVOICE,
        "issue": issue_facts(draft, draft.due_date, INVOICE),
        "problems": problems,
        "warnings": warnings,
        "editor": reverse("invoice_edit", args=[draft.pk]),
        "stay": "Keep as draft",
        "button": "Issue invoice",
        "button_class": "btn-primary",
    }
    return render(request, "invoices/confirm.html", context)


def _context(stored: Invoice) -> dict[str, Any]:
    """What the page of any invoice shows."""
    lines = list(stored.lines.all())
    return {
        **page_context(stored, lines),
        "invoice": stored,
        "quotation": getattr(stored, "quotation", None),
        "paper_title": title_of(stored, lines),
        "copies": choices_of(lines),
        "timeline": timeline(stored),
        "registration": registration_of(stored, lines),
        "eway_value": eway_value(stored, lines),
    }


def _draft_context(draft: Invoice) -> dict[str, Any]:
    preview = _preview(draft)
    facts = issue_facts(draft, draft.due_date, INVOICE)
    return {
        "noun": INVOICE,
        "warnings": warnings_of(preview),
        "editor": reverse("invoice_edit", args=[draft.pk]),
        "can_issue": not missing_of(preview),
        "issue": facts,
        "number_note": f"Gets the number {facts['number']} when it is issued now." if facts["number"] else "",
    }


def _why_it_stays(issued: Invoice) -> str:
    """What keeps an invoice from being cancelled; empty where nothing does."""
    try:
        deeds.refuse_cancelling(issued)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _issued_context(stored: Invoice, as_of: datetime.datetime) -> dict[str, Any]:
    late = stored.status == InvoiceStatus.OVERDUE
    sources = open_sources(stored.business, stored.customer_id or 0) if stored.balance else []
    kept = _why_it_stays(stored)
    return {
        "qr": upi_qr(stored),
        "days_late": (today() - stored.due_date).days if late else 0,
        "can_cancel": not kept,
        "as_of": as_of,
        "kept": kept if stored.state == InvoiceState.ISSUED else "",
        "cancel_form": ReasonForm(),
        "payment_form": paying.blank(stored),
        "amendments": stored.amendments.order_by("pk"),
        "can_amend": stored.state == InvoiceState.ISSUED,
        "open_sources": sources,
        "open_amount": sum((source.balance for source in sources), ZERO),
    }
