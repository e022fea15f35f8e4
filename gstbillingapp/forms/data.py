"""Imports: the file, which column of it is what, and what is to become of the rows."""

from collections.abc import Sequence
from typing import Any

from django import forms

from gstbillingapp.actions.importing import Column, Subject
from gstbillingapp.forms.base import ScreenForm
from gstbillingapp.models import Job
from gstbillingapp.sheets.reading import MAX_BYTES, Row

SKIP = "skip"
TOO_LARGE = f"The file is larger than {MAX_BYTES // 1024**2} MB. Split it into several."


class FileForm(ScreenForm):
    """A file from the person's own machine."""

    needed = ("file",)

    file = forms.FileField(
        label="File",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        help_text="CSV or Excel (.xlsx), up to 10 MB and 50,000 rows. The first row holds the headings.",
    )

    def __init__(self, *args: Any, sent: int = 0, **kwargs: Any) -> None:
        """`sent` is how many bytes the request has: a file that was too large is not in it any more."""
        super().__init__(*args, **kwargs)
        self.sent = sent
        self.fields["file"].error_messages["empty"] = "The file is empty."

    def clean_file(self) -> Any:
        """The file, or why there is none."""
        file = self.cleaned_data["file"]
        if not file:
            raise forms.ValidationError(TOO_LARGE if self.sent > MAX_BYTES else "Choose a file.")
        return file


class ColumnsForm(ScreenForm):
    """For each field, the column of the file that holds it."""

    def __init__(
        self, subject: Subject, headings: Sequence[str], first: Sequence[Row], *args: Any, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        choices = [("", "Not in the file"), *_choices(headings, first)]
        for column in subject.columns:
            self.fields[column.name] = _field(column, choices)

    def columns(self) -> dict[str, int]:
        """The position of each field that is in the file."""
        return {name: place for name, place in self.cleaned_data.items() if place is not None}


def _choices(headings: Sequence[str], first: Sequence[Row]) -> list[tuple[str, str]]:
    """The columns of a file by their headings, with a cell of each that has one."""
    width = max([len(headings), *(len(row.cells) for row in first)])
    found = []
    for place in range(width):
        heading = headings[place] if place < len(headings) else ""
        examples = (row.cells[place] for row in first if place < len(row.cells) and row.cells[place])
        example = next(examples, "")
        words = (heading or f"Column {place + 1}")[:40]
        found.append((str(place), f"{words} ({example[:24]})" if example else words))
    return found


def _field(column: Column, choices: list[tuple[str, str]]) -> forms.Field:
    field = forms.TypedChoiceField(
        label=column.label,
        choices=choices,
        coerce=int,
        empty_value=None,
        help_text=column.note,
        required=False,
    )
    field.widget.attrs["class"] = "form-select"
    return field


class StartForm(ScreenForm):
    """What is to become of rows that exist already. A button of its own leaves out those with errors."""

    existing = forms.ChoiceField(
        label="Rows that exist already",
        choices=[("update", "Change them as the file says"), ("leave", "Leave them as they are")],
    )

    def __init__(self, job: Job, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not job.changed:
            del self.fields["existing"]

    @property
    def updates(self) -> bool:
        """Whether rows that exist are to be changed."""
        return self.cleaned_data.get("existing") != "leave"

    @property
    def skips(self) -> bool:
        """Whether rows with errors are to be left out: a page that was shown without any did not ask."""
        return self.data.get("wrong") == SKIP
