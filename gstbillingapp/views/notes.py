"""Credit and debit notes: the list, the form with its preview, the page of one."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gstbillingapp import queries, registers
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import notes
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.actions.noting import ComposedNote, lines_left
from gstbillingapp.forms.invoices import ReasonForm
from gstbillingapp.forms.notes import NoteForm, left_of
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Invoice, Note, NoteKind, NoteLine
from gstbillingapp.models.fields import ZERO, today
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.invoice_figures import buyer_of, columns_of, mode_of, total_rows
from gstbillingapp.views.invoice_messages import reason_against, turned_away
from gstbillingapp.views.lists import chosen_sort, searched
from gstbillingapp.views.mailing import mail_events
from gstbillingapp.views.note_papers import printable_note
from gstbillingapp.views.once import FIELD, answered, answers_again, once

PREVIEW, ISSUE = "preview", "issue"


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    """The list: search, kind and status, sorted, a page at a time."""
    search, sort = searched(request), chosen_sort(request, registers.NOTE_ORDERS, "-date")
    kind, status = _one_of(request, "kind", NoteKind.values), _one_of(request, "status", registers.STATUSES)
    found = registers.note_list(request.business, search=search, kind=kind, status=status, sort=sort)
    context = {
        "page": queries.page_of(found, request.GET.get("page")),
        "search": search,
        "kind": kind,
        "status": status,
        "sort": sort,
        "kinds": NoteKind.choices,
        "statuses": registers.STATUSES.items(),
        "is_narrowed": bool(search or kind or status),
    }
    return render(request, "notes/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def new(request: MemberRequest, pk: int, kind: str) -> HttpResponse:
    """Write a note against an invoice, look at it, issue it."""
    invoice = _invoice(request, pk, kind)
    elsewhere = turned_away(request, invoice, notes.refuse_amending)
    if elsewhere is not None:
        return elsewhere
    form = _form(request, invoice, kind)
    if request.method == "POST" and request.POST.get("do") in (PREVIEW, ISSUE):
        answer = _posted(request, invoice, form)
        if answer is not None:
            return answer
    composed = notes.preview(invoice, form.note_data()) if form.is_bound and form.is_valid() else None
    return render(request, "notes/form.html", _form_context(invoice, form, composed))


@require_POST
@member_required
def totals(request: MemberRequest, pk: int, kind: str) -> JsonResponse:
    """What a note comes to as it is typed, and what cannot be read or is refused; writes nothing."""
    invoice = _invoice(request, pk, kind)
    form = _form(request, invoice, kind)
    form.is_valid()
    composed = notes.preview(invoice, form.note_data())
    unread = {name: [str(error) for error in found] for name, found in form.errors.items()}
    of_lines = {name: found for name, found in composed.checks.errors.items() if name.startswith("lines-")}
    return JsonResponse(
        {
            "totals": [{"label": row.label, "value": row.value} for row in _rows(composed)],
            "total": money(composed.note.total),
            "effect": _effect(composed.note),
            "errors": {**of_lines, **unread},
            "refused": sorted({*composed.checks.errors, *unread}),
        }
    )


@require_safe
@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """The page of one note: what it says, and what became of it."""
    note = _note(request, pk)
    lines = list(note.lines.all())
    context = _page_context(note, lines) | {"letters": list(mail_events(printable_note(note)))}
    return render(request, "notes/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask why, then cancel a note."""
    note = _note(request, pk)
    elsewhere = turned_away(request, note, notes.refuse_cancelling)
    if elsewhere is not None:
        return elsewhere
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        cancelled = form.attempt(
            lambda: notes.cancel(request.business, request.user, note.pk, **form.cleaned_data)
        )
        if cancelled is not None:
            messages.success(
                request,
                f"{cancelled.get_kind_display()} {cancelled.number} is cancelled. {cancelled.invoice.number} "
                f"has {money(cancelled.invoice.balance)} left to pay.",
            )
            return redirect(cancelled)
    return render(request, "notes/cancel.html", {"note": note, "form": form})


def _one_of(request: MemberRequest, name: str, known: Any) -> str:
    value = request.GET.get(name, "")
    return value if value in known else ""


def _invoice(request: MemberRequest, pk: int, kind: str) -> Invoice:
    if kind not in NoteKind.values:
        raise Http404("A note is a credit or a debit note.")
    rows = Invoice.objects.select_related("customer")
    invoice: Invoice = get_object_or_404(rows, business=request.business, pk=pk)
    invoice.business = request.business
    return invoice


def _note(request: MemberRequest, pk: int) -> Note:
    rows = Note.objects.select_related("customer", "invoice", "created_by", "cancelled_by")
    note: Note = get_object_or_404(rows, business=request.business, pk=pk)
    note.business = request.business
    return note


def _form(request: MemberRequest, invoice: Invoice, kind: str) -> NoteForm:
    lefts = lines_left(invoice)
    if request.method == "POST":
        return NoteForm(kind, lefts, request.POST)
    return NoteForm(kind, lefts, initial={"date": today()})


def _posted(request: MemberRequest, invoice: Invoice, form: NoteForm) -> HttpResponse | None:
    """The preview or the issued note; None where the form has to be shown again."""
    if request.POST["do"] == ISSUE:
        answer = form.attempt(lambda: once(request, lambda: _issue(request, invoice, form)))
        return None if answer is None else answered(request, answer)
    composed = form.attempt(lambda: _judged(invoice, form))
    if composed is None:
        return None
    context = _form_context(invoice, form, composed) | _page_context(composed.note, composed.lines)
    return render(request, "notes/preview.html", context | {"typed": _typed(request)})


def _issue(request: MemberRequest, invoice: Invoice, form: NoteForm) -> Answer:
    note = notes.issue(request.business, request.user, invoice.pk, form.note_data())
    return Answer(note.get_absolute_url(), issued_message(note))


def _judged(invoice: Invoice, form: NoteForm) -> ComposedNote:
    composed = notes.preview(invoice, form.note_data())
    composed.checks.finish()
    return composed


def _typed(request: MemberRequest) -> list[tuple[str, str]]:
    """What was typed, to be sent again when it is issued or changed."""
    own = ("do", "csrfmiddlewaretoken", FIELD)
    return [(name, str(value)) for name, value in request.POST.items() if name not in own and value]


def _form_context(invoice: Invoice, form: NoteForm, composed: ComposedNote | None) -> dict[str, Any]:
    note = composed.note if composed else Note(kind=form.kind, invoice=invoice)
    return {
        "invoice": invoice,
        "form": form,
        "kind": form.kind,
        "title": f"New {note.get_kind_display().lower()}",
        "rows": [(row, left_of(row.left)) for row in form.rows],
        "totals": _rows(composed) if composed else [],
        "total": note.total,
        "effect": _effect(note) if composed else "",
    }


def _page_context(note: Note, lines: Sequence[NoteLine]) -> dict[str, Any]:
    mode = mode_of(note, lines)
    stored = note.pk is not None
    return {
        "note": note,
        "invoice": note.invoice,
        "lines": lines,
        "mode": mode,
        "totals": total_rows(note, mode),
        "columns": columns_of(note, mode),
        "buyer": buyer_of(note),
        "place": state_label(note.place_of_supply),
        "set_offs": note.set_offs.filter(reversed_at=None).select_related("invoice") if stored else [],
        "refunds": note.refunds.order_by("pk") if stored else [],
        "kept": _why_it_stays(note) if stored else "",
    }


def _why_it_stays(note: Note) -> str:
    """What keeps a note from being cancelled; empty where nothing does."""
    if note.status == registers.CANCELLED:
        return ""
    return reason_against(lambda: notes.refuse_cancelling(note))


def _rows(composed: ComposedNote) -> list[Any]:
    """What leads from the lines to the total; none where nothing is typed yet."""
    note = composed.note
    return total_rows(note, mode_of(note, composed.lines)) if note.supplier_state_code else []


def _effect(note: Note) -> str:
    """What issuing it does to what is owed."""
    invoice = note.invoice
    if note.total == ZERO:
        return ""
    if not note.is_credit:
        after = money(invoice.balance + note.total)
        return f"{invoice.number} will have {after} left to pay."
    applied = min(note.total, invoice.balance)
    said = f"{invoice.number} will have {money(invoice.balance - applied)} left to pay."
    over = note.total - applied
    return f"{said} {money(over)} stays open, to set off or pay back." if over else said


def issued_message(note: Note) -> str:
    """What is said when a note has its number."""
    said = f"{note.get_kind_display()} {note.number} of {money(note.total)} issued to {note.party}."
    said += f" {note.invoice.number} has {money(note.invoice.balance)} left to pay."
    return f"{said} {money(note.balance)} is open: set it off or pay it back." if note.balance else said
