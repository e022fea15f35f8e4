"""What is typed about a return that is filed, and the days of a register."""

import datetime
from typing import Any

from django import forms

from gstbillingapp.forms.base import DayField, ScreenForm
from gstbillingapp.gst.rates import GST_BEGAN
from gstbillingapp.models.fields import day_text


class FilingForm(ScreenForm):
    """That a return is filed: when, and what the portal gave for it."""

    needed = ("filed_on",)

    filed_on = DayField(label="Filed on")
    arn = forms.CharField(
        label="ARN",
        help_text="The acknowledgement number that the portal shows.",
        widget=forms.TextInput(
            attrs={"maxlength": 20, "class": "input-upper tnum", "autocomplete": "off", "spellcheck": "false"}
        ),
    )


class RegisterForm(ScreenForm):
    """Which register, of which days, as which file."""

    needed = ("since", "until")

    kind = forms.ChoiceField(label="Register", choices=[("sales", "Sales"), ("purchases", "Purchases")])
    since = DayField(label="From")
    until = DayField(label="To")
    file = forms.ChoiceField(label="File", choices=[("xlsx", "Excel (XLSX)"), ("csv", "CSV")])

    def clean(self) -> dict[str, Any]:
        """Both days, and in their order."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("kind", "file"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, "Choose one from the list.")
        for name in ("since", "until"):
            self._check_day(name, cleaned.get(name))
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "Choose the first day or a later one.")
        return cleaned

    def _check_day(self, name: str, day: datetime.date | None) -> None:
        if name in self.errors:
            return
        if day is None:
            self.add_error(name, "Enter a date, such as 2026-11-22.")
        elif not GST_BEGAN <= day <= datetime.date(2099, 12, 31):
            self.add_error(name, f"Enter a date from {day_text(GST_BEGAN)} on.")
