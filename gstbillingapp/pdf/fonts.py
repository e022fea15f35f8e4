"""The typefaces of the paper: Arimo, as on the printed page, and Noto Sans for the scripts of India.

Fontsource brings each of them in files by script, which fpdf2 reads as they are. A script's files are opened
when a text has a letter of it, and not before.
"""

from dataclasses import dataclass
from pathlib import Path

STYLES = {"": 400, "B": 700}


@dataclass(frozen=True, slots=True)
class Script:
    """A typeface for some letters: what fpdf2 calls it, and its files."""

    name: str
    family: str
    subset: str
    first: int = 0
    last: int = -1

    def file(self, folder: Path, weight: int) -> Path:
        """The font of one weight."""
        return folder / self.family / "files" / f"{self.family}-{self.subset}-{weight}-normal.woff"


LATIN = Script("arimo", "arimo", "latin")
RUPEE = Script("arimo-ext", "arimo", "latin-ext")  # the rupee sign, and names with accents


def _indian(subset: str, first: int) -> Script:
    # Each has one block of 128 in Unicode.
    return Script(subset, f"noto-sans-{subset}", subset, first, first + 0x7F)


INDIAN = (
    _indian("devanagari", 0x0900),
    _indian("bengali", 0x0980),
    _indian("gurmukhi", 0x0A00),
    _indian("gujarati", 0x0A80),
    _indian("oriya", 0x0B00),
    _indian("tamil", 0x0B80),
    _indian("telugu", 0x0C00),
    _indian("kannada", 0x0C80),
    _indian("malayalam", 0x0D00),
)
FIRST, LAST = INDIAN[0].first, INDIAN[-1].last


def scripts_of(text: str) -> set[Script]:
    """The Indian scripts that a text has letters of."""
    codes = [code for code in map(ord, set(text)) if FIRST <= code <= LAST]
    return {script for script in INDIAN for code in codes if script.first <= code <= script.last}
