"""Any sheet as a page for the printer: the same words as its PDF."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gstbillingapp.pdf.sheet import Row, Sheet, Table
from gstbillingapp.views.printables import Printable


def printed(request: HttpRequest, printable: Printable) -> HttpResponse:
    """The page of a document that is drawn from a sheet."""
    sheet = printable.sheet()
    if not isinstance(sheet, Sheet):
        raise TypeError(f"{type(sheet).__name__} has a page of its own.")
    context = {
        "printable": printable,
        "sheet": sheet,
        "lines": _laid_out(sheet.lines),
        "hsn": _laid_out(sheet.hsn) if sheet.hsn else None,
    }
    return render(request, "papers/sheet.html", context)


def _laid_out(table: Table) -> dict[str, Any]:
    """A table with each cell beside its column, which says how it is set."""

    def beside(row: Row) -> list[Any]:
        return list(zip(table.columns, row, strict=True))

    return {
        "columns": table.columns,
        "rows": [beside(row) for row in table.rows],
        "total": beside(table.total) if table.total else None,
    }
