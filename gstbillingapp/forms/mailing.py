"""Sending a paper by e-mail."""

import secrets

from django import forms

from delivery.models import SUBJECT_LENGTH, TEXT_LENGTH
from gstbillingapp.actions.mailing import MailData
from gstbillingapp.forms.base import ScreenForm


class MailForm(ScreenForm):
    """To whom, and what is said beside the paper. `form_key` makes a form that is sent twice one letter."""

    needed = ("to", "subject", "message")

    to = forms.CharField(
        label="To",
        widget=forms.TextInput(
            attrs={"type": "email", "maxlength": 254, "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    subject = forms.CharField(label="Subject", widget=forms.TextInput(attrs={"maxlength": SUBJECT_LENGTH}))
    message = forms.CharField(
        label="Message", widget=forms.Textarea(attrs={"rows": 12, "maxlength": TEXT_LENGTH})
    )
    form_key = forms.CharField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), max_length=64)

    @classmethod
    def blank(cls, to: str, subject: str, message: str) -> "MailForm":
        """The form as it is first shown."""
        key = secrets.token_hex(16)
        return cls(initial={"to": to, "subject": subject, "message": message, "form_key": key})

    def mail_data(self) -> MailData:
        """What was typed, for the action to judge."""
        return MailData(**self.cleaned_data)
