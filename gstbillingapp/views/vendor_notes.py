"""Vendors' credit notes: the list, the form against a bill, the page of one, and money that comes back."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gstbillingapp import payables, queries
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import claims, vendor_notes
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.actions.vendor_noting import ReckonedNote, lines_left
from gstbillingapp.forms.vendor_notes import VendorNoteForm, VendorNoteReasonForm
from gstbillingapp.models import Bill, VendorNote, VendorRefund
from gstbillingapp.models.fields import today
from gstbillingapp.registers import STATUSES
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views import paying
from gstbillingapp.views.bill_sheet import columns_of
from gstbillingapp.views.claims import note_claim_words
from gstbillingapp.views.invoice_figures import Row
from gstbillingapp.views.invoice_messages import reason_against, turned_away
from gstbillingapp.views.lists import chosen_sort, searched
from gstbillingapp.views.once import answered, answers_again, once


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    """The list: search and status, sorted, a page at a time."""
    search, sort = searched(request), chosen_sort(request, payables.VENDOR_NOTE_ORDERS, "-date")
    status = request.GET.get("status", "")
    status = status if status in STATUSES else ""
    found = payables.vendor_note_list(request.business, search=search, status=status, sort=sort)
    context = {
        "page": queries.page_of(found, request.GET.get("page")),
        "search": search,
        "status": status,
        "sort": sort,
        "statuses": STATUSES.items(),
        "is_narrowed": bool(search or status),
    }
    return render(request, "vendor_notes/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def new(request: MemberRequest, pk: int) -> HttpResponse:
    """Record a vendor's credit note against a bill."""
    bill = _bill(request, pk)
    elsewhere = turned_away(request, bill, vendor_notes.refuse_crediting)
    if elsewhere is not None:
        return elsewhere
    form = _form(request, bill)
    if request.method == "POST" and request.POST.get("do") != "update":
        answer = form.attempt(lambda: once(request, lambda: _record(request, bill, form)))
        if answer is not None:
            return answered(request, answer)
    reckoned = vendor_notes.preview(bill, form.note_data()) if form.is_bound and form.is_valid() else None
    context = {
        "bill": bill,
        "form": form,
        "totals": _rows(reckoned) if reckoned else [],
        "total": reckoned.note.total if reckoned else 0,
        "effect": _effect(reckoned) if reckoned else "",
    }
    return render(request, "vendor_notes/form.html", context)


@require_POST
@member_required
def totals(request: MemberRequest, pk: int) -> JsonResponse:
    """What a note comes to as it is typed, and what cannot be read or is refused; writes nothing."""
    bill = _bill(request, pk)
    form = _form(request, bill)
    form.is_valid()
    reckoned = vendor_notes.preview(bill, form.note_data())
    unread = {name: [str(error) for error in found] for name, found in form.errors.items()}
    of_lines = {name: found for name, found in reckoned.checks.errors.items() if name.startswith("lines-")}
    return JsonResponse(
        {
            "totals": [{"label": row.label, "value": row.value} for row in _rows(reckoned)],
            "total": money(reckoned.note.total),
            "effect": _effect(reckoned),
            "errors": {**of_lines, **unread},
            "refused": sorted({*reckoned.checks.errors, *unread}),
        }
    )


@require_safe
@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """The page of one note: what it says, and what became of it."""
    note = _note(request, pk)
    lines = list(note.lines.all())
    context = {
        "note": note,
        "bill": note.bill,
        "lines": lines,
        "columns": columns_of(note.bill),
        "totals": _amounts(note),
        "claim": note_claim_words(note, lines),
        "refunds": note.refunds.select_related("recorded_by").order_by("pk"),
        "kept": "" if note.is_cancelled else reason_against(lambda: vendor_notes.refuse_cancelling(note)),
    }
    return render(request, "vendor_notes/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask why, then cancel a note."""
    note = _note(request, pk)
    elsewhere = turned_away(request, note, vendor_notes.refuse_cancelling)
    if elsewhere is not None:
        return elsewhere
    form = VendorNoteReasonForm(request.POST or None)
    if request.method == "POST":
        cancelled = form.attempt(
            lambda: vendor_notes.cancel(request.business, request.user, note.pk, **form.cleaned_data)
        )
        if cancelled is not None:
            left = f"Bill {cancelled.bill} has {money(cancelled.bill.balance)} left to pay."
            messages.success(request, f"Credit note {cancelled} is cancelled. {left}")
            return redirect(cancelled)
    context = {
        "document": note,
        "note": note,
        "heading": f"Cancel credit note {note}?",
        "facts": "vendor_notes/cancel_facts.html",
        "held": claims.held_by(note),
        "form": form,
        "button": "Cancel the note",
    }
    return render(request, "bills/confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def refund(request: MemberRequest, pk: int) -> HttpResponse:
    """Record money that the vendor paid back; the amount starts as what they owe."""
    note = _note(request, pk)
    return paying.record(
        request,
        note,
        vendor_notes.refuse_refunding,
        partial(vendor_notes.refund, request.business, request.user, note.pk),
        lambda came: f"{money(came.amount)} came back. {_standing(came)}",
        sub=f"is still to come back from {note.bill.vendor_name}",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def reverse_refund(request: MemberRequest, pk: int, refund_pk: int) -> HttpResponse:
    """Take back money that did not come after all."""
    rows = VendorRefund.objects.select_related("credit_note__bill")
    came = get_object_or_404(rows, business=request.business, credit_note=pk, pk=refund_pk)
    return paying.take_back(
        request,
        came,
        came.credit_note,
        partial(vendor_notes.reverse_refund, request.business, request.user, came.pk),
        _standing,
        facts="vendor_notes/reverse_facts.html",
        form=VendorNoteReasonForm,
        what="refund",
    )


def _form(request: MemberRequest, bill: Bill) -> VendorNoteForm:
    lefts = lines_left(bill)
    if request.method == "POST":
        return VendorNoteForm(lefts, request.POST)
    return VendorNoteForm(lefts, initial={"date": today()})


def _bill(request: MemberRequest, pk: int) -> Bill:
    bill = get_object_or_404(Bill.objects.select_related("vendor"), business=request.business, pk=pk)
    bill.business = request.business
    return bill


def _note(request: MemberRequest, pk: int) -> VendorNote:
    rows = VendorNote.objects.select_related("bill", "vendor", "recorded_by", "cancelled_by")
    note = get_object_or_404(rows, business=request.business, pk=pk)
    note.business = note.bill.business = request.business
    return note


def _rows(reckoned: ReckonedNote) -> list[Row]:
    """What leads from the lines to the total; none where nothing is typed yet."""
    return _amounts(reckoned.note) if reckoned.lines else []


def _amounts(note: VendorNote) -> list[Row]:
    columns = columns_of(note.bill)
    rows = [Row("Taxable value" if columns else "Value", money(note.taxable))]
    rows += [Row(column.label, money(column.of(note))) for column in columns]
    return [*rows, Row("Round-off", money(note.round_off))] if note.round_off else rows


def _effect(reckoned: ReckonedNote) -> str:
    """What recording it does to what is owed."""
    note, bill = reckoned.note, reckoned.note.bill
    if not note.total:
        return ""
    applied = min(note.total, bill.balance)
    said = f"{bill.number} will have {money(bill.balance - applied)} left to pay."
    over = note.total - applied
    return f"{said} {bill.vendor_name} will owe you {money(over)}." if over else said


def _record(request: MemberRequest, bill: Bill, form: VendorNoteForm) -> Answer:
    note = vendor_notes.record(request.business, request.user, bill.pk, form.note_data())
    return Answer(note.get_absolute_url(), _recorded_message(note))


def _recorded_message(note: VendorNote) -> str:
    said = f"Credit note {note} of {money(note.total)} is recorded. "
    said += f"Bill {note.bill} has {money(note.bill.balance)} left to pay."
    return f"{said} {note.bill.vendor_name} owes you {money(note.balance)}." if note.balance else said


def _standing(came: VendorRefund) -> str:
    note = came.credit_note
    if not note.balance:
        return f"Nothing of credit note {note} is still to come back."
    return f"{money(note.balance)} of credit note {note} is still to come back."
