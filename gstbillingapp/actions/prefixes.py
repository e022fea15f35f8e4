"""Prefixes of series: those that are some documents' for good, and those that others have used.

Two kinds of documents in one series would leave gaps in the numbers of either (Rule 46).
"""

from gstbillingapp.actions.checks import Checks
from gstbillingapp.models import Business, Invoice, NumberSeries, Quotation

CREDIT_NOTES, DEBIT_NOTES, RECEIPTS, REFUNDS = "CN", "DN", "RV", "RF"
PAYMENT_VOUCHERS = "PV"
SELF_INVOICES = "SELF"  # not SI, by which many number their sales
COMMERCIAL = "CCN"  # table 13 of GSTR-1 counts credit notes, and these are not among them
TAKEN = {
    CREDIT_NOTES: "credit notes",
    COMMERCIAL: "commercial credit notes",
    DEBIT_NOTES: "debit notes",
    RECEIPTS: "receipt vouchers",
    REFUNDS: "refund vouchers",
    PAYMENT_VOUCHERS: "payment vouchers",
    SELF_INVOICES: "self-invoices",
}


def numbered(business: Business) -> dict[str, str]:
    """Which documents each series of the business numbers now, by its prefix."""
    own = {business.invoice_prefix: "invoices", business.quotation_prefix: "quotations"}
    return own | {prefix: documents for prefix, documents in TAKEN.items() if prefix not in own}


def refuse_taken(checks: Checks, field: str, prefix: str) -> None:
    """Note where a prefix is that of other documents for good."""
    documents = TAKEN.get(prefix.upper())
    if documents:
        checks.refuse(field, f"Choose another one: {prefix.upper()} numbers {documents}.")


def refuse_used(checks: Checks, business: Business, field: str, prefix: str) -> None:
    """Note where a new prefix numbers documents of the other kind, even if no longer, and in whatever year.

    What is dated in a year before is numbered in the series of that year, so the two would share that one.
    `field` is `invoice_prefix` or `quotation_prefix`; a prefix that stays as it is is nobody's concern.
    """
    if prefix.upper() == getattr(business, field).upper():
        return
    model, documents = (Quotation, "quotations") if field == "invoice_prefix" else (Invoice, "invoices")
    series = NumberSeries.objects.filter(business=business, prefix=prefix.upper())
    for year in series.order_by("-financial_year").values_list("financial_year", flat=True):
        used = model._default_manager.filter(
            business=business, financial_year=year, number_key__startswith=f"{prefix.upper()}/{year[2:]}/"
        )
        if used.exists():
            checks.refuse(field, f"Choose another one: {prefix.upper()} numbers {documents} of {year}.")
            return
