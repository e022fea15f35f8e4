"""What the editor shows beside what is typed: totals, the place of supply, warnings. The server's words."""

from dataclasses import dataclass
from typing import Any

from gstbillingapp.actions import invoices as deeds
from gstbillingapp.actions.composing import REGISTERED
from gstbillingapp.actions.data import InvoiceData
from gstbillingapp.forms.invoices import line_rates
from gstbillingapp.gst.calc import DocumentResult, TaxMode
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Business, Customer, Invoice
from gstbillingapp.models.fields import day_text
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.invoice_figures import Row, bears_tax, mode_of, next_number, total_rows
from gstbillingapp.views.invoice_messages import Errors, Problem, labelled, missing_errors, warnings_of


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
            "problems": [problem.as_json() for problem in labelled(errors)],
            "missing_problems": [problem.as_json() for problem in labelled(missing)],
            "issue": self.issue,
            "rates": self.rates,
        }


def sheet_of(business: Business, data: InvoiceData) -> Sheet:
    """Work out what was typed so far; nothing is written."""
    preview = deeds.preview(business, data)
    invoice = preview.invoice
    mode = preview.result.mode if preview.result else mode_of(invoice)
    return Sheet(
        preview=preview,
        totals=total_rows(invoice, mode),
        total=money(invoice.total),
        note=_note(invoice, mode, preview.result),
        amounts=[money(line.taxable) if line and preview.result else "" for line in preview.lines],
        warnings=warnings_of(preview),
        customer=_about(invoice.customer),
        automatic_place=_automatic(invoice),
        place_reason=invoice.place_reason if invoice.customer else "Follows from the customer.",
        issue=issue_facts(invoice),
        rates=line_rates(invoice.date) if bears_tax(business) else [],
    )


def issue_facts(invoice: Invoice) -> dict[str, str]:
    """What the question before issuing says."""
    return {
        "number": next_number(invoice.business, invoice.date),
        "buyer": invoice.party,
        "total": money(invoice.total),
        "due": day_text(invoice.due_date),
    }


def _note(invoice: Invoice, mode: TaxMode, result: DocumentResult | None) -> str:
    """What the totals leave unsaid."""
    if result is None:
        return ""
    said = []
    if result.discount:
        said.append(f"Discounts of {indian_format(result.discount)} are taken off.")
    if mode is TaxMode.NONE:
        said.append("No tax is charged: the invoice is a bill of supply." if invoice.composition else "")
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
