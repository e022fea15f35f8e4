"""Cells that a spreadsheet would run as formulas: made harmless on the way out, read on the way in."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MARK = "'"  # a spreadsheet takes what follows it for text


def guarded(text: str) -> str:
    """The text for a CSV file, with a mark before it where it would be a formula."""
    return MARK + text if text.startswith(DANGEROUS) else text


def unguarded(text: str) -> str:
    """The text of a CSV file without the mark that `guarded` put there."""
    return text[1:] if text.startswith(MARK) and text[1:].startswith(DANGEROUS) else text
