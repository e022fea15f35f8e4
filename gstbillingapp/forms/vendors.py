"""Vendors: the whole form, and the short one beside a bill."""

from typing import Any

from django import forms

from gstbillingapp.actions.data import VendorData
from gstbillingapp.forms.base import GstinField, ScreenForm, WholeNumberField
from gstbillingapp.gst.states import ABROAD, CHOICES
from gstbillingapp.models import Vendor, VendorKind

STATES = [("", "Choose a state"), *CHOICES]
KINDS = [("", "By the GSTIN"), *VendorKind.choices]
# What a bill needs of a vendor; the rest can wait.
QUICK = ("name", "gstin", "kind", "state_code", "phone")


class VendorForm(ScreenForm):
    """Everything about a vendor."""

    needed = ("name",)

    name = forms.CharField(label="Name", widget=forms.TextInput(attrs={"maxlength": 120}))
    gstin = GstinField(help_text="15 characters; fills in the state.")
    kind = forms.ChoiceField(
        label="Registration",
        choices=KINDS,
        help_text="Decides whether the vendor's bills carry tax.",
    )
    phone = forms.CharField(label="Phone", widget=forms.TextInput(attrs={"type": "tel", "maxlength": 20}))
    email = forms.CharField(label="E-mail", widget=forms.TextInput(attrs={"type": "email", "maxlength": 254}))
    due_days = WholeNumberField(
        label="Days to pay", help_text="From the date of a bill; 30 where it is empty."
    )
    address = forms.CharField(label="Address", widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}))
    city = forms.CharField(label="City", widget=forms.TextInput(attrs={"maxlength": 80}))
    pincode = forms.CharField(
        label="PIN code", widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 7})
    )
    state_code = forms.ChoiceField(label="State", choices=STATES)
    bank_name = forms.CharField(label="Bank", widget=forms.TextInput(attrs={"maxlength": 80}))
    bank_account = forms.CharField(
        label="Account number", widget=forms.TextInput(attrs={"maxlength": 40, "class": "tnum"})
    )
    bank_ifsc = forms.CharField(
        label="IFSC", widget=forms.TextInput(attrs={"maxlength": 11, "class": "input-upper tnum"})
    )
    upi_id = forms.CharField(label="UPI ID", widget=forms.TextInput(attrs={"maxlength": 100}))

    def vendor_data(self) -> VendorData:
        """What was typed, for the action to judge."""
        return VendorData(**self.cleaned_data)

    @property
    def has_bank(self) -> bool:
        """Whether anything is said about where the vendor is paid, so that its section stands open."""
        names = ("bank_name", "bank_account", "bank_ifsc", "upi_id")
        return any(self[name].value() or self[name].errors for name in names)

    @classmethod
    def showing(cls, vendor: Vendor) -> "VendorForm":
        """The form with what is stored."""
        initial = {name: getattr(vendor, name) for name in cls.base_fields}
        if vendor.state_code == ABROAD:  # follows from the registration, and is no choice in the list
            initial["state_code"] = ""
        return cls(initial=initial)


class QuickVendorForm(VendorForm):
    """A new vendor beside a bill."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name not in QUICK]:
            del self.fields[name]
