"""What the page of an invoice and of a quotation have in common: parties, lines, and what they come to."""

from collections.abc import Sequence
from typing import Any

from gstbillingapp.gst import hsn
from gstbillingapp.gst.papers import declarations
from gstbillingapp.gst.states import state_label
from gstbillingapp.models.document import Document, DocumentLine
from gstbillingapp.views.invoice_figures import (
    buyer_of,
    columns_of,
    document_of,
    mode_of,
    rate_charged,
    supplier_of,
    total_rows,
)


def page_context(document: Document, lines: Sequence[DocumentLine]) -> dict[str, Any]:
    """What the page of any sale shows."""
    mode = mode_of(document, lines)
    columns = columns_of(document, mode)
    return {
        "document": document,
        "lines": lines,
        "mode": mode,
        "has_discount": any(line.disc_pct or line.disc_amt for line in lines),
        "totals": total_rows(document, mode),
        "tax_columns": columns,
        "tax_rows": [
            {
                "hsn": row.hsn,
                "rate": rate_charged(document, row.rate),
                "taxable": row.taxable,
                "cells": [{"label": column.label, "amount": column.of(row)} for column in columns],
            }
            for row in hsn.summary(lines)
            if columns
        ],
        "supplier": supplier_of(document),
        "buyer": buyer_of(document),
        "place": state_label(document.place_of_supply),
        "declarations": declarations(document_of(document, lines)),
    }
