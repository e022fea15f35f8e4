"""Vendors' credit notes: what is typed of one, and the filters of their list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from gstbillingapp.actions.data import NoteLineData, VendorNoteData
from gstbillingapp.actions.vendor_noting import Left
from gstbillingapp.forms.base import DayField, NumberField, ScreenForm
from gstbillingapp.forms.invoices import ReasonForm
from gstbillingapp.models import VendorNoteReason
from gstbillingapp.templatetags.billing import money, plain


@dataclass(frozen=True, slots=True)
class VendorNoteRow:
    """A line of the bill, what notes have left of it in words, and the fields that a note has for it."""

    left: Left
    words: str
    qty: forms.BoundField | None
    amount: forms.BoundField | None


class VendorNoteForm(ScreenForm):
    """A credit note as it stands on the vendor's paper, and how much of each line of the bill it takes."""

    needed = ("number", "date", "reason")

    number = forms.CharField(
        label="Number on the note",
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 40, "class": "tnum"}),
    )
    date = DayField(label="Date of the note")
    reason = forms.ChoiceField(label="Reason", choices=[("", "Choose the reason"), *VendorNoteReason.choices])
    reason_text = forms.CharField(
        label="In words", widget=forms.TextInput(attrs={"maxlength": 200, "autocomplete": "off"})
    )
    round_off = NumberField(label="Round-off, ₹", help_text="Empty: to the rupee.")

    def __init__(self, lefts: Sequence[Left], *args: Any, **kwargs: Any) -> None:
        self.lefts = lefts
        super().__init__(*args, **kwargs)
        for place, left in enumerate(lefts):
            for name, label in _typed(left):
                field = NumberField(label=f"{left.line.description}, {label}", required=False)
                field.widget.attrs["class"] = "form-control text-end tnum"
                field.widget.attrs["aria-label"] = field.label
                self.fields[f"lines-{place}-{name}"] = field

    @property
    def rows(self) -> list[VendorNoteRow]:
        """The lines of the bill beside what is typed of them."""
        return [
            VendorNoteRow(left, _left_words(left), self._bound(place, "qty"), self._bound(place, "amount"))
            for place, left in enumerate(self.lefts)
        ]

    def _bound(self, place: int, name: str) -> forms.BoundField | None:
        key = f"lines-{place}-{name}"
        return self[key] if key in self.fields else None

    def note_data(self) -> VendorNoteData:
        """What was typed, for the action to judge; what could not be read is left out."""
        read = getattr(self, "cleaned_data", {})
        lines = [
            NoteLineData(qty=read.get(f"lines-{place}-qty"), amount=read.get(f"lines-{place}-amount"))
            for place in range(len(self.lefts))
        ]
        return VendorNoteData(
            number=read.get("number", ""),
            date=read.get("date"),
            reason=read.get("reason", ""),
            reason_text=read.get("reason_text", ""),
            round_off=read.get("round_off"),
            lines=lines,
        )


class VendorNoteReasonForm(ReasonForm):
    """Why a vendor's credit note is cancelled, or money that came back on it taken back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "It is kept with the note, and your team is told."


def _typed(left: Left) -> list[tuple[str, str]]:
    typed = [("qty", "quantity")] if left.worth.qty else []
    return [*typed, ("amount", "amount")] if left.worth.taxable else typed


def _left_words(left: Left) -> str:
    """What notes have left of a line: 3 NOS, ₹1,200.00."""
    if left.worth.is_nothing:
        return "nothing"
    goods = f"{plain(left.worth.qty)} {left.line.unit}, " if left.worth.qty else ""
    return f"{goods}{money(left.worth.taxable)}"
