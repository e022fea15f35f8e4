"""The invoice editor: a new invoice, a draft, and the totals of what is being typed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import composing
from gstbillingapp.actions import invoices as deeds
from gstbillingapp.actions.data import InvoiceData
from gstbillingapp.forms.base import messages_by_field, whole_number
from gstbillingapp.forms.customers import QuickCustomerForm
from gstbillingapp.forms.invoices import (
    BLANK_LINES,
    LINES,
    BaseLines,
    InvoiceForm,
    LineForm,
    Lines,
    line_options,
    retyped,
    typed_date,
)
from gstbillingapp.models import Business, Customer, Invoice
from gstbillingapp.models.fields import today
from gstbillingapp.models.units import UNITS
from gstbillingapp.views.invoice_figures import bears_tax
from gstbillingapp.views.invoice_messages import Errors, issued_message, labelled, saved_message, shown
from gstbillingapp.views.invoice_preview import Sheet, sheet_of

SAVE, ISSUE, ISSUE_NOW, UPDATE = "save", "issue", "issue-confirmed", "update"


class Typed:
    """A posted editor: its two forms, and what they say to the actions."""

    def __init__(self, request: MemberRequest) -> None:
        self.business: Business = request.business
        self.form = InvoiceForm(self.business, request.POST)
        options = line_options(bears_tax(self.business), UNITS, typed_date(request.POST))
        self.lines: BaseLines = Lines(request.POST, prefix=LINES, form_kwargs=options)
        self.readable = all([self.form.is_valid(), self.lines.is_valid()])

    @property
    def data(self) -> InvoiceData:
        """What was typed, with what could not be read left out."""
        return self.form.invoice_data(self.lines.line_data(self.business))

    def errors(self, judged: Errors) -> Errors:
        """What could not be read, and what the actions refuse of the rest; each field speaks once."""
        unread: Errors = {name: [str(e) for e in found] for name, found in self.form.errors.items()}
        if "customer_name" in unread:
            unread["customer"] = unread.pop("customer_name")
        for form in self.lines.forms:
            unread |= {form.add_prefix(name): [str(e) for e in found] for name, found in form.errors.items()}
        if self.lines.non_form_errors():
            unread["lines"] = [str(error) for error in self.lines.non_form_errors()]
        return shown(judged) | unread

    def refuse(self, errors: Errors) -> None:
        """Put messages beside the fields of the forms; those that are there already stay."""
        for name, found in errors.items():
            form, field = self._place_of(name)
            if field not in form.errors:
                form.add_error(field, found)

    def _place_of(self, name: str) -> tuple[InvoiceForm | LineForm, str | None]:
        word, _, rest = name.partition("-")
        place, _, field = rest.partition("-")
        if word == "lines" and field:
            return self.lines.forms[int(place)], field
        if name == "customer":
            return self.form, "customer_name"
        return self.form, name if name in self.form.fields else None


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: MemberRequest) -> HttpResponse:
    """Write an invoice."""
    if request.method == "POST":
        return _posted(request, None)
    chosen = whole_number(request.GET.get("customer", ""))
    customer = Customer.objects.filter(business=request.business, pk=chosen).first() if chosen else None
    form = InvoiceForm.blank(request.business, today(), customer)
    data = InvoiceData(customer_id=customer.pk if customer else None)
    lines = _unbound_lines(request, [{}] * BLANK_LINES)
    return _page(request, form, lines, None, sheet_of(request.business, data))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a draft; an issued invoice only shows itself."""
    rows = Invoice.objects.select_related("customer")
    draft: Invoice = get_object_or_404(rows, business=request.business, pk=pk)
    draft.business = request.business
    if request.method == "POST":
        return _posted(request, draft)
    if not draft.is_draft:
        messages.info(request, f"{draft.number} is {draft.state} and no longer changes.")
        return redirect(draft)
    stored = [LineForm.initial_of(line) for line in draft.lines.all()]
    lines = _unbound_lines(request, stored + [{}] * max(1, BLANK_LINES - len(stored)))
    sheet = sheet_of(request.business, composing.data_of(draft))
    return _page(request, InvoiceForm.of_draft(draft), lines, draft, sheet)


@require_POST
@member_required
def preview(request: MemberRequest) -> JsonResponse:
    """The totals, the place of supply, warnings and errors of what is being typed; writes nothing."""
    typed = Typed(request)
    sheet = sheet_of(request.business, typed.data)
    return JsonResponse(sheet.as_json(typed.errors(sheet.preview.errors)))


def _posted(request: MemberRequest, draft: Invoice | None) -> HttpResponse:
    deed = request.POST.get("do", SAVE)
    if deed.startswith(("add-", "remove-", "up-", "down-")):
        return _rearranged(request, draft, deed)
    typed = Typed(request)
    if deed == UPDATE:
        return _page(request, typed.form, typed.lines, draft, sheet_of(request.business, typed.data))
    if not typed.readable:
        return _refused(request, typed, {}, draft)
    try:
        saved = _save(request, typed, draft, deed)
    except ValidationError as error:
        return _refused(request, typed, messages_by_field(error), draft)
    return _done(request, saved, deed, typed.data)


def _save(request: MemberRequest, typed: Typed, draft: Invoice | None, deed: str) -> Invoice:
    """Store what was typed and, where it was confirmed, issue it: both, or nothing at all."""
    with transaction.atomic():
        saved = deeds.save_draft(request.business, request.user, typed.data, draft)
        if deed == ISSUE_NOW:
            saved = deeds.issue(request.business, request.user, saved.pk)
    return saved


def _done(request: MemberRequest, saved: Invoice, deed: str, data: InvoiceData) -> HttpResponse:
    if deed == ISSUE:
        return redirect("invoice_issue", saved.pk)
    if deed == ISSUE_NOW:
        messages.success(request, issued_message(saved))
    else:
        messages.success(request, saved_message(saved, deeds.preview(request.business, data)))
    return redirect(saved)


def _refused(request: MemberRequest, typed: Typed, judged: Errors, draft: Invoice | None) -> HttpResponse:
    """The form again with everything typed, every message beside its field and all of them above."""
    sheet = sheet_of(request.business, typed.data)
    errors = typed.errors(judged or sheet.preview.errors)
    typed.refuse(errors)
    return _page(request, typed.form, typed.lines, draft, sheet, errors)


def _rearranged(request: MemberRequest, draft: Invoice | None, deed: str) -> HttpResponse:
    """The form again with its rows added, removed or moved, for those without scripts."""
    lines = _unbound_lines(request, retyped(request.POST, deed))
    form = InvoiceForm(request.business, initial=request.POST.dict())
    return _page(request, form, lines, draft, sheet_of(request.business, Typed(request).data))


def _unbound_lines(request: MemberRequest, rows: list[dict[str, Any]]) -> BaseLines:
    options = line_options(bears_tax(request.business), UNITS, typed_date(request.POST))
    return Lines(initial=rows, prefix=LINES, form_kwargs=options)


def _page(
    request: MemberRequest,
    form: InvoiceForm,
    lines: BaseLines,
    draft: Invoice | None,
    sheet: Sheet,
    errors: Errors | None = None,
) -> HttpResponse:
    for line, amount in zip(lines.forms, sheet.amounts, strict=False):
        line.amount = amount
    form.name_automatic_place(sheet.automatic_place)
    number = sheet.issue["number"]
    context = {
        "title": "Edit draft" if draft else "New invoice",
        "number_note": f"Gets the number {number} when it is issued." if number else "",
        "invoice": draft,
        "form": form,
        "lines": lines,
        "lines_error": " ".join((errors or {}).get(LINES, [])),
        "taxed": bears_tax(request.business),
        "summary": labelled(errors or {}),
        "preview": sheet,
        "customer_form": QuickCustomerForm(),
    }
    return render(request, "invoices/editor.html", context)
