"""What a bill's editor and page show beside what was typed: totals, what is claimed, what is worth a look."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gstbillingapp.actions import bills as deeds
from gstbillingapp.actions.data import BillData
from gstbillingapp.actions.reckoning import bears_tax, is_elsewhere, mode_of
from gstbillingapp.forms.invoices import line_rates
from gstbillingapp.gst.calc import TaxMode
from gstbillingapp.gst.claims import last_day_to_claim
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Bill, BillLine, BillState, Business, NoCredit, Scheme
from gstbillingapp.models.bill import CLAIMED
from gstbillingapp.models.fields import ZERO, day_text
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.bill_messages import named, summary_of
from gstbillingapp.views.claims import claim_words
from gstbillingapp.views.invoice_figures import Column, Row
from gstbillingapp.views.invoice_messages import Errors, Problem


@dataclass(frozen=True, slots=True)
class Sheet:
    """A preview in words: a template and the editor's script show the same."""

    preview: deeds.Preview
    totals: list[Row]
    total: str
    note: str
    amounts: list[str]
    warnings: list[Problem]
    vendor: str
    due: str
    claim: str
    rates: list[tuple[str, str]]

    def as_json(self, errors: Errors) -> dict[str, Any]:
        """The answer to the editor's script; `errors` are those of the fields as they are typed."""
        missing = {name: said for name, said in named(self.preview.missing).items() if name not in errors}
        return {
            "lines": self.amounts,
            "totals": [{"label": row.label, "value": row.value} for row in self.totals],
            "total": self.total,
            "note": self.note,
            "vendor": self.vendor,
            "due": self.due,
            "claim": self.claim,
            "warnings": [warning.as_json() for warning in self.warnings],
            "errors": errors,
            "missing": missing,
            "problems": [problem.as_json() for problem in summary_of(errors)],
            "missing_problems": [problem.as_json() for problem in summary_of(missing)],
            "rates": self.rates,
        }


def sheet_of(business: Business, data: BillData, stored: Bill | None = None) -> Sheet:
    """Work out what was typed so far; nothing is written. `stored` is the bill that is being changed."""
    preview = deeds.preview(business, data, stored)
    bill = preview.bill
    lines = [line for line in preview.lines if line is not None]
    return Sheet(
        preview=preview,
        totals=total_rows(bill, lines),
        total=money(bill.total),
        note=note_of(bill),
        amounts=[money(line.taxable) if line and preview.result else "" for line in preview.lines],
        warnings=_warnings(bill, stored),
        vendor=_about(bill),
        due=_due(bill, data),
        claim=claim_words(bill) if business.scheme == Scheme.REGULAR else "",
        rates=line_rates(bill.date),
    )


def total_rows(bill: Bill, lines: Iterable[BillLine]) -> list[Row]:
    """What leads from the lines to the total, and how much of the tax comes back."""
    columns = columns_of(bill)
    by_us = ", paid by you" if bill.rcm else ""
    rows = [Row("Taxable value" if columns else "Value", money(bill.taxable))]
    rows += [Row(column.label + by_us, money(column.of(bill))) for column in columns]
    if bill.round_off:
        rows.append(Row("Round-off", money(bill.round_off)))
    if columns:
        rows.append(Row("Input tax claimed", money(ZERO if bill.no_credit else claimed(lines))))
    return rows


def columns_of(bill: Bill) -> list[Column]:
    """The components of tax that the bill has; cess only where there is any."""
    mode = mode_of(bill)
    if mode is TaxMode.NONE:
        return []
    split = [Column("CGST", "cgst"), Column(mode.state_tax_label, "sgst")]
    cess = [Column("Cess", "cess")] if bill.cess else []
    return [*(split if mode.is_intra else [Column("IGST", "igst")]), *cess]


def claimed(lines: Iterable[BillLine]) -> Decimal:
    """The tax on these lines that is to be claimed as credit, in rupees."""
    taxes = (line.cgst + line.sgst + line.igst + line.cess for line in lines if line.itc in CLAIMED)
    return sum(taxes, ZERO)


def note_of(bill: Bill) -> str:
    """Why there is no tax, or to whom it is owed; empty where the vendor charges it."""
    if bill.imported:
        return "Imported: IGST is paid at customs on goods, and on reverse charge on services."
    if bill.rcm:
        return "You pay the tax to the government, not to the vendor."
    if not bears_tax(bill):
        return f"{bill.vendor_name} charges no tax: {bill.get_vendor_kind_display().lower()}."
    return ""


def _warnings(bill: Bill, stored: Bill | None) -> list[Problem]:
    """What is worth a look before recording."""
    found = [_same_number(bill, stored), _other_state(bill), _too_late(bill)]
    return [problem for problem in found if problem is not None]


def _same_number(bill: Bill, stored: Bill | None) -> Problem | None:
    if not bill.number or not bill.vendor_id:
        return None
    same = Bill.objects.filter(
        vendor=bill.vendor_id,
        financial_year=bill.financial_year,
        number_key=bill.number_key,
        state=BillState.RECORDED,
    ).exclude(pk=stored.pk if stored else 0)
    other = same.first()
    if other is None:
        return None
    return Problem(
        "number", f"{other} is recorded already: {money(other.total)}, dated {day_text(other.date)}."
    )


def _other_state(bill: Bill) -> Problem | None:
    """CGST and SGST of another state are no credit of a registration here (CGST s.2(62) and s.25(4))."""
    if not is_elsewhere(bill) or bill.business.scheme != Scheme.REGULAR:
        return None
    return Problem(
        "place_of_supply",
        f"The tax of {state_label(bill.place_of_supply)} cannot be claimed by a business in "
        f"{state_label(bill.business.state_code)}: it is left out of your credit, told in 4(D) of GSTR-3B.",
    )


def _too_late(bill: Bill) -> Problem | None:
    if bill.no_credit != NoCredit.LATE:
        return None
    last = day_text(last_day_to_claim(bill.date))
    return Problem(
        "date", f"Its tax could be claimed in a return filed by {last} (CGST s.16(4)); it is too late."
    )


def _about(bill: Bill) -> str:
    if not bill.vendor_id:
        return ""
    standing = f"GSTIN {bill.vendor_gstin}" if bill.vendor_gstin else bill.get_vendor_kind_display()
    if bill.vendor_gstin and not bears_tax(bill):
        standing += f", {bill.get_vendor_kind_display().lower()}"
    parts = (standing, state_label(bill.vendor_state_code))
    return " · ".join(part for part in parts if part)


def _due(bill: Bill, data: BillData) -> str:
    """What leaving the due date empty comes to."""
    if data.due_date is not None:
        return ""
    return (
        f"{day_text(bill.due_date)}, by the vendor's days to pay"
        if bill.vendor_id
        else "By the vendor's days"
    )
