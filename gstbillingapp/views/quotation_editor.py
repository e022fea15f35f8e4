"""The editor of quotations: the invoice's, in its own words."""

from collections.abc import Iterable
from datetime import timedelta

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import quotations as deeds
from gstbillingapp.actions.data import InvoiceData
from gstbillingapp.actions.invoices import Preview
from gstbillingapp.models import Business, Quotation, QuotationLine
from gstbillingapp.models.fields import day_text
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.document_editor import Editor
from gstbillingapp.views.invoice_messages import saved_message
from gstbillingapp.views.nouns import QUOTATION
from gstbillingapp.views.once import answers_again


class QuotationEditor(Editor[Quotation]):
    """Drafts that are sent."""

    noun = QUOTATION
    model = Quotation

    def days(self, business: Business) -> timedelta:
        return deeds.usual_span(business)

    def typed(self, draft: Quotation) -> InvoiceData:
        return deeds.data_of(draft)

    def lines(self, draft: Quotation) -> Iterable[QuotationLine]:
        return draft.lines.all()

    def previewed(self, business: Business, data: InvoiceData) -> Preview:
        return deeds.preview(business, data)

    def store(self, request: MemberRequest, data: InvoiceData, draft: Quotation | None) -> Quotation:
        return deeds.save_draft(request.business, request.user, data, draft)

    def finish(self, request: MemberRequest, draft: Quotation) -> Quotation:
        return deeds.send(request.business, request.user, draft.pk)

    def said(self, finished: Quotation) -> str:
        return sent_message(finished)

    def said_of_draft(self, draft: Quotation, preview: Preview) -> str:
        return saved_message(draft, preview, "Send it next.")


EDITOR = QuotationEditor()


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def new(request: MemberRequest) -> HttpResponse:
    """Write a quotation."""
    return EDITOR.new(request)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a draft; a sent quotation only shows itself."""
    return EDITOR.edit(request, pk)


@require_POST
@member_required
def preview(request: MemberRequest) -> JsonResponse:
    """The totals, the place of supply, warnings and errors of what is being typed; writes nothing."""
    return EDITOR.preview(request)


def sent_message(quotation: Quotation) -> str:
    """What is said when a quotation has its number."""
    return (
        f"Quotation {quotation.number} for {quotation.party} is ready to go out. "
        f"{money(quotation.total)}, valid until {day_text(quotation.valid_until)}."
    )
