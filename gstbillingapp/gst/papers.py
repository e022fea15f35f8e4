"""What an invoice has to call itself and say, and in how many copies (CGST Rules 46, 46A, 48 and 49)."""

from __future__ import annotations

from gstbillingapp.gst.calc import DocumentInput
from gstbillingapp.gst.states import ABROAD

COMPOSITION = "Composition taxable person, not eligible to collect tax on supplies"
PAPER_COPY = "Original for recipient"
# By the names under which copies are asked for.
COPIES_OF_GOODS = {
    "original": PAPER_COPY,
    "duplicate": "Duplicate for transporter",
    "triplicate": "Triplicate for supplier",
}
COPIES_OF_SERVICES = {"original": PAPER_COPY, "duplicate": "Duplicate for supplier"}
REVERSE_CHARGE = "Tax is payable on reverse charge"
SELF_INVOICED = "Invoice made out by the recipient under section 31(3)(f) of the CGST Act"
DEEMED_EXPORT = "Deemed export under section 147 of the CGST Act"
_WITH_TAX = "on payment of integrated tax"
_UNDER_LUT = "under bond or letter of undertaking without payment of integrated tax"


def title(document: DocumentInput, *, buyer_registered: bool) -> str:
    """The heading: tax invoice, bill of supply, or both in one for a buyer without a GSTIN (Rule 46A)."""
    exempt = [line.exempt for line in document.lines]
    if not document.registered:
        return "Invoice"
    if document.composition or (exempt and all(exempt)):
        return "Bill of supply"
    if any(exempt) and not buyer_registered:
        return "Invoice-cum-bill of supply"
    return "Tax invoice"


def copies(*, goods: bool) -> dict[str, str]:
    """What each copy is marked as: three where goods go with an invoice, two of services alone (Rule 48)."""
    return COPIES_OF_GOODS if goods else COPIES_OF_SERVICES


def declarations(document: DocumentInput) -> tuple[str, ...]:
    """The sentences the law wants on the document, in the order they are printed."""
    said = []
    if document.composition:
        said.append(COMPOSITION)
    if document.sez or document.export or document.place_of_supply == ABROAD:
        said.append(_zero_rating(document))
    if document.deemed_export:
        said.append(DEEMED_EXPORT)
    if document.rcm:
        said.append(REVERSE_CHARGE)
    return tuple(said)


def _zero_rating(document: DocumentInput) -> str:
    """The endorsement of the third proviso to Rule 46."""
    to_sez = "Supply to SEZ unit or SEZ developer for authorised operations"
    purpose = to_sez if document.sez else "Supply meant for export"
    return f"{purpose} {_UNDER_LUT if document.zero_rated else _WITH_TAX}"
