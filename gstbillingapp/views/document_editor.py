"""The editor of an invoice or a quotation: a new one, a draft, and the totals of what is being typed."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from gstbillingapp.access import MemberRequest
from gstbillingapp.actions.data import InvoiceData
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.actions.invoices import Preview
from gstbillingapp.forms.base import messages_by_field, whole_number
from gstbillingapp.forms.customers import QuickCustomerForm
from gstbillingapp.forms.invoices import (
    BLANK_LINES,
    FREIGHT,
    LINES,
    BaseLines,
    InvoiceForm,
    LineForm,
    Lines,
    line_options,
    retyped,
    typed_date,
)
from gstbillingapp.models import Business, Customer, Invoice, Quotation
from gstbillingapp.models.document import DocumentLine
from gstbillingapp.models.fields import today
from gstbillingapp.models.units import UNITS
from gstbillingapp.views.invoice_figures import bears_tax
from gstbillingapp.views.invoice_messages import Errors, labelled, shown
from gstbillingapp.views.invoice_preview import Sheet, sheet_of
from gstbillingapp.views.nouns import Noun
from gstbillingapp.views.once import answered, once

SAVE, ISSUE, ISSUE_NOW, UPDATE = "save", "issue", "issue-confirmed", "update"

Edited = TypeVar("Edited", Invoice, Quotation)


class Typed:
    """A posted editor: its two forms, and what they say to the actions."""

    def __init__(self, request: MemberRequest, noun: Noun) -> None:
        self.business: Business = request.business
        self.form = noun.form(self.business, request.POST)
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


class Editor(ABC, Generic[Edited]):
    """The editor of one kind of document: its words, and the actions that it stores and numbers by."""

    noun: ClassVar[Noun]
    model: type[Edited]

    @abstractmethod
    def days(self, business: Business) -> timedelta:
        """How many days after its date its last one usually is."""

    @abstractmethod
    def typed(self, draft: Edited) -> InvoiceData:
        """What was typed to make a stored draft."""

    @abstractmethod
    def lines(self, draft: Edited) -> Iterable[DocumentLine]:
        """The stored lines of a draft."""

    @abstractmethod
    def previewed(self, business: Business, data: InvoiceData) -> Preview:
        """What comes of what was typed."""

    @abstractmethod
    def store(self, request: MemberRequest, data: InvoiceData, draft: Edited | None) -> Edited:
        """Store a draft; ValidationError as the action."""

    @abstractmethod
    def finish(self, request: MemberRequest, draft: Edited) -> Edited:
        """Give a draft its number; ValidationError as the action."""

    @abstractmethod
    def said(self, finished: Edited) -> str:
        """What is said when it has its number."""

    @abstractmethod
    def said_of_draft(self, draft: Edited, preview: Preview) -> str:
        """What is said when a draft is stored, with what it still needs."""

    def new(self, request: MemberRequest) -> HttpResponse:
        """A new one."""
        if request.method == "POST":
            return self._posted(request, None)
        chosen = whole_number(request.GET.get("customer", ""))
        customer = Customer.objects.filter(business=request.business, pk=chosen).first() if chosen else None
        form = self.noun.form.blank(request.business, today(), self.days(request.business), customer)
        data = InvoiceData(customer_id=customer.pk if customer else None)
        lines = _unbound_lines(request, [{}] * BLANK_LINES)
        return self._page(request, form, lines, None, self._sheet(request, data))

    def edit(self, request: MemberRequest, pk: int) -> HttpResponse:
        """Change a draft; one that has its number only shows itself."""
        rows = self.model._default_manager.select_related("customer")
        draft: Edited = get_object_or_404(rows, business=request.business, pk=pk)
        draft.business = request.business
        if request.method == "POST":
            return self._posted(request, draft)
        if not draft.is_draft:
            messages.info(request, f"{draft.number} is {draft.state} and no longer changes.")
            return redirect(draft)
        stored = [LineForm.initial_of(line) for line in self.lines(draft)]
        lines = _unbound_lines(request, stored + [{}] * max(1, BLANK_LINES - len(stored)))
        data = self.typed(draft)
        form = self.noun.form.of_draft(draft, data.due_date or draft.date)
        return self._page(request, form, lines, draft, self._sheet(request, data))

    def preview(self, request: MemberRequest) -> JsonResponse:
        """The totals, the place of supply, warnings and errors of what is being typed; writes nothing."""
        typed = Typed(request, self.noun)
        sheet = self._sheet(request, typed.data)
        return JsonResponse(sheet.as_json(typed.errors(sheet.preview.errors)))

    def _sheet(self, request: MemberRequest, data: InvoiceData) -> Sheet:
        return sheet_of(self.previewed(request.business, data), self.noun)

    def _posted(self, request: MemberRequest, draft: Edited | None) -> HttpResponse:
        deed = request.POST.get("do", SAVE)
        if deed.startswith(("add-", "remove-", "up-", "down-")):
            return self._rearranged(request, draft, deed)
        typed = Typed(request, self.noun)
        if deed == UPDATE:
            return self._page(request, typed.form, typed.lines, draft, self._sheet(request, typed.data))
        if not typed.readable:
            return self._refused(request, typed, {}, draft)
        try:
            return answered(request, once(request, lambda: self._save(request, typed, draft, deed)))
        except ValidationError as error:
            return self._refused(request, typed, messages_by_field(error), draft)

    @transaction.atomic
    def _save(self, request: MemberRequest, typed: Typed, draft: Edited | None, deed: str) -> Answer:
        """Store what was typed and, where it was confirmed, give it its number: both, or nothing at all."""
        saved = self.store(request, typed.data, draft)
        if deed == ISSUE:
            return Answer(reverse(f"{self.noun.name}_{self.noun.verb.lower()}", args=[saved.pk]))
        if deed == ISSUE_NOW:
            saved = self.finish(request, saved)
            return Answer(saved.get_absolute_url(), self.said(saved))
        preview = self.previewed(request.business, typed.data)
        return Answer(saved.get_absolute_url(), self.said_of_draft(saved, preview))

    def _refused(
        self, request: MemberRequest, typed: Typed, judged: Errors, draft: Edited | None
    ) -> HttpResponse:
        """The form again with everything typed, every message beside its field and all of them above."""
        sheet = self._sheet(request, typed.data)
        errors = typed.errors(judged or sheet.preview.errors)
        typed.refuse(errors)
        return self._page(request, typed.form, typed.lines, draft, sheet, errors)

    def _rearranged(self, request: MemberRequest, draft: Edited | None, deed: str) -> HttpResponse:
        """The form again with its rows added, removed or moved, for those without scripts."""
        lines = _unbound_lines(request, retyped(request.POST, deed))
        form = self.noun.form(request.business, initial=request.POST.dict())
        sheet = self._sheet(request, Typed(request, self.noun).data)
        return self._page(request, form, lines, draft, sheet)

    def _page(
        self,
        request: MemberRequest,
        form: InvoiceForm,
        lines: BaseLines,
        draft: Edited | None,
        sheet: Sheet,
        errors: Errors | None = None,
    ) -> HttpResponse:
        for line, amount in zip(lines.forms, sheet.amounts, strict=False):
            line.amount = amount
        form.name_automatic_place(sheet.automatic_place)
        noun, number = self.noun, sheet.issue["number"]
        context = {
            "noun": noun,
            "title": "Edit draft" if draft else f"New {noun.name}",
            "number_note": f"Gets the number {number} when it is {noun.done}." if number else "",
            "list_url": reverse(f"{noun.name}_list"),
            "preview_url": reverse(f"{noun.name}_preview"),
            "draft": draft,
            "form": form,
            "lines": lines,
            "freight": LineForm(initial=FREIGHT, prefix=lines.add_prefix("__prefix__"), **lines.form_kwargs),
            "lines_error": " ".join((errors or {}).get(LINES, [])),
            "taxed": bears_tax(request.business),
            "summary": labelled(errors or {}, noun.form),
            "preview": sheet,
            "customer_form": QuickCustomerForm(),
        }
        return render(request, "invoices/editor.html", context)


def _unbound_lines(request: MemberRequest, rows: list[dict[str, Any]]) -> BaseLines:
    options = line_options(bears_tax(request.business), UNITS, typed_date(request.POST))
    return Lines(initial=rows, prefix=LINES, form_kwargs=options)
