"""The invoice on A4: what stands where.

A dozen lines, the tax by HSN, bank, QR and signature go on one page; where they would not, everything is set
a little closer. Over several pages, the headings come again, and each page says which of how many it is.
"""

from collections.abc import Iterator
from functools import cached_property, partial
from pathlib import Path

from gstbillingapp.pdf.canvas import HEIGHT, INK, SOFT, WIDTH, Canvas, Face
from gstbillingapp.pdf.canvas import RULE as GREY
from gstbillingapp.pdf.flow import Block, Page, pages_of
from gstbillingapp.pdf.sheet import Line, Part, Sheet
from gstbillingapp.pdf.table import Style, roomiest

# Millimetres.
LEFT, RIGHT, TOP, BOTTOM = 10.0, WIDTH - 10.0, 10.0, HEIGHT - 15.0
FOOT = HEIGHT - 11.0
SIDE = 64.0  # the column on the right: facts, sums, signature
BETWEEN = 6.0
QR_SIDE = 27.0
SIGNATURE = 14.0  # for a hand, and a stamp
ROOM = 44.0  # for the words of a line
# Up to so many lines are worth setting closer, so that they go on one page.
SHORT = 12
# Lines apart by so many sizes, millimetres above and below a row, letters of so much of their size.
SPACINGS = ((1.3, 0.75, 1.0), (1.14, 0.35, 1.0), (1.1, 0.3, 0.88))
# More lines of notes or terms than these stand by themselves, and may run over the page.
MOST_BESIDE = 7

BODY = Face()
BOLD = Face(bold=True)
NAME = Face(size=13, bold=True, spacing=1.2)
LABEL = Face(size=7, bold=True, grey=SOFT)
SMALL = Face(size=7.5, grey=SOFT)
# The lines of an invoice, from the roomiest to what the largest amounts in every column need.
SIZES = (*((size, False) for size in (8.5, 8.0, 7.5)), *((size, True) for size in (7.5, 7, 6.5, 6, 5.5, 5)))


def draw(sheet: Sheet, fonts: Path) -> bytes:
    """The invoice as a PDF file; `fonts` is where Fontsource's packages lie."""
    canvas = Canvas(fonts)
    spacings = SPACINGS if len(sheet.lines.rows) <= SHORT else SPACINGS[:1]
    papers = [Paper(sheet, canvas, *spacings[0])]
    while len(papers[-1].pages) > 1 and len(papers) < len(spacings):
        papers.append(Paper(sheet, canvas, *spacings[len(papers)]))
    fits = len(papers[-1].pages) == 1
    return papers[-1 if fits else 0].printed()


class Paper:
    """One sheet in one spacing."""

    def __init__(self, sheet: Sheet, canvas: Canvas, spacing: float, air: float, scale: float) -> None:
        self.sheet, self.canvas, self.air, self.scale = sheet, canvas, air, scale
        self.copy = sheet.copy  # the one that is being printed
        self.body, self.bold, self.label, self.small = (
            face.but(spacing=spacing, size=face.size * scale) for face in (BODY, BOLD, LABEL, SMALL)
        )

    @cached_property
    def pages(self) -> list[Page]:
        """Everything on its page."""
        return pages_of(list(self._blocks()), TOP, TOP + NAME.leading + 2, BOTTOM)

    def printed(self) -> bytes:
        """The file: every copy with pages of its own, one after the other."""
        canvas, sheet = self.canvas, self.sheet
        canvas.set_title(f"{sheet.title} {sheet.number}")
        canvas.set_author(sheet.supplier)
        canvas.set_subject(", ".join(line.text for line in sheet.parties[0].lines[:1]))
        canvas.set_creator("GST Billing")
        canvas.set_lang("en-IN")
        for self.copy in (sheet.copy, *sheet.further_copies):
            self._print()
        return bytes(canvas.output())

    def _print(self) -> None:
        """One copy."""
        for number, page in enumerate(self.pages, start=1):
            self.canvas.add_page()
            if self.sheet.mark:
                self.canvas.mark(self.sheet.mark)
            if number > 1:
                self._further_head()
            for y, block in page:
                block.draw(y)
            self._foot(number, len(self.pages))

    def _blocks(self) -> Iterator[Block]:
        sheet = self.sheet
        yield self._head()
        yield from map(self._declaration, sheet.declarations)
        yield self._parties()
        styles = [self._style(size, self.air, stacked=stacked) for size, stacked in SIZES]
        *lines, last = roomiest(self.canvas, sheet.lines, styles, LEFT, RIGHT, ROOM).blocks()
        yield from lines
        yield Block(last.height, last.draw, keeps=True, heading=last.heading)
        yield self._after_lines()
        if len(self._note_lines()) > MOST_BESIDE:
            yield from self._running("Notes", sheet.notes)
        if sheet.hsn:
            small = [self._style(size, self.air * 0.6) for size in (7.5, 7, 6.5, 6, 5.5, 5)]
            yield self._caption("Summary by HSN/SAC")
            yield from roomiest(self.canvas, sheet.hsn, small, LEFT, RIGHT, 0).blocks()
            yield _gap(2.5)
        if len(self._term_lines()) > MOST_BESIDE:
            yield from self._running("Terms", sheet.terms)
        yield self._closing()

    def _style(self, size: float, air: float, *, stacked: bool = False) -> Style:
        return Style(self.body.but(size=size * self.scale), air, stacked)

    # Above the lines

    def _head(self) -> Block:
        sheet, side = self.sheet, SIDE + 6
        width = RIGHT - LEFT - side - BETWEEN
        names = self.canvas.wrap(sheet.supplier, NAME, width)
        lines = self._set(sheet.supplier_lines, width)
        titles = self.canvas.wrap(sheet.title, NAME, side)
        height = max(len(names) * NAME.leading + _height(lines), len(titles) * NAME.leading + SMALL.leading)

        def draw(y: float) -> None:
            at = self._put([(name, NAME) for name in names], LEFT, y, width)
            self._put(lines, LEFT, at, width)
            copy = [*((title, NAME) for title in titles), (self.copy, self.small.but(bold=True, grey=INK))]
            self._put(copy, RIGHT - side, y, side, "R")
            self.canvas.rule(y + height + 2.5, LEFT, RIGHT, 0.5)

        return Block(height + 3.0, draw)

    def _declaration(self, sentence: str) -> Block:
        lines = [(line, self.bold) for line in self.canvas.wrap(sentence, self.bold, RIGHT - LEFT)]
        height = _height(lines) + 2.4

        def draw(y: float) -> None:
            self._put(lines, LEFT, y + 1.2, RIGHT - LEFT, "C")
            self.canvas.rule(y + height, LEFT, RIGHT, 0.2, GREY)

        return Block(height, draw)

    def _parties(self) -> Block:
        parties = self.sheet.parties
        width = (RIGHT - LEFT - SIDE - BETWEEN * len(parties)) / len(parties)
        columns = [self._part(part, width) for part in parties]
        facts = self._pairs(self.sheet.facts, SIDE)
        height = max(*map(_height, columns), sum(len(f[1]) * self.bold.leading + PAIR_GAP for f in facts))

        def draw(y: float) -> None:
            for place, lines in enumerate(columns):
                self._put(lines, LEFT + place * (width + BETWEEN), y + 2.5, width)
            self._put_pairs(facts, RIGHT - SIDE, y + 2.5)

        return Block(height + 6.0, draw)

    def _part(self, part: Part, width: float) -> list[tuple[str, Face]]:
        return [(part.heading, self.label), *self._set(part.lines, width)]

    def _pairs(self, pairs: tuple[tuple[str, str], ...], width: float) -> list[tuple[str, list[str], float]]:
        """Labels, and beside them what they are of in lines, with the place of these."""
        beside = max(self.canvas.width(label, self.body) for label, _ in pairs) + 3.0
        return [(label, self.canvas.wrap(text, self.bold, width - beside), beside) for label, text in pairs]

    def _put_pairs(self, pairs: list[tuple[str, list[str], float]], x: float, y: float) -> None:
        for label, texts, beside in pairs:
            self.canvas.put(x, y, label, self.body.but(grey=SOFT))
            y = self._put([(text, self.bold) for text in texts], x + beside, y, 0) + PAIR_GAP

    # Below them

    def _after_lines(self) -> Block:
        sheet = self.sheet
        width = RIGHT - LEFT - SIDE - BETWEEN
        words = [(line, self.bold) for line in self.canvas.wrap(sheet.words, self.bold, width)]
        left = [("Amount in words", self.label), *words]
        notes = self._note_lines()
        if 0 < len(notes) <= MOST_BESIDE:
            left += [self._space, ("Notes", self.label), *((line, self.body) for line in notes)]
        payable = self.bold.but(size=10.5)
        step = self.body.leading + PAIR_GAP
        sums = len(sheet.totals) + len(sheet.after_payable)
        height = max(_height(left), sums * step + payable.leading + 3.2)

        def draw(y: float) -> None:
            y += 2.5
            self._put(left, LEFT, y, width)
            for pair in sheet.totals:
                self._sum(pair, y, self.body)
                y += step
            self.canvas.rule(y + 0.3, RIGHT - SIDE, RIGHT, 0.3)
            self._sum(sheet.payable, y + 1.2, payable)
            y += payable.leading + 2.4
            self.canvas.rule(y - 0.3, RIGHT - SIDE, RIGHT, 0.3)
            for place, pair in enumerate(sheet.after_payable, start=1):
                face = self.bold if place == len(sheet.after_payable) else self.body
                self._sum(pair, y + 0.8, face)
                y += step

        return Block(height + 5.5, draw)

    def _sum(self, pair: tuple[str, str], y: float, face: Face) -> None:
        """A label and, where a long amount leaves it no room, letters small enough for both."""
        room = SIDE - self.canvas.width(pair[1], face) - 2
        wide = self.canvas.width(pair[0], face)
        label = face if wide <= room else face.but(size=face.size * room / wide)
        self.canvas.put(RIGHT - SIDE, y + (face.leading - label.leading) * 0.6, pair[0], label)
        self.canvas.put(RIGHT - SIDE, y, pair[1], face, SIDE, "R")

    def _note_lines(self) -> list[str]:
        width = RIGHT - LEFT - SIDE - BETWEEN
        return self.canvas.wrap(self.sheet.notes, self.body, width) if self.sheet.notes else []

    def _term_lines(self) -> list[str]:
        return self.canvas.wrap(self.sheet.terms, self.body, self._print_width) if self.sheet.terms else []

    def _caption(self, text: str) -> Block:
        return Block(
            self.label.leading + 0.8, lambda y: self.canvas.put(LEFT, y, text, self.label), keeps=True
        )

    def _running(self, heading: str, text: str) -> Iterator[Block]:
        """Text over the whole width, which may go on on the next page."""
        yield self._caption(heading)
        for line in self.canvas.wrap(text, self.body, RIGHT - LEFT):
            put = partial(self.canvas.put, text=line, face=self.body)
            yield Block(self.body.leading, partial(_at_left, put))
        yield _gap(2.5)

    @property
    def _print_width(self) -> float:
        beside = QR_SIDE + BETWEEN if self.sheet.pay_link else 0
        return RIGHT - LEFT - SIDE - BETWEEN - beside

    def _closing(self) -> Block:
        """How to pay, and who signs: at the foot of the last page."""
        sheet, width = self.sheet, self._print_width
        small: list[tuple[str, Face]] = []
        parts = list(sheet.small_print)
        if 0 < len(self._term_lines()) <= MOST_BESIDE:
            parts.append(Part("Terms", tuple(Line(line) for line in sheet.terms.splitlines())))
        for part in parts:
            small += [*([self._space] if small else []), *self._part(part, width)]
        pay = [(line, self.small) for line in sheet.pay_words]
        company = [(line, self.bold) for line in self.canvas.wrap(sheet.signed_for, self.bold, SIDE)]
        signatory = [(line, self.bold) for line in self.canvas.wrap(sheet.signatory, self.bold, SIDE) if line]
        signature = [("For", self.body), *company]
        signed = [*signatory, ("Authorised signatory", self.body.but(grey=SOFT))]
        signs = _height(signature) + SIGNATURE + _height(signed)
        height = max(QR_SIDE + _height(pay) + 1 if pay else 0, _height(small), signs)

        def draw(y: float) -> None:
            self.canvas.rule(y, LEFT, RIGHT, 0.3)
            y += 3
            if sheet.pay_link:
                self.canvas.qr(LEFT, y, QR_SIDE, sheet.pay_link)
                self._put(pay, LEFT, y + QR_SIDE + 1, QR_SIDE, "C")
            self._put(small, RIGHT - SIDE - BETWEEN - width, y, width)
            self._put(signature, RIGHT - SIDE, y, SIDE, "R")
            self._put(signed, RIGHT - SIDE, y + height - _height(signed), SIDE, "R")

        return Block(height + 4, draw, at_foot=True)

    # On every page

    def _further_head(self) -> None:
        sheet, face = self.sheet, BODY
        said = f"{sheet.title} {sheet.number}, {sheet.date}, continued"
        room = RIGHT - LEFT - self.canvas.width(said, face) - BETWEEN
        self.canvas.put(LEFT, TOP, self.canvas.wrap(sheet.supplier, BOLD, room)[0], BOLD)
        self.canvas.put(LEFT, TOP, said, face, RIGHT - LEFT, "R")

    def _foot(self, number: int, count: int) -> None:
        said = (f"{self.sheet.title} {self.sheet.number}".rstrip(), self.copy)
        self.canvas.put(LEFT, FOOT, " · ".join(filter(None, said)), SMALL)
        self.canvas.put(LEFT, FOOT, f"Page {number} of {count}", SMALL, RIGHT - LEFT, "R")

    # Lines of text

    @property
    def _space(self) -> tuple[str, Face]:
        return "", self.label.but(size=4)

    def _set(self, lines: tuple[Line, ...], width: float) -> list[tuple[str, Face]]:
        """Lines in what they are set in, broken where they are too wide."""
        set_lines = []
        for line in lines:
            face = self.bold if line.bold else self.body.but(grey=SOFT) if line.soft else self.body
            set_lines += [(text, face) for text in self.canvas.wrap(line.text, face, width)]
        return set_lines

    def _put(
        self, lines: list[tuple[str, Face]], x: float, y: float, width: float, align: str = "L"
    ) -> float:
        """Lines below each other; where the next one would begin."""
        for text, face in lines:
            self.canvas.put(x, y, text, face, width, align)
            y += face.leading
        return y


PAIR_GAP = 0.4  # millimetres between two facts or sums


def _height(lines: list[tuple[str, Face]]) -> float:
    return sum(face.leading for _, face in lines)


def _gap(height: float) -> Block:
    return Block(height, lambda _y: None)


def _at_left(put: partial[None], y: float) -> None:
    put(LEFT, y)
