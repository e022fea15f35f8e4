"""What may be posted: the fields of a notification, refused with the field's name where they are wrong."""

import re
from dataclasses import dataclass

from django.utils.http import url_has_allowed_host_and_scheme

from delivery import models
from delivery.models import NotificationType, Priority

# Not storable in PostgreSQL (NUL) or not encodable in UTF-8 (lone surrogates).
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PATH = re.compile("/(?!/)")
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A notification before it is posted. `checked` raises ValueError that names the field."""

    title: str
    message: str
    notification_type: str = NotificationType.INFO
    link_url: str | None = None
    link_text: str | None = None
    related_object_type: str | None = None
    related_object_id: object = None
    priority: str = Priority.NORMAL
    dedupe_key: str | None = None
    thread_key: str | None = None
    topic: str = ""

    def checked(self) -> "Draft":
        """Itself, if everything in it may be posted; ValueError that names the field and what is allowed."""
        checked_text("title", self.title, models.TITLE_LENGTH, required=True)
        checked_text("message", self.message, models.MESSAGE_LENGTH)
        _choice("notification_type", self.notification_type, NotificationType.values)
        _choice("priority", self.priority, Priority.values)
        _link(self.link_url)
        for name, value, length in (
            ("link_text", self.link_text, models.LINK_TEXT_LENGTH),
            ("related_object_type", self.related_object_type, 50),
            ("dedupe_key", self.dedupe_key, models.KEY_LENGTH),
            ("thread_key", self.thread_key, models.KEY_LENGTH),
            ("topic", self.topic, models.TOPIC_LENGTH),
        ):
            if value is not None:
                checked_text(name, value, length)
        if self.related_object_id is not None:
            checked_text("related_object_id", _written(self.related_object_id), 50)
        return self


def _written(identifier: object) -> str:
    """An id as text. Python refuses to write a number of more than 4,300 digits."""
    try:
        return str(identifier)
    except ValueError:
        raise ValueError("related_object_id: must have at most 50 characters.") from None


def checked_text(name: str, value: object, length: int, *, required: bool = False) -> None:
    """Raise ValueError that names the field where a value is no text that may be stored there."""
    if not isinstance(value, str):
        raise ValueError(f"{name}: must be text, not {type(value).__name__}.")  # noqa: TRY004 - one error for all
    if required and not value.strip():
        raise ValueError(f"{name}: must not be empty.")
    if len(value) > length:
        raise ValueError(f"{name}: must have at most {length} characters, not {len(value)}.")
    if _UNSTORABLE.search(value):
        raise ValueError(f"{name}: must not contain NUL characters or halves of surrogate pairs.")


def _choice(name: str, value: object, allowed: list[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name}: must be one of {', '.join(allowed)}, not {value!r}.")


def _link(url: object) -> None:
    """A path of this site, such as /invoice/12/: a notification never leads anywhere else."""
    if url is None or url == "":
        return
    checked_text("link_url", url, models.LINK_LENGTH)
    assert isinstance(url, str)
    # Browsers read //host, /\host and a tab inside a scheme as other sites.
    if not _PATH.match(url) or _CONTROL.search(url) or not url_has_allowed_host_and_scheme(url, None):
        raise ValueError(
            "link_url: must be a path of this site that begins with a slash, such as /invoice/12/."
        )
