"""The invoice editor."""

from collections.abc import Iterable
from datetime import timedelta

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import composing
from gstbillingapp.actions import invoices as deeds
from gstbillingapp.actions.data import InvoiceData
from gstbillingapp.models import Business, Invoice, InvoiceLine
from gstbillingapp.views.document_editor import Editor
from gstbillingapp.views.invoice_messages import issued_message, saved_message
from gstbillingapp.views.nouns import INVOICE
from gstbillingapp.views.once import answers_again


class InvoiceEditor(Editor[Invoice]):
    """Drafts that are issued."""

    noun = INVOICE
    model = Invoice

    def days(self, business: Business) -> timedelta:
        return timedelta(days=business.due_days)

    def typed(self, draft: Invoice) -> InvoiceData:
        return composing.data_of(draft)

    def lines(self, draft: Invoice) -> Iterable[InvoiceLine]:
        return draft.lines.all()

    def previewed(self, business: Business, data: InvoiceData) -> deeds.Preview:
        return deeds.preview(business, data)

    def store(self, request: MemberRequest, data: InvoiceData, draft: Invoice | None) -> Invoice:
        return deeds.save_draft(request.business, request.user, data, draft)

    def finish(self, request: MemberRequest, draft: Invoice) -> Invoice:
        return deeds.issue(request.business, request.user, draft.pk)

    def said(self, finished: Invoice) -> str:
        return issued_message(finished)

    def said_of_draft(self, draft: Invoice, preview: deeds.Preview) -> str:
        return saved_message(draft, preview, "Issue it next.")


EDITOR = InvoiceEditor()


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def new(request: MemberRequest) -> HttpResponse:
    """Write an invoice."""
    return EDITOR.new(request)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a draft; an issued invoice only shows itself."""
    return EDITOR.edit(request, pk)


@require_POST
@member_required
def preview(request: MemberRequest) -> JsonResponse:
    """The totals, the place of supply, warnings and errors of what is being typed; writes nothing."""
    return EDITOR.preview(request)
