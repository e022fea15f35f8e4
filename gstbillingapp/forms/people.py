"""Signing up, in, and changing a password; the people of a business."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm

from gstbillingapp.actions.data import BusinessData
from gstbillingapp.forms.base import GstinField, ScreenForm, dress
from gstbillingapp.gst.states import CHOICES
from gstbillingapp.models import Scheme

NEW_PASSWORD = {"autocomplete": "new-password"}
USERNAME = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": 150}


class SignInForm(AuthenticationForm):
    """Django's own, in our dress and words."""

    use_required_attribute = False
    error_messages = {
        "invalid_login": "This name and password do not go together. Check both; capitals matter.",
        "inactive": "This account is closed. Ask the owner of your business.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Username"
        self.fields["username"].error_messages["required"] = "Enter your username."
        self.fields["password"].error_messages["required"] = "Enter your password."
        for field in self.fields.values():
            dress(field, needed=True)


class ChangePasswordForm(PasswordChangeForm):
    """Django's own, in our dress and words."""

    use_required_attribute = False
    error_messages = {
        "password_mismatch": "The two new passwords differ. Type the same one twice.",
        "password_incorrect": "This is not your present password.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Present password"
        self.fields["new_password1"].help_text = "At least 8 characters, not only digits, not a common one."
        self.fields["new_password2"].label = "New password again"
        self.fields["new_password2"].help_text = ""
        for field in self.fields.values():
            field.error_messages["required"] = "Enter it."
            dress(field, needed=True)


class SignUpForm(ScreenForm):
    """A person and the business they own, in one go."""

    needed = ("name", "gstin", "state_code", "username", "password")

    name = forms.CharField(
        label="Business name",
        widget=forms.TextInput(attrs={"autocomplete": "organization", "maxlength": 120}),
    )
    scheme = forms.ChoiceField(label="GST registration", choices=Scheme.choices, initial=Scheme.REGULAR)
    gstin = GstinField(help_text="15 characters; fills in the state.")
    state_code = forms.ChoiceField(label="State", choices=[("", "Choose a state"), *CHOICES])
    username = forms.CharField(label="Username", widget=forms.TextInput(attrs=USERNAME))
    email = forms.CharField(
        label="Your e-mail",
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email", "maxlength": 254}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        help_text="At least 8 characters, not only digits, not a common one.",
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
    )

    def business_data(self) -> BusinessData:
        """What was typed about the business, for the action to judge."""
        return BusinessData(
            name=self.cleaned_data["name"],
            scheme=self.cleaned_data["scheme"],
            gstin=self.cleaned_data["gstin"],
            state_code=self.cleaned_data["state_code"],
        )


class StaffForm(ScreenForm):
    """A new colleague; the password is the first one, to be changed after signing in."""

    needed = ("username", "password")

    username = forms.CharField(
        label="Username", widget=forms.TextInput(attrs={**USERNAME, "autocomplete": "off"})
    )
    email = forms.CharField(
        label="E-mail",
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "off", "maxlength": 254}),
    )
    password = forms.CharField(
        label="First password",
        strip=False,
        help_text="Tell it to them in person. They can change it after signing in.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
