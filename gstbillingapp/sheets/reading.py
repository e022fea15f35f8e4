"""Rows out of a file that somebody sent: CSV in whatever encoding and with whatever separator, or XLSX.

What comes out is text, as a person would type it; what it means is judged elsewhere (`cells`, the actions).
A file is data of a stranger: its size, its rows, its columns and what it unpacks to are bounded, and
nothing in it is computed. Formulas of a workbook count as the values that were stored with them.
"""

import csv
import datetime
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException

from gstbillingapp.sheets.guard import unguarded

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000  # besides the headings
MAX_COLUMNS = 60
MAX_CELL = 5_000  # characters; the longest field there is holds a thousand
# What the parts of a workbook may unpack to, in bytes. Text compresses to a tenth; 50,000 rows of twenty
# columns are some 60 MB of XML. Texts that cells share are held in memory as a whole.
MAX_UNPACKED = 150 * 1024 * 1024
MAX_SHARED = 40 * 1024 * 1024
MAX_PARTS = 1_000
SHEET_ROWS = 1_048_576
SEPARATORS = ",;\t"
SNIFFED = 20_000  # characters in which the headings end

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# What a workbook that is none, or is made to do harm, brings forth in zipfile, the XML parser and openpyxl.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, ParseError, DefusedXmlException),
    *(ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, OSError, RuntimeError),
    *(TypeError, ValueError),
)


class UnreadableError(ValueError):
    """Why a file cannot be read, and what to do about it, for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty, with the number that a spreadsheet shows beside it."""

    number: int
    cells: list[str]


def rows(content: bytes) -> Iterator[Row]:
    """The rows that are not empty, the headings first. Raises UnreadableError, also in the middle."""
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"The file is larger than {MAX_BYTES // 1024**2} MB. Split it into several.")
    if content.startswith(OLD_EXCEL):
        raise UnreadableError("This is a workbook of an old Excel (.xls). Save it as .xlsx or as CSV.")
    if content.startswith(ZIP):
        return _bounded(_of_workbook(content))
    return _bounded(_of_text(content))


def is_workbook(content: bytes) -> bool:
    """Whether it is an XLSX, by its first bytes and not by its name."""
    return content.startswith(ZIP)


def _bounded(records: Iterable[tuple[int, list[str]]]) -> Iterator[Row]:
    count = 0
    for number, record in records:
        cells = [unguarded(cell.strip()) for cell in record]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if count > MAX_ROWS:
            raise UnreadableError(f"The file has more than {MAX_ROWS:,} rows. Split it into several.")
        if len(cells) > MAX_COLUMNS:
            raise UnreadableError(f"Row {number} has more than {MAX_COLUMNS} columns. Leave some out.")
        if any(len(cell) > MAX_CELL for cell in cells):
            raise UnreadableError(
                f"Row {number} has a cell of more than {MAX_CELL:,} characters. Shorten it."
            )
        count += 1
        yield Row(number, cells)


# ---------- CSV ----------


def _of_text(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = decoded(content)
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own way of saying it
        separator, text, skipped = first.strip()[4], rest, 1
    else:
        separator, skipped = separator_of(text), 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = skipped
    try:
        for record in reader:
            number += 1
            yield number, record
    except csv.Error as error:
        raise UnreadableError(
            f"Row {number + 1} cannot be read: a quotation mark is not closed, or stands where none may. "
            "Save the file again from your spreadsheet, as CSV or as .xlsx."
        ) from error


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows-1252, told apart by its first bytes and its sense."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif (
        content[1:2] == b"\0" or content[:1] == b"\0"
    ):  # without a mark: the headings begin with plain letters
        encodings = ["utf-16-le" if content[1:2] == b"\0" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableError("This is neither a CSV file nor a workbook. Save it as CSV (UTF-8) or as .xlsx.")


def separator_of(text: str) -> str:
    """Comma, semicolon or tab: the one that the headings have most of, outside quotation marks."""
    counts = dict.fromkeys(SEPARATORS, 0)
    quoted = False
    for letter in text[:SNIFFED]:
        if letter == '"':
            quoted = not quoted
        elif letter in "\r\n" and not quoted and any(counts.values()):
            break
        elif letter in counts and not quoted:
            counts[letter] += 1
    return max(counts, key=lambda separator: counts[separator])


# ---------- XLSX ----------


def _of_workbook(content: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # brings 15 MB, which a process that reads none does without

    try:
        _refuse_bombs(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        sheet = sheets[0]
        sheet.reset_dimensions()  # what a file says about its own size need not be so
        values = sheet.iter_rows(max_row=SHEET_ROWS, max_col=MAX_COLUMNS + 1, values_only=True)
        for number, record in enumerate(values, start=1):
            yield number, [as_text(value) for value in record]
    except UnreadableError:
        raise
    except BROKEN as error:
        raise UnreadableError(
            "This workbook cannot be read. Open it in your spreadsheet and save it again as .xlsx, "
            "without a password."
        ) from error


def _refuse_bombs(content: bytes) -> None:
    """Refuse what unpacks to more than anybody's table does. No part unpacks to more than it says here."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    shared = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or shared > MAX_SHARED:
        raise UnreadableError(
            "This workbook unpacks to more than a table of this size needs. Copy the table alone into a new "
            "one and send that."
        )


def as_text(value: object) -> str:
    """A cell as a person would type it: 2026-11-22, 98450, 0.1, yes."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            # Fifteen digits are what a spreadsheet itself keeps: 0.1 + 0.2 is shown there as 0.3.
            return f"{Decimal(f'{value:.15g}'):f}"
        case datetime.datetime():
            return f"{value:%Y-%m-%d}"
        case datetime.date():
            return value.isoformat()
    return str(value)
