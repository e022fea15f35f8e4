"""Credit and debit notes, advances, what is set off and paid back, and the filters of their lists."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from gstbillingapp.actions.data import NoteData, NoteLineData, ReceiptData, RefundData
from gstbillingapp.actions.noting import Left, worth_of
from gstbillingapp.actions.open_credit import Source
from gstbillingapp.forms.base import DayField, NumberField, ScreenForm
from gstbillingapp.forms.customers import DELIVERY_STATES
from gstbillingapp.forms.products import rate_choices
from gstbillingapp.models import Customer, NoteKind, NoteReason, PaymentMode, Receipt
from gstbillingapp.models.fields import day_text, today
from gstbillingapp.models.payment import MONEY_CHOICES
from gstbillingapp.templatetags.billing import money, plain

RECEIPT, NOTE = "receipt", "note"  # as an open source is named in a form


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A line of the invoice, with the fields that a note has for it; None where nothing can be typed."""

    left: Left
    qty: forms.BoundField | None
    amount: forms.BoundField | None


class NoteForm(ScreenForm):
    """A note: why, and how much of each line of its invoice.

    Whether it is commercial is asked of a credit note, where there is a tax that it could leave alone.
    """

    needed = ("date", "reason")

    date = DayField(label="Date")
    reason = forms.ChoiceField(label="Reason", choices=[("", "Choose the reason"), *NoteReason.choices])
    reason_text = forms.CharField(
        label="In words",
        help_text="Printed on the note in place of the reason's own name.",
        widget=forms.TextInput(attrs={"maxlength": 200, "autocomplete": "off"}),
    )
    commercial = forms.BooleanField(
        label="Without tax: a commercial credit note, stays out of GSTR-1",
        help_text="For a reduction agreed on after the supply. Amounts are taken off as they stand; value "
        "and tax of the invoice stay, and so does the customer's credit of the tax (CGST s.15(3)).",
    )

    def __init__(self, kind: str, lefts: Sequence[Left], *args: Any, **kwargs: Any) -> None:
        self.kind, self.lefts = kind, lefts
        super().__init__(*args, **kwargs)
        if kind == NoteKind.DEBIT or not any(worth_of(left.line).bears_tax for left in lefts):
            del self.fields["commercial"]
        for place, left in enumerate(lefts):
            for name, label in self._typed(left):
                field = NumberField(label=f"{left.line.description}, {label}", required=False)
                field.widget.attrs["class"] = "form-control text-end tnum"
                field.widget.attrs["aria-label"] = field.label
                self.fields[f"lines-{place}-{name}"] = field

    def _typed(self, left: Left) -> list[tuple[str, str]]:
        if self.kind == NoteKind.DEBIT:
            return [("amount", "amount")]
        typed = [("qty", "quantity")] if left.worth.qty else []
        return [*typed, ("amount", "amount")] if left.worth.taxable else typed

    @property
    def rows(self) -> list[NoteRow]:
        """The lines of the invoice beside what is typed of them."""
        return [
            NoteRow(left, self._bound(place, "qty"), self._bound(place, "amount"))
            for place, left in enumerate(self.lefts)
        ]

    def _bound(self, place: int, name: str) -> forms.BoundField | None:
        key = f"lines-{place}-{name}"
        return self[key] if key in self.fields else None

    def note_data(self) -> NoteData:
        """What was typed, for the action to judge; what could not be read is left out."""
        read = getattr(self, "cleaned_data", {})
        lines = [
            NoteLineData(qty=read.get(f"lines-{place}-qty"), amount=read.get(f"lines-{place}-amount"))
            for place in range(len(self.lefts))
        ]
        return NoteData(
            kind=self.kind,
            date=read.get("date"),
            reason=read.get("reason", ""),
            reason_text=read.get("reason_text", ""),
            commercial=read.get("commercial", False),
            lines=lines,
        )


class ReceiptForm(ScreenForm):
    """An advance of a customer who is chosen already."""

    needed = ("amount", "date", "purpose")

    amount = NumberField(label="Amount, ₹", help_text="The amount received, tax included.")
    date = DayField(label="Received on")
    mode = forms.ChoiceField(label="How", choices=MONEY_CHOICES)
    reference = forms.CharField(
        label="Reference",
        widget=forms.TextInput(attrs={"maxlength": 64, "placeholder": "UTR, cheque number"}),
    )
    purpose = forms.CharField(
        label="What for", widget=forms.TextInput(attrs={"maxlength": 300, "autocomplete": "off"})
    )
    is_service = forms.TypedChoiceField(
        label="It is for",
        choices=[("goods", "Goods"), ("service", "A service")],
        coerce=lambda value: value == "service",
        help_text="Tax is due at once on an advance for a service, not on one for goods.",
    )
    rate = forms.TypedChoiceField(
        label="GST rate",
        coerce=Decimal,
        empty_value=None,
        help_text="18 % if it is not known yet. Not needed for goods.",
    )
    place_of_supply = forms.ChoiceField(
        label="Place of supply", choices=[("", "By the customer's address"), *DELIVERY_STATES[1:]]
    )

    def __init__(self, customer: Customer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer = customer
        rates = rate_choices(today())[1:]
        self.fields["rate"].choices = [("", "Not known yet"), *rates]  # type: ignore[attr-defined]

    def receipt_data(self) -> ReceiptData:
        """What was typed, for the action to judge."""
        typed = {**self.cleaned_data, "mode": self.cleaned_data["mode"] or PaymentMode.BANK}
        return ReceiptData(customer_id=self.customer.pk, **typed)


class RefundForm(ScreenForm):
    """Money paid back."""

    needed = ("amount", "date")

    amount = NumberField(label="Amount, ₹")
    date = DayField(label="Paid on")
    mode = forms.ChoiceField(label="How", choices=MONEY_CHOICES)
    reference = forms.CharField(
        label="Reference",
        widget=forms.TextInput(attrs={"maxlength": 64, "placeholder": "UTR, cheque number"}),
    )

    def refund_data(self) -> RefundData:
        """What was typed, for the action to judge."""
        return RefundData(**{**self.cleaned_data, "mode": self.cleaned_data["mode"] or PaymentMode.BANK})


class SetOffForm(ScreenForm):
    """Which advance or credit pays an invoice, and how much of it."""

    needed = ("source", "amount", "date")

    source = forms.ChoiceField(label="Out of")
    amount = NumberField(label="Amount, ₹")
    date = DayField(label="Set off on")

    def __init__(self, sources: Sequence[Source], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_name = {name_of(source): source for source in sources}
        choices = [(name, _described(source)) for name, source in self.by_name.items()]
        self.fields["source"].choices = choices  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Source:
        """The source that was chosen; the first one where none was."""
        return self.by_name.get(self.cleaned_data["source"]) or next(iter(self.by_name.values()))


def name_of(source: Source) -> str:
    """What an open source is called in a form: receipt-12."""
    return f"{RECEIPT if isinstance(source, Receipt) else NOTE}-{source.pk}"


def _described(source: Source) -> str:
    kind = "advance" if isinstance(source, Receipt) else "credit note"
    return f"{source.number}: {money(source.balance)} open, {kind} of {day_text(source.date)}"


class PeriodForm(ScreenForm):
    """From when to when; it lives in the address."""

    since = DayField(label="From")
    until = DayField(label="To")

    def period(self) -> tuple[datetime.date | None, datetime.date | None]:
        """Both days, None for one that is open or cannot be read."""
        self.is_valid()
        return self.cleaned_data.get("since"), self.cleaned_data.get("until")


def left_of(left: Left) -> str:
    """What notes have left of a line, in words: 3 NOS, ₹1,200.00."""
    goods = f"{plain(left.worth.qty)} {left.line.unit}, " if left.worth.qty else ""
    return f"{goods}{money(left.worth.taxable)}"
