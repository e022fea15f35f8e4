"""The prefixes of the series that have one for good; no invoice may be numbered in them."""

from gstbillingapp.actions.checks import Checks

CREDIT_NOTES, DEBIT_NOTES, RECEIPTS, REFUNDS = "CN", "DN", "RV", "RF"
COMMERCIAL = "CCN"  # table 13 of GSTR-1 counts credit notes, and these are not among them
TAKEN = {
    CREDIT_NOTES: "credit notes",
    COMMERCIAL: "commercial credit notes",
    DEBIT_NOTES: "debit notes",
    RECEIPTS: "receipt vouchers",
    REFUNDS: "refund vouchers",
}


def refuse_taken(checks: Checks, field: str, prefix: str) -> None:
    """Note where a prefix is that of other documents: neither of them would be consecutive (Rule 46)."""
    documents = TAKEN.get(prefix.upper())
    if documents:
        checks.refuse(field, f"Choose another one: {prefix.upper()} numbers {documents}.")
