"""How a line of the log looks: whatever somebody typed, one event stays one line."""

import logging

# Line ends forge lines, escape sequences drive terminals, and directional marks turn a line around.
_UNSAFE = (
    *range(0x20),
    *range(0x7F, 0xA0),
    *(0x200E, 0x200F, 0x2028, 0x2029),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
)
_ESCAPES = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in _UNSAFE}


class OneLine(logging.Formatter):
    """Escapes what would not print; a traceback follows on indented lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line itself."""
        return super().formatMessage(record).translate(_ESCAPES)

    def format(self, record: logging.LogRecord) -> str:
        """The line, and what belongs to it."""
        return "\n    ".join(line.translate(_ESCAPES) for line in super().format(record).split("\n"))


def expected(record: logging.LogRecord) -> bool:
    """Make one warning of a request that was refused; a filter, which lets every line through.

    Django logs a foreign `Host` or an absurd form as an error with its traceback, as if it were ours: whoever
    wants to could then fill the log, and its alarms, from outside.
    """
    if 400 <= getattr(record, "status_code", 0) < 500:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
    return True
