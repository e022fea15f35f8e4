"""How a line of the log looks: whatever somebody typed, one event stays one line."""

import json
import logging
from datetime import UTC, datetime

from gstbillingapp import request_ids

# What a line may carry beside its words, given as `extra`. These and no others: libraries hang whole requests
# on their records, with everything that somebody typed.
FIELDS = ("deliveries", "sockets", "seconds", "task_id", "cause", "rows")

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
        """The line itself, with its fields as `name=value` at the end."""
        fields = "".join(f" {name}={_word(value)}" for name, value in fields_of(record).items())
        return _escaped(super().formatMessage(record) + fields)

    def format(self, record: logging.LogRecord) -> str:
        """The line, and what belongs to it."""
        return "\n    ".join(map(_escaped, super().format(record).split("\n")))


class JsonLine(logging.Formatter):
    """The same as one JSON object a line, for machines: everything beyond ASCII is escaped by JSON itself."""

    def format(self, record: logging.LogRecord) -> str:
        """The object; a traceback is one string in it."""
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        # DEL, the one control character that JSON leaves as it is.
        return json.dumps(told, default=str).replace("\x7f", "\\u007f")


def _escaped(text: str) -> str:
    """The same for nearly every line, and then ten times as fast."""
    return text if text.isprintable() else text.translate(_ESCAPES)


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """What a line carries beside its words, and the id of the request it belongs to."""
    found = {name: value for name in FIELDS if (value := getattr(record, name, None)) not in (None, "")}
    request_id = getattr(getattr(record, "request", None), "request_id", None) or request_ids.current.get()
    return {**found, "request_id": request_id} if request_id else found


def _word(value: object) -> str:
    """A value as one word; what has blanks or quotes in it is quoted."""
    if isinstance(value, (list, tuple)):
        return ",".join(map(_word, value))
    text = str(value)
    if isinstance(value, int):
        return text
    return json.dumps(text, ensure_ascii=False) if set(text) & {" ", '"', "="} else text


def expected(record: logging.LogRecord) -> bool:
    """A filter: makes one warning of a request that was refused, and leaves out what a probe was answered.

    Django logs a foreign `Host` or an absurd form as an error with its traceback, as if it were ours: whoever
    wants to could then fill the log, and its alarms, from outside. And that a part is missing, as at every
    start, is what the probe asked for.
    """
    status, request = getattr(record, "status_code", 0), getattr(record, "request", None)
    if status == 503 and getattr(request, "path", "") == "/readyz":
        return False
    if 400 <= status < 500:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
    return True
