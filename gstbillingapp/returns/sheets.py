"""Rows as CSV and XLSX, so that a spreadsheet only shows what is in them and computes nothing."""

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice

from gstbillingapp.sheets.guard import guarded

Cell = str | Decimal | int | datetime.date | None
Row = tuple[Cell, ...]

ROWS_AT_ONCE = 500  # some 100 kB of a file in one chunk
BOM = "\ufeff"  # without it, Excel reads a CSV in the code page of the machine


def harmless(cell: Cell) -> Cell:
    """A text that no spreadsheet computes: an apostrophe before it, which is how one says that it is text."""
    return guarded(cell) if isinstance(cell, str) else cell


def csv_chunks(rows: Iterable[Row]) -> Iterator[str]:
    """The file in pieces: dates as 2026-11-22, amounts as plain digits."""
    yield BOM
    source = iter(rows)
    while chunk := list(islice(source, ROWS_AT_ONCE)):
        text = io.StringIO()
        csv.writer(text).writerows([harmless(cell) for cell in row] for row in chunk)
        yield text.getvalue()


def xlsx_file(title: str, rows: Iterable[Row]) -> bytes:
    """A workbook of one sheet with its first row held in place; its rows wait on disk, not in memory."""
    from openpyxl import Workbook  # not in every web process: it brings 20 MB

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([harmless(cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
