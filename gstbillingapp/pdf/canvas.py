"""A4 in millimetres, on which text is put where it is told."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import segno
from fpdf import FPDF

from gstbillingapp.pdf import fonts
from gstbillingapp.pdf.text import clean, wrapped

WIDTH, HEIGHT = 210.0, 297.0
MILLIMETRES = 25.4 / 72  # a point
INK, SOFT, RULE, FINE, FAINT = 0, 68, 119, 187, 232  # greys, from black


@dataclass(frozen=True, slots=True)
class Face:
    """How a text is set: size in points, weight, grey; lines so many sizes apart."""

    size: float = 8.5
    bold: bool = False
    grey: int = INK
    spacing: float = 1.3

    @property
    def leading(self) -> float:
        """From one line to the next, in millimetres."""
        return self.size * self.spacing * MILLIMETRES

    def but(self, **changes: Any) -> "Face":
        """The same, except for that."""
        return replace(self, **changes)


class Canvas(FPDF):
    """Pages without margins: what stands where is decided before anything is drawn."""

    def __init__(self, folder: Path) -> None:
        super().__init__(unit="mm", format="A4")
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        self._folder = folder
        self._widths: dict[tuple[str, float, bool], float] = {}
        self._scripts: set[fonts.Script] = set()
        self._load(fonts.LATIN)
        self._load(fonts.RUPEE)
        self.set_text_shaping(True)
        self._shaping = self.text_shaping
        self._set(Face())

    def width(self, text: str, face: Face) -> float:
        """How wide a text is, on one line."""
        key = (text, face.size, face.bold)
        if key not in self._widths:
            self._prepare(text, face)
            self._widths[key] = self.get_string_width(text) if text else 0.0
        return self._widths[key]

    def wrap(self, text: str, face: Face, width: float) -> list[str]:
        """The text in lines that fit."""
        return wrapped(text, width, lambda part: self.width(part, face))

    def put(self, x: float, y: float, text: str, face: Face, width: float = 0.0, align: str = "L") -> None:
        """One line, its top at `y`, between `x` and `x + width`."""
        text = clean(text)
        if not text:
            return
        self._prepare(text, face)
        self.set_text_color(face.grey)
        self.set_xy(x, y)
        self.cell(width or self.width(text, face), face.leading, text, align=align)

    def rule(self, y: float, left: float, right: float, thickness: float, grey: int = INK) -> None:
        """A line from side to side."""
        self.set_line_width(thickness)
        self.set_draw_color(grey)
        self.line(left, y, right, y)

    def mark(self, text: str) -> None:
        """A word across the page, to lie below everything else."""
        face = Face(size=80, bold=True, grey=FAINT)
        wide = self.width(text, face)
        with self.rotation(28, WIDTH / 2, HEIGHT / 2):
            self.put((WIDTH - wide) / 2, (HEIGHT - face.leading) / 2, text, face)

    def qr(self, x: float, y: float, side: float, link: str) -> None:
        """A QR code of a link, which a tap opens where there is a screen."""
        code = [list(row) for row in segno.make(link, error="m", micro=False).matrix]
        module = side / len(code)
        self.set_fill_color(INK)
        for place, row in enumerate(code):
            for begin, length in _runs(row):
                # A hair taller than they are: some programs show a gap between two that only touch.
                self.rect(x + begin * module, y + place * module, length * module, module + 0.02, style="F")
        self.link(x, y, side, side, link)

    def _prepare(self, text: str, face: Face) -> None:
        """Have the fonts of the text, and shape it where its script asks for that: it is dear."""
        scripts = fonts.scripts_of(text)
        for script in scripts - self._scripts:
            self._load(script)
        self.text_shaping = self._shaping if scripts else None
        self._set(face)

    def _set(self, face: Face) -> None:
        self.set_font(fonts.LATIN.name, "B" if face.bold else "", face.size)

    def _load(self, script: fonts.Script) -> None:
        for style, weight in fonts.STYLES.items():
            self.add_font(script.name, style, script.file(self._folder, weight))
        self._scripts.add(script)
        others = [known.name for known in self._scripts if known is not fonts.LATIN]
        self.set_fallback_fonts(sorted(others), exact_match=False)


def _runs(row: list[int]) -> list[tuple[int, int]]:
    """The dark modules of a row that lie side by side: where they begin, and how many they are."""
    runs: list[tuple[int, int]] = []
    for place, dark in enumerate(row):
        if not dark:
            continue
        if runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((place, 1))
    return runs
