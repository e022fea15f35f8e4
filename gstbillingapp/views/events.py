"""One thing that happened to a document, as a timeline shows it."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `tone` is a class of app.css; `undo` is where it can be taken back."""

    at: datetime.datetime
    text: str
    icon: str
    tone: str = "quiet"
    note: str = ""
    by: str = ""
    undo: str = ""
    undo_text: str = "Did not clear"
    again: str = ""  # where it can be tried again
    waits: bool = False  # more is to come by itself: an open page looks again
