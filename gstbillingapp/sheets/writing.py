"""Rows into a file: CSV that spreadsheets in India open as it is meant, and XLSX with cells of their type.

Text that a spreadsheet would take for a formula is marked in CSV, and is text by its type in XLSX.
"""

import csv
import datetime
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from gstbillingapp.sheets.guard import guarded

CSV, XLSX = "csv", "xlsx"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Cell = str | Decimal | int | datetime.date | bool | None

WIDEST = 48  # characters of a column
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def written(
    kind: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]], title: str = "Sheet1"
) -> bytes:
    """A whole file of that kind. The rows are asked for one by one."""
    return _csv(heading, rows) if kind == CSV else _xlsx(heading, rows, title)


def _csv(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heading)
    for row in rows:
        writer.writerow([_typed(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")  # by the mark Excel knows that it is UTF-8


def _typed(cell: Cell) -> str:
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime.date):
        return f"{cell:%d-%m-%Y}"
    return "" if cell is None else _plain(cell)


def _plain(number: Decimal | int) -> str:
    text = f"{number:f}" if isinstance(number, Decimal) else str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _xlsx(heading: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    from openpyxl import Workbook  # brings 15 MB, which a process that writes none does without
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for position, words in enumerate(heading, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = min(WIDEST, max(14, len(words) + 4))

    def cell_of(value: Cell) -> Any:
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if not isinstance(value, str):
            cell = WriteOnlyCell(sheet, value)
            if isinstance(value, datetime.date):
                cell.number_format = "dd-mm-yyyy"
            return cell
        cell = WriteOnlyCell(sheet, _NOT_IN_XML.sub("", value))
        cell.data_type = "s"  # whatever it begins with, it is no formula
        cell.number_format = "@"
        return cell

    titles = [cell_of(words) for words in heading]
    for cell in titles:
        cell.font = Font(bold=True)
    sheet.append(titles)
    for row in rows:
        sheet.append([cell_of(value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
