"""Text as it goes to paper: without what nobody sees, and in pieces that fit."""

import unicodedata
from collections.abc import Callable, Iterator

# Join letters in Persian and Indian scripts; of the other invisible characters none may reorder an amount.
JOINERS = "\u200c\u200d"
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
MARKS = {"Mn", "Mc", "Me", "Cf"}
VIRAMA = 9  # the combining class of the sign that joins two consonants

Width = Callable[[str], float]


def clean(text: str) -> str:
    """The text without controls, halves of characters and changes of direction; of blanks, the plain one."""
    return "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text)
        if char.isspace() or char in JOINERS or unicodedata.category(char) not in UNSEEN
    )


def wrapped(text: str, most: float, width: Width) -> list[str]:
    """The text in lines of at most that width: between words, and within one that is wider by itself."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        lines += _filled(clean(paragraph).split(), most, width)
    return lines


def _filled(words: list[str], most: float, width: Width) -> Iterator[str]:
    blank = width(" ")
    line, taken = "", 0.0
    for word in words:
        wide = width(word)
        if line and taken + blank + wide <= most:
            line, taken = f"{line} {word}", taken + blank + wide
            continue
        if line:
            yield line
        if wide > most:
            *full, word = _pieces(word, most, width)
            yield from full
            wide = width(word)
        line, taken = word, wide
    yield line


def _pieces(word: str, most: float, width: Width) -> list[str]:
    """A word cut where it has to be, never within a letter and its marks."""
    pieces = [""]
    for letter in _letters(word):
        if pieces[-1] and width(pieces[-1] + letter) > most:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _letters(word: str) -> list[str]:
    letters: list[str] = []
    for char in word:
        joins = letters and (
            unicodedata.category(char) in MARKS
            or unicodedata.combining(letters[-1][-1]) == VIRAMA
            or letters[-1][-1] in JOINERS
        )
        if joins:
            letters[-1] += char
        else:
            letters.append(char)
    return letters
