"""Files in and out: encodings, separators, workbooks, bombs, and what a spreadsheet would run."""

import datetime
import io
import zipfile
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some
from openpyxl import Workbook, load_workbook

from gstbillingapp.sheets import reading, writing


def cells(content: bytes) -> list[list[str]]:
    return [row.cells for row in reading.rows(content)]


TEXT = "Name,City\nAśa & Söhne,Bengaluru\n"
TABLE = [["Name", "City"], ["Aśa & Söhne", "Bengaluru"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_of_unicode_is_read(encoding: str) -> None:
    assert cells(TEXT.encode(encoding)) == TABLE


def test_what_is_not_unicode_is_windows_1252() -> None:
    assert cells("Name\nCafé – Pondichéry\n".encode("cp1252")) == [["Name"], ["Café – Pondichéry"]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_that_the_headings_have(separator: str) -> None:
    text = f'"Name, full"{separator}Address\nAsha{separator}"14, SJP Road; 2nd floor"\n'
    assert cells(text.encode()) == [["Name, full", "Address"], ["Asha", "14, SJP Road; 2nd floor"]]


def test_the_separator_may_be_said_in_a_line_of_its_own_which_counts_as_a_row() -> None:
    rows = list(reading.rows(b"sep=;\r\nName;City\r\nAsha;Hubli\r\n"))
    assert [(row.number, row.cells) for row in rows] == [(2, ["Name", "City"]), (3, ["Asha", "Hubli"])]


def test_a_line_break_in_quotes_is_of_the_cell_and_empty_lines_keep_their_numbers() -> None:
    content = b'Name,Address\r\n\r\nAsha,"14 SJP Road\r\nBengaluru"\r\n , \r\nRavi,\r\n'
    rows = list(reading.rows(content))
    assert [(row.number, row.cells) for row in rows] == [
        (1, ["Name", "Address"]),
        (3, ["Asha", "14 SJP Road\r\nBengaluru"]),
        (5, ["Ravi"]),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'Name\n"Asha\nRavi\n', "Row 2"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither a CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"\.xls"),
        (b"PK\x03\x04 no workbook", "save it again"),
        (b"x" * (reading.MAX_BYTES + 1), "larger than 10 MB"),
        (b"A\n" + b"1\n" * (reading.MAX_ROWS + 1), "more than 50,000 rows"),
        (b"," * reading.MAX_COLUMNS + b"x\n", "more than 60 columns"),
        (b"Name\n" + b"x" * (reading.MAX_CELL + 1), "Row 2 has a cell"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(reading.UnreadableError, match=said):
        list(reading.rows(content))


@given(some.binary(max_size=400))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    for begin in (b"", b"PK\x03\x04"):
        with suppress(reading.UnreadableError):
            list(reading.rows(begin + content))


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_the_cells_of_a_workbook_are_text_as_one_would_type_it() -> None:
    day = datetime.datetime(2026, 11, 22, 0, 0)  # noqa: DTZ001, as openpyxl has it
    content = workbook(["A", "B"], [9845012345.0, 0.1 + 0.2], [day, True], [None, None], ["x", 118.0])
    assert cells(content) == [["A", "B"], ["9845012345", "0.3"], ["2026-11-22", "yes"], ["x", "118"]]


def test_a_formula_of_a_workbook_counts_as_the_value_that_was_stored_with_it() -> None:
    content = patched(workbook(["A"], ["=1+1"]), "xl/worksheets/sheet1.xml", b"<v></v>", b"<v>2</v>")
    content = patched(content, "xl/worksheets/sheet1.xml", b"<v />", b"<v>2</v>")
    assert cells(content) == [["A"], ["2"]]


def test_the_first_sheet_that_is_not_hidden_is_read() -> None:
    book = Workbook()
    book.active.append(["hidden"])
    book.create_sheet().append(["shown"])
    book.worksheets[0].sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    assert cells(file.getvalue()) == [["shown"]]


def test_what_a_workbook_says_of_its_own_size_is_not_believed() -> None:
    content = workbook(["A", "B"], ["1", "2"])
    assert cells(patched(content, "xl/worksheets/sheet1.xml", b'ref="A1:B2"', b'ref="A1:A1"')) == [
        ["A", "B"],
        ["1", "2"],
    ]


def patched(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The workbook with something else in one of its parts."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.namelist():
            text = source.read(part)
            target.writestr(part, text.replace(old, new) if part == name else text)
    return file.getvalue()


def bomb(name: str, size: int) -> bytes:
    """A workbook with a part that unpacks to so much."""
    file = io.BytesIO(workbook(["A"], ["1"]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as part:
        for _ in range(size // 2**20 + 1):
            part.write(b" " * 2**20)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "size"),
    [("xl/media/bomb.xml", reading.MAX_UNPACKED), ("xl/sharedStrings2.xml", reading.MAX_SHARED)],
)
def test_a_workbook_that_unpacks_to_more_than_a_table_is_refused(name: str, size: int) -> None:
    content = bomb(name, size)
    assert len(content) < reading.MAX_BYTES
    with pytest.raises(reading.UnreadableError, match="unpacks to more"):
        list(reading.rows(content))


def test_entities_of_a_workbook_are_not_expanded() -> None:
    declared = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet'
    content = patched(workbook(["A"], ["1"]), "xl/worksheets/sheet1.xml", b"<worksheet", declared)
    with pytest.raises(reading.UnreadableError):
        list(reading.rows(content))


EVIL = ["=1+1", "+91 98450", "-x", "@SUM(A1)", "\t=1", "  =1", '=HYPERLINK("http://x")']


def test_what_a_spreadsheet_would_run_is_marked_in_csv() -> None:
    content = writing.written(writing.CSV, ["A", "B"], [[evil, Decimal("-5.50")] for evil in EVIL])
    lines = content.decode("utf-8-sig").splitlines()[1:]
    assert all(line.startswith(("'", "\"'")) for line in lines), lines
    assert all(line.endswith(",-5.5") for line in lines), "a number is none"


def test_what_a_spreadsheet_would_run_is_text_in_xlsx() -> None:
    content = writing.written(writing.XLSX, ["=A1", "B"], [[evil, Decimal("-5.50")] for evil in EVIL])
    sheet = load_workbook(io.BytesIO(content)).active
    texts = [cell for (cell,) in sheet.iter_rows(max_col=1)]
    assert {cell.data_type for cell in texts} == {"s"}
    assert [cell.value for cell in texts] == ["=A1", *EVIL]
    assert {cell.data_type for _, cell in sheet.iter_rows(min_row=2)} == {"n"}


@pytest.mark.parametrize("kind", [writing.CSV, writing.XLSX])
def test_what_is_written_is_read_again(kind: str) -> None:
    rows = [
        ["'quoted'", Decimal("1.50")],
        *([evil.strip(), Decimal(1)] for evil in EVIL),
        ['a,b;c\n"d"', None],
    ]
    found = cells(writing.written(kind, ["Text", "Number"], rows))
    assert [row[0] for row in found[1:]] == [row[0] for row in rows]


@given(some.text(max_size=20))
def test_no_text_breaks_a_writer(text: str) -> None:
    text = text.encode(errors="ignore").decode()  # a lone half of a letter is in no database
    for kind in (writing.CSV, writing.XLSX):
        assert writing.written(kind, ["A"], [[text]])
