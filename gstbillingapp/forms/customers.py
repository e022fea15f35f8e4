"""Customers: the whole form, and the short one beside an invoice."""

from typing import Any

from django import forms

from gstbillingapp.actions.data import CustomerData
from gstbillingapp.forms.base import GstinField, NumberField, ScreenForm
from gstbillingapp.gst.states import ABROAD, CHOICES, state_label
from gstbillingapp.models import BuyerKind, Customer

STATES = [("", "Choose a state"), *CHOICES]
DELIVERY_STATES = [("", "Choose a state"), *CHOICES, (ABROAD, state_label(ABROAD))]
KINDS = [("", "By the GSTIN"), *BuyerKind.choices]


class CustomerForm(ScreenForm):
    """Everything about a buyer."""

    needed = ("name", "country")  # the country of one overseas

    name = forms.CharField(label="Name", widget=forms.TextInput(attrs={"maxlength": 120}))
    gstin = GstinField(help_text="15 characters; fills in the state.")
    kind = forms.ChoiceField(
        label="Registration",
        choices=KINDS,
        help_text="By the GSTIN: registered with one, not registered without.",
    )
    phone = forms.CharField(label="Phone", widget=forms.TextInput(attrs={"type": "tel", "maxlength": 20}))
    email = forms.CharField(label="E-mail", widget=forms.TextInput(attrs={"type": "email", "maxlength": 254}))
    credit_limit = NumberField(
        label="Credit limit, ₹", help_text="You are told when they owe more. Empty: no limit."
    )
    address = forms.CharField(label="Address", widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}))
    city = forms.CharField(label="City", widget=forms.TextInput(attrs={"maxlength": 80}))
    pincode = forms.CharField(
        label="PIN code", widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 7})
    )
    state_code = forms.ChoiceField(label="State", choices=STATES)
    country = forms.CharField(
        label="Country",
        help_text="Of a customer overseas; an export invoice names it.",
        widget=forms.TextInput(attrs={"maxlength": 60, "autocomplete": "country-name"}),
    )
    ship_name = forms.CharField(label="Deliver to", widget=forms.TextInput(attrs={"maxlength": 120}))
    ship_address = forms.CharField(
        label="Delivery address", widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )
    ship_city = forms.CharField(label="Delivery city", widget=forms.TextInput(attrs={"maxlength": 80}))
    ship_pincode = forms.CharField(
        label="Delivery PIN code", widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 7})
    )
    ship_state_code = forms.ChoiceField(label="Delivery state", choices=DELIVERY_STATES)

    def customer_data(self) -> CustomerData:
        """What was typed, for the action to judge."""
        return CustomerData(**self.cleaned_data)

    @property
    def has_delivery(self) -> bool:
        """Whether anything is said about a delivery address, so that its section stands open."""
        return any(
            self[name].value() or self[name].errors for name in self.fields if name.startswith("ship_")
        )

    @classmethod
    def showing(cls, customer: Customer) -> "CustomerForm":
        """The form with what is stored."""
        initial = {name: getattr(customer, name) for name in cls.base_fields}
        if customer.state_code == ABROAD:  # follows from the registration, and is no choice in the list
            initial["state_code"] = ""
        return cls(initial=initial)


class QuickCustomerForm(CustomerForm):
    """A new customer beside an invoice: what an invoice needs, the rest can wait."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name.startswith("ship_") or name == "credit_limit"]:
            del self.fields[name]
        for name, field in self.fields.items():
            field.size = "" if name in ("name", "address") else "field-half"  # type: ignore[attr-defined]
            field.optional = name not in self.needed  # type: ignore[attr-defined]
