"""What an issued invoice means for the portals: its IRN, until when to register it, and the e-way bill."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gstbillingapp.gst import eway
from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.irn import DocumentType, irn
from gstbillingapp.gst.returns import irp_deadline
from gstbillingapp.models import Invoice, InvoiceLine, InvoiceState, Supply


@dataclass(frozen=True, slots=True)
class Registration:
    """The reference number an invoice has on the e-invoice portal, and the last day it is taken there."""

    irn: str
    last_day: datetime.date


def registration_of(invoice: Invoice, lines: Sequence[InvoiceLine]) -> Registration | None:
    """The IRN, worked out without the portal; None for what is not registered there.

    That is whatever is not a tax invoice to a registered buyer or an export, and an old number that the
    portal would not take.
    """
    is_tax_invoice = not invoice.composition and any(line.supply == Supply.TAXABLE for line in lines)
    concerns = bool(invoice.buyer_gstin) or invoice.export
    if invoice.state != InvoiceState.ISSUED or not (invoice.supplier_gstin and is_tax_invoice and concerns):
        return None
    try:
        number = irn(
            invoice.supplier_gstin,
            invoice.financial_year,
            DocumentType.INVOICE,
            invoice.number,
            on=invoice.date,
        )
    except InputError:
        return None
    return Registration(number, irp_deadline(invoice.date))


def eway_value(invoice: Invoice, lines: Sequence[InvoiceLine]) -> Decimal | None:
    """The value of goods that need an e-way bill before they move, with tax; None where none is needed."""
    goods = (line for line in lines if not line.is_service)
    value = sum((line.taxable + line.cgst + line.sgst + line.igst + line.cess for line in goods), Decimal(0))
    return value if invoice.state == InvoiceState.ISSUED and eway.is_required(value) else None
