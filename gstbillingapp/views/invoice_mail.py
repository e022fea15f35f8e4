"""An invoice by e-mail."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.models import Invoice, InvoiceState, InvoiceStatus
from gstbillingapp.models.fields import ZERO, day_text
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views import mailing
from gstbillingapp.views.invoice_figures import buyer_of, supplier_of, title_of
from gstbillingapp.views.invoice_pdf import printable_of, with_number
from gstbillingapp.views.mailing import Mailable


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def send(request: MemberRequest, pk: int) -> HttpResponse:
    """The form that sends it."""
    return mailing.send(request, mailable_of(with_number(request, pk)))


def mailable_of(invoice: Invoice) -> Mailable:
    """An issued or cancelled invoice as something to send: to the customer's address of today."""
    buyer, supplier = buyer_of(invoice), supplier_of(invoice)
    title = title_of(invoice, list(invoice.lines.all()))
    to = (invoice.customer.email if invoice.customer else "") or buyer.email
    return Mailable(
        printable=printable_of(invoice),
        to=to,
        party=buyer.name,
        subject=f"{title} {invoice.number} from {supplier.name}"[:200],
        message=_message(invoice, title, buyer.name, [supplier.name, supplier.phone]),
    )


def _message(invoice: Invoice, title: str, party: str, signature: list[str]) -> str:
    attached = f"{title} {invoice.number} of {day_text(invoice.date)} for {money(invoice.total)} is attached."
    lines = [f"Dear {party},", "", attached, _standing(invoice), "", "Regards,"]
    return "\n".join([*lines, *(line for line in signature if line)])


def _standing(invoice: Invoice) -> str:
    """What is owed on it, and by when."""
    if invoice.state == InvoiceState.CANCELLED:
        return "It is cancelled, and nothing is owed on it."
    if invoice.balance == ZERO:
        return "It is paid in full. Thank you."
    verb = "was" if invoice.status == InvoiceStatus.OVERDUE else "is"
    owed = f"{money(invoice.balance)} {verb} due by {day_text(invoice.due_date)}."
    changes = [
        f"{money(amount)} {what}"
        for amount, what in (
            (invoice.debited, "was added by debit notes"),
            (invoice.credited, "was taken off by credit notes"),
            (invoice.paid, "has been received"),
        )
        if amount
    ]
    return f"{', '.join(changes)}; {owed}" if changes else owed
