"""A quotation by e-mail."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.models import Quotation
from gstbillingapp.models.fields import day_text
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views import mailing
from gstbillingapp.views.invoice_figures import buyer_of, supplier_of
from gstbillingapp.views.mailing import Mailable
from gstbillingapp.views.quotation_paper import printable_of, with_number


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def send(request: MemberRequest, pk: int) -> HttpResponse:
    """The form that sends it."""
    return mailing.send(request, mailable_of(with_number(request, pk)))


def mailable_of(quotation: Quotation) -> Mailable:
    """A sent quotation as something to send: to the customer's address of today."""
    buyer, supplier = buyer_of(quotation), supplier_of(quotation)
    date, total = day_text(quotation.date), money(quotation.total)
    lines = [
        f"Dear {buyer.name},",
        "",
        f"Quotation {quotation.number} of {date} for {total} is attached.",
        f"It is valid until {day_text(quotation.valid_until)}. Tell us, and we get to work.",
        "",
        "Regards,",
        supplier.name,
        supplier.phone,
    ]
    return Mailable(
        printable=printable_of(quotation),
        to=(quotation.customer.email if quotation.customer else "") or buyer.email,
        party=buyer.name,
        subject=f"Quotation {quotation.number} from {supplier.name}"[:200],
        message="\n".join(lines).strip(),
    )
