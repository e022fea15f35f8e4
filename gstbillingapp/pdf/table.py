"""Tables whose columns are as wide as what stands in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from gstbillingapp.pdf.canvas import FINE, SOFT, Canvas, Face
from gstbillingapp.pdf.flow import Block
from gstbillingapp.pdf.sheet import Cell, Column, Row, Table

GAP = 1.2  # millimetres between a rate and its amount
BESIDE = 1.4  # millimetres on either side of a cell, but for the edges of the table
TOGETHER = 3  # rows at the end that no page parts from each other, nor from what they come to


@dataclass(frozen=True, slots=True)
class Style:
    """How a table is set: letters, air above and below a row, and whether rates stand below their amounts."""

    face: Face
    air: float
    stacked: bool = False

    @property
    def note(self) -> Face:
        """What a remark is set in."""
        return self.face.but(size=max(self.face.size - 1.5, 4.5), grey=SOFT)

    @property
    def head(self) -> Face:
        """What the headings are set in."""
        return self.face.but(size=min(self.face.size, 7.5), bold=True)


class Setting:
    """One table on one canvas in one style."""

    def __init__(self, canvas: Canvas, table: Table, style: Style, left: float, right: float) -> None:
        self.canvas, self.table, self.style = canvas, table, style
        self.left, self.right = left, right

    @property
    def room(self) -> float:
        """The width that the others leave to the column that wraps; where none does, what is left over."""
        return self.right - self.left + 2 * BESIDE - sum(self._natural)

    @cached_property
    def _natural(self) -> list[float]:
        columns = self.table.columns
        return [0.0 if column.wraps else self._needed(place) for place, column in enumerate(columns)]

    def _needed(self, place: int) -> float:
        label = self.canvas.width(self.table.columns[place].label, self.style.head)
        rows = {row[place] for row in self.table.rows}
        total = self.table.total[place].text if self.table.total else ""
        bold = self.canvas.width(total, self.style.face.but(bold=True))
        return max(label, bold, *map(self._width_of, rows)) + 2 * BESIDE

    def _width_of(self, cell: Cell) -> float:
        text = self.canvas.width(cell.text, self.style.face)
        note = self.canvas.width(cell.note, self.style.note)
        beside = cell.note_before and cell.note and not self.style.stacked
        return text + GAP + note if beside else max(text, note)

    @cached_property
    def places(self) -> list[tuple[float, float]]:
        """Left edge and width of what each column has, without the blank beside it."""
        wrapping = [place for place, column in enumerate(self.table.columns) if column.wraps]
        spread = self.room / (len(wrapping) or len(self._natural))
        x, places = self.left - BESIDE, []
        for place, natural in enumerate(self._natural):
            width = natural + (spread if not wrapping or place in wrapping else 0.0)
            places.append((x + BESIDE, width - 2 * BESIDE))
            x += width
        return places

    def blocks(self) -> Iterator[Block]:
        """Headings, rows and total. The headings come again on every page."""
        head = self._head()
        yield head
        last = len(self.table.rows) - 1
        for place, row in enumerate(self.table.rows):
            left = last - place
            block = self._row(row, keeps=left < TOGETHER and (left > 0 or bool(self.table.total)))
            yield replace(block, heading=self._brought(head, place), foot=self._carried(place))
        if self.table.total:
            yield self._total(head)

    def _brought(self, head: Block, place: int) -> Block:
        """The headings of a page that begins with that row, and what the rows before it come to."""
        if not self.table.carried or place == 0:
            return head
        before = self._so_far("Brought forward", self.table.carried[place - 1])

        def draw(y: float) -> None:
            head.draw(y)
            before.draw(y + head.height)

        return Block(head.height + before.height, draw)

    def _carried(self, place: int) -> Block | None:
        """What the rows up to that one come to; of the last one, the total says it."""
        if not self.table.carried or place == len(self.table.rows) - 1:
            return None
        return self._so_far("Carried forward", self.table.carried[place])

    def _so_far(self, label: str, amounts: tuple[str, ...]) -> Block:
        face = self.style.face.but(grey=SOFT)
        height = face.leading + 2 * self.style.air
        texts = dict(zip(range(len(self.places) - len(amounts), len(self.places)), amounts, strict=True))
        texts[next(place for place, column in enumerate(self.table.columns) if column.wraps)] = label

        def draw(y: float) -> None:
            for place, text in sorted(texts.items()):
                x, width = self.places[place]
                column = self.table.columns[place]
                self.canvas.put(x, y + self.style.air, text, face, width, _align(column))
            self.canvas.rule(y + height, self.left, self.right, 0.12, FINE)

        return Block(height, draw)

    def _head(self) -> Block:
        face = self.style.head
        height = face.leading + 2 * self.style.air

        def draw(y: float) -> None:
            self.canvas.rule(y, self.left, self.right, 0.3)
            self.canvas.rule(y + height, self.left, self.right, 0.3)
            for column, (x, width) in zip(self.table.columns, self.places, strict=True):
                self.canvas.put(x, y + self.style.air, column.label, face, width, _align(column))

        return Block(height, draw, keeps=True)

    def _row(self, row: Row, *, keeps: bool) -> Block:
        cells = [self._lines(place, cell) for place, cell in enumerate(row)]
        height = max(sum(face.leading for _, face in lines) for lines in cells) + 2 * self.style.air
        return Block(height, partial(self._draw_row, row, cells, height), keeps=keeps)

    def _draw_row(self, row: Row, cells: list[list[tuple[str, Face]]], height: float, top: float) -> None:
        columns = self.table.columns
        for place, (cell, lines) in enumerate(zip(row, cells, strict=True)):
            x, width = self.places[place]
            y = top + self.style.air
            if cell.note_before and cell.note and not self.style.stacked:
                # The smaller letters stand on the line of the larger ones.
                lower = (self.style.face.leading - self.style.note.leading) * 0.62
                self.canvas.put(x, y + lower, cell.note, self.style.note)
            for text, face in lines:
                self.canvas.put(x, y, text, face, width, _align(columns[place]))
                y += face.leading
        self.canvas.rule(top + height, self.left, self.right, 0.12, FINE)

    def _lines(self, place: int, cell: Cell) -> list[tuple[str, Face]]:
        """What stands in a cell, line by line; a rate beside its amount is none of its own."""
        column, face = self.table.columns[place], self.style.face
        width = self.places[place][1]
        texts = self.canvas.wrap(cell.text, face, width) if column.wraps else [cell.text]
        below = cell.note if self.style.stacked or not cell.note_before else ""
        return [*((text, face) for text in texts), *([(below, self.style.note)] if below else [])]

    def _total(self, head: Block) -> Block:
        face = self.style.face.but(bold=True)
        height = face.leading + 2 * self.style.air

        def draw(y: float) -> None:
            self.canvas.rule(y, self.left, self.right, 0.3)
            self.canvas.rule(y + height, self.left, self.right, 0.3)
            for cell, column, (x, width) in zip(
                self.table.total, self.table.columns, self.places, strict=True
            ):
                self.canvas.put(x, y + self.style.air, cell.text, face, width, _align(column))

        return Block(height, draw, heading=head)


def _align(column: Column) -> str:
    return "R" if column.is_number else "L"


def roomiest(
    canvas: Canvas, table: Table, styles: Sequence[Style], left: float, right: float, room: float
) -> Setting:
    """The table in the first style that leaves that much room to the words; in the last, if none does."""
    settings = (Setting(canvas, table, style, left, right) for style in styles)
    fitting: Setting | None = None
    for fitting in settings:
        if fitting.room >= room:
            break
    assert fitting is not None
    return fitting
