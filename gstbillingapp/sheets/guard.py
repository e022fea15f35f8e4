"""Cells that a spreadsheet would run as formulas: made harmless on the way out, read on the way in."""

# What makes a spreadsheet take a text for a formula, or hides one from the eye before it does.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
MARK = "'"  # a spreadsheet takes what follows it for text


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet might compute the text; some skip the blanks before it."""
    return text.lstrip(" ").startswith(DANGEROUS)


def guarded(text: str) -> str:
    """The text for a CSV file, with a mark before it where it would be a formula."""
    return MARK + text if is_dangerous(text) else text


def unguarded(text: str) -> str:
    """The text of a CSV file without the mark that `guarded` put there."""
    return text[1:] if text.startswith(MARK) and is_dangerous(text[1:]) else text
