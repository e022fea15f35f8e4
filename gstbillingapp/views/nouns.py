"""What the screens call a kind of document: the words in which an invoice's editor is a quotation's, too."""

from collections.abc import Callable
from dataclasses import dataclass

from gstbillingapp.forms.invoices import InvoiceForm
from gstbillingapp.forms.quotations import QuotationForm
from gstbillingapp.models import Business


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A kind of document. `name` is also what the names of its addresses begin with: `invoice_edit`."""

    name: str
    plural: str
    verb: str  # what gives it its number: issue, send
    doing: str
    done: str
    last_day: str  # what its last day is called
    form: type[InvoiceForm]
    prefix: Callable[[Business], str]  # of its numbers
    facts: str  # the template that says what giving it its number does


INVOICE = Noun(
    name="invoice",
    plural="Invoices",
    verb="Issue",
    doing="issuing",
    done="issued",
    last_day="Due",
    form=InvoiceForm,
    prefix=lambda business: business.invoice_prefix,
    facts="invoices/issue_facts.html",
)
QUOTATION = Noun(
    name="quotation",
    plural="Quotations",
    verb="Send",
    doing="sending",
    done="sent",
    last_day="Valid until",
    form=QuotationForm,
    prefix=lambda business: business.quotation_prefix,
    facts="quotations/send_facts.html",
)
