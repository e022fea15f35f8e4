"""The bill editor: a new bill, one that is put right, and the totals of what is being typed."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gstbillingapp import payables, queries
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import bills as deeds
from gstbillingapp.actions.data import BillData
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.actions.reckoning import data_of
from gstbillingapp.forms.base import messages_by_field, whole_number
from gstbillingapp.forms.bills import BaseBillLines, BillForm, BillLineForm, BillLines
from gstbillingapp.forms.invoices import BLANK_LINES, LINES, LineForm, line_options, retyped, typed_date
from gstbillingapp.forms.vendors import QuickVendorForm
from gstbillingapp.models import Bill, Business, Vendor
from gstbillingapp.models.fields import day_text, today
from gstbillingapp.models.units import UNITS
from gstbillingapp.templatetags.billing import day, money, plain
from gstbillingapp.views.bill_messages import named, summary_of
from gstbillingapp.views.bill_sheet import Sheet, sheet_of
from gstbillingapp.views.invoice_messages import Errors, turned_away
from gstbillingapp.views.lists import LOOKUP_LIMIT, searched
from gstbillingapp.views.once import answered, answers_again, once
from gstbillingapp.views.products import suggestion

UPDATE = "update"


class Typed:
    """A posted editor: its two forms, and what they say to the actions."""

    def __init__(self, request: MemberRequest) -> None:
        self.business: Business = request.business
        self.form = BillForm(self.business, request.POST)
        options = line_options(True, UNITS, typed_date(request.POST))
        self.lines: BaseBillLines = BillLines(request.POST, prefix=LINES, form_kwargs=options)
        self.readable = all([self.form.is_valid(), self.lines.is_valid()])

    @property
    def data(self) -> BillData:
        """What was typed, with what could not be read left out."""
        return self.form.bill_data(self.lines.line_data(self.business))

    def errors(self, judged: Errors) -> Errors:
        """What could not be read, and what the actions refuse of the rest; each field speaks once."""
        unread: Errors = {name: [str(e) for e in found] for name, found in self.form.errors.items()}
        if "vendor_name" in unread:
            unread["vendor"] = unread.pop("vendor_name")
        for form in self.lines.forms:
            unread |= {form.add_prefix(name): [str(e) for e in found] for name, found in form.errors.items()}
        if self.lines.non_form_errors():
            unread["lines"] = [str(error) for error in self.lines.non_form_errors()]
        return named(judged) | unread

    def refuse(self, errors: Errors) -> None:
        """Put messages beside the fields of the forms; those that are there already stay."""
        for name, found in errors.items():
            form, field = self._place_of(name)
            if field not in form.errors:
                form.add_error(field, found)

    def _place_of(self, name: str) -> tuple[BillForm | LineForm, str | None]:
        word, _, rest = name.partition("-")
        place, _, field = rest.partition("-")
        if word == "lines" and field:
            return self.lines.forms[int(place)], field
        if name == "vendor":
            return self.form, "vendor_name"
        return self.form, name if name in self.form.fields else None


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def new(request: MemberRequest) -> HttpResponse:
    """Record a bill."""
    if request.method == "POST":
        return _posted(request, None)
    chosen = whole_number(request.GET.get("vendor", ""))
    vendor = Vendor.objects.filter(business=request.business, pk=chosen).first() if chosen else None
    form = BillForm.blank(request.business, vendor)
    data = BillData(vendor_id=vendor.pk if vendor else None)
    lines = _unbound_lines(request, [{}] * BLANK_LINES)
    return _page(request, form, lines, None, sheet_of(request.business, data))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a bill right on which nothing is paid; any other only shows itself."""
    rows = Bill.objects.select_related("vendor")
    bill = get_object_or_404(rows, business=request.business, pk=pk)
    bill.business = request.business
    elsewhere = turned_away(request, bill, deeds.refuse_changing)
    if elsewhere is not None:
        return elsewhere
    if request.method == "POST":
        return _posted(request, bill)
    data = data_of(bill)
    stored = [BillLineForm.showing(line) for line in bill.lines.all()]
    lines = _unbound_lines(request, stored + [{}] * max(1, BLANK_LINES - len(stored)))
    return _page(request, BillForm.of_bill(bill), lines, bill, sheet_of(request.business, data, bill))


@require_POST
@member_required
def preview(request: MemberRequest) -> JsonResponse:
    """The totals, errors and what is worth a look of what is being typed; writes nothing."""
    typed = Typed(request)
    stored = whole_number(request.GET.get("bill", ""))
    bill = Bill.objects.filter(business=request.business, pk=stored).first() if stored else None
    sheet = sheet_of(request.business, typed.data, bill)
    return JsonResponse(sheet.as_json(typed.errors(sheet.preview.errors)))


@require_safe
@member_required
def products(request: MemberRequest) -> JsonResponse:
    """Suggestions of products with what was last paid for each: as those of an invoice, but for the price."""
    found = queries.products_suggested(request.business, searched(request), LOOKUP_LIMIT)
    last = payables.last_prices(request.business, found)
    on = _day(request.GET.get("on", ""))
    results: list[dict[str, Any]] = []
    for product in found:
        line = last.get(product.pk)
        bought = f"{money(line.price)} last time" if line else "not bought yet"
        said = suggestion(product, on)
        said["detail"] = " · ".join(part for part in (product.hsn, bought) if part)
        said["price"] = plain(line.price) if line else ""
        said["price_includes_tax"] = bool(line and line.price_includes_tax)
        results.append(said)
    return JsonResponse({"results": results})


def _day(text: str) -> datetime.date:
    """A day as a browser writes it; today while the field holds none."""
    try:
        return parse_date(text) or today()
    except ValueError:
        return today()


def _posted(request: MemberRequest, bill: Bill | None) -> HttpResponse:
    deed = request.POST.get("do", "")
    if deed.startswith(("add-", "remove-", "up-", "down-")):
        return _rearranged(request, bill, deed)
    typed = Typed(request)
    if deed == UPDATE:
        sheet = sheet_of(request.business, typed.data, bill)
        return _page(request, typed.form, typed.lines, bill, sheet)
    if not typed.readable:
        return _refused(request, typed, {}, bill)
    try:
        return answered(request, once(request, lambda: _save(request, typed.data, bill)))
    except ValidationError as error:
        return _refused(request, typed, messages_by_field(error), bill)


def _save(request: MemberRequest, data: BillData, bill: Bill | None) -> Answer:
    if bill is None:
        saved = deeds.record(request.business, request.user, data)
    else:
        saved = deeds.change(request.business, request.user, bill.pk, data)
    return Answer(saved.get_absolute_url(), _saved_message(saved, bill))


def _saved_message(saved: Bill, before: Bill | None) -> str:
    if before is not None:
        return f"Bill {saved} is saved. {money(saved.total)} to pay by {day(saved.due_date)}."
    return f"Bill {saved} is recorded. {money(saved.total)} to pay by {day_text(saved.due_date)}."


def _refused(request: MemberRequest, typed: Typed, judged: Errors, bill: Bill | None) -> HttpResponse:
    """The form again with everything typed, every message beside its field and all of them above."""
    sheet = sheet_of(request.business, typed.data, bill)
    errors = typed.errors(judged or sheet.preview.errors)
    typed.refuse(errors)
    return _page(request, typed.form, typed.lines, bill, sheet, errors)


def _rearranged(request: MemberRequest, bill: Bill | None, deed: str) -> HttpResponse:
    """The form again with its rows added, removed or moved, for those without scripts."""
    lines = _unbound_lines(request, retyped(request.POST, deed))
    form = BillForm(request.business, initial=request.POST.dict())
    return _page(request, form, lines, bill, sheet_of(request.business, Typed(request).data, bill))


def _unbound_lines(request: MemberRequest, rows: list[dict[str, Any]]) -> BaseBillLines:
    options = line_options(True, UNITS, typed_date(request.POST))
    return BillLines(initial=rows, prefix=LINES, form_kwargs=options)


def _page(
    request: MemberRequest,
    form: BillForm,
    lines: BaseBillLines,
    bill: Bill | None,
    sheet: Sheet,
    errors: Errors | None = None,
) -> HttpResponse:
    for line, amount in zip(lines.forms, sheet.amounts, strict=False):
        line.amount = amount
    context = {
        "title": "Edit bill" if bill else "New bill",
        "bill": bill,
        "form": form,
        "lines": lines,
        "lines_error": " ".join((errors or {}).get(LINES, [])),
        "summary": summary_of(errors or {}),
        "preview": sheet,
        "vendor_form": QuickVendorForm(),
    }
    return render(request, "bills/editor.html", context)
