"""What the editor shows beside what is typed: totals, the place of supply, warnings. The server's words."""

import datetime
from dataclasses import dataclass
from typing import Any

from gstbillingapp.actions import invoices as deeds
from gstbillingapp.actions.composing import REGISTERED
from gstbillingapp.forms.invoices import InvoiceForm, line_rates
from gstbillingapp.gst.calc import DocumentResult, TaxMode
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Customer, Invoice, Scheme
from gstbillingapp.models.document import Document
from gstbillingapp.models.fields import day_text
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.invoice_figures import Row, bears_tax, mode_of, next_number, total_rows
from gstbillingapp.views.invoice_messages import Errors, Problem, labelled, missing_errors, warnings_of
from gstbillingapp.views.nouns import INVOICE, Noun


@dataclass(frozen=True, slots=True)
class Sheet:
    """A preview in words: a template and the editor's script show the same."""

    preview: deeds.Preview
    totals: list[Row]
    total: str
    note: str
    amounts: list[str]
    warnings: list[Problem]
    customer: str
    automatic_place: str
    place_reason: str
    issue: dict[str, str]
    rates: list[tuple[str, str]]
    form: type[InvoiceForm]

    def as_json(self, errors: Errors) -> dict[str, Any]:
        """The answer to the editor's script; `errors` are those of the fields as they are typed."""
        missing = {name: found for name, found in missing_errors(self.preview).items() if name not in errors}
        return {
            "lines": self.amounts,
            "totals": [{"label": row.label, "value": row.value} for row in self.totals],
            "total": self.total,
            "note": self.note,
            "place": {"automatic": self.automatic_place, "reason": self.place_reason},
            "customer": self.customer,
            "warnings": [warning.as_json() for warning in self.warnings],
            "errors": errors,
            "missing": missing,
            "problems": [problem.as_json() for problem in labelled(errors, self.form)],
            "missing_problems": [problem.as_json() for problem in labelled(missing, self.form)],
            "issue": self.issue,
            "rates": self.rates,
        }


def sheet_of(preview: deeds.Preview, noun: Noun) -> Sheet:
    """Say what comes of what was typed so far."""
    invoice, business = preview.invoice, preview.invoice.business
    mode = mode_of(invoice, [line for line in preview.lines if line])
    return Sheet(
        preview=preview,
        totals=total_rows(invoice, mode),
        total=money(invoice.total),
        note=_note(invoice, mode, preview.result, noun),
        amounts=[money(line.taxable) if line and preview.result else "" for line in preview.lines],
        warnings=warnings_of(preview),
        customer=_about(invoice.customer),
        automatic_place=_automatic(invoice),
        place_reason=invoice.place_reason if invoice.customer else "Follows from the customer.",
        issue=issue_facts(invoice, invoice.due_date, noun),
        rates=line_rates(invoice.date) if bears_tax(business) else [],
        form=noun.form,
    )


def issue_facts(document: Document, last_day: datetime.date, noun: Noun) -> dict[str, str]:
    """What the question before issuing says."""
    business = document.business
    return {
        "number": next_number(business, document.date, noun.prefix(business)),
        "buyer": document.party,
        "total": money(document.total),
        "due": day_text(last_day),
    }


def _note(invoice: Invoice, mode: TaxMode, result: DocumentResult | None, noun: Noun) -> str:
    """What the totals leave unsaid."""
    if result is None:
        return ""
    said = []
    if result.discount:
        said.append(f"Discounts of {indian_format(result.discount)} are taken off.")
    if mode is TaxMode.NONE:
        is_bill = noun is INVOICE and invoice.business.scheme != Scheme.UNREGISTERED
        said.append("No tax is charged: the invoice is a bill of supply." if is_bill else "")
    elif invoice.zero_rated:
        said.append("Without tax, under LUT.")
    elif invoice.rcm:
        said.append(f"The customer pays the tax of {indian_format(result.tax)} by reverse charge.")
    return " ".join(part for part in said if part)


def _about(customer: Customer | None) -> str:
    if customer is None:
        return ""
    place = ", ".join(part for part in (customer.city, state_label(customer.state_code)) if part)
    standing = f"GSTIN {customer.gstin}" if customer.kind in REGISTERED else customer.get_kind_display()
    return " · ".join(part for part in (standing, place) if part)


def _automatic(invoice: Invoice) -> str:
    """The first choice of the place of supply: what the rule says, once a customer is known."""
    if invoice.customer is None or invoice.place_chosen:
        return "By the customer's address"
    return f"{state_label(invoice.place_of_supply)}, by the rule"
