"""Tables as CSV files, for spreadsheets."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from gstbillingapp.sheets.guard import guarded

BOM = "\ufeff"  # Excel takes a file without it for Windows-1252, and ₹ for three letters


def csv_response(filename: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A file of a heading and rows; numbers stay plain, dates are ISO, text never becomes a formula."""
    file = StringIO(newline="")  # written to a response, each row would be made bytes by itself
    file.write(BOM)
    writer = csv.writer(file)
    writer.writerow(headings)
    writer.writerows([_cell(value) for value in row] for row in rows)
    response = HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, filename)
    return response


def _cell(value: Any) -> Any:
    """A name that begins with "=" would be worked out by a spreadsheet: an apostrophe keeps it text."""
    return guarded(value) if isinstance(value, str) else value
