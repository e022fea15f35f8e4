"""The business profile."""

from django import forms

from gstbillingapp.actions.data import BusinessData
from gstbillingapp.forms.base import GstinField, ScreenForm, WholeNumberField
from gstbillingapp.gst.states import CHOICES
from gstbillingapp.models import Business, FilingFrequency, Scheme

HSN_DIGITS = list(Business._meta.get_field("hsn_digits").choices or [])


class BusinessForm(ScreenForm):
    """What stands at the head of an invoice, how it is paid and how it is numbered."""

    needed = (
        *("name", "gstin", "state_code", "invoice_prefix", "quotation_prefix"),
        *("due_days", "quotation_days"),
    )

    name = forms.CharField(label="Business name", widget=forms.TextInput(attrs={"maxlength": 120}))
    legal_name = forms.CharField(
        label="Legal name",
        help_text="As on the registration, where it differs.",
        widget=forms.TextInput(attrs={"maxlength": 120}),
    )
    scheme = forms.ChoiceField(label="GST registration", choices=Scheme.choices)
    gstin = GstinField(help_text="15 characters; fills in the state.")
    state_code = forms.ChoiceField(label="State", choices=[("", "Choose a state"), *CHOICES])
    lut_number = forms.CharField(
        label="LUT number",
        help_text="For exports and SEZ supplies without tax.",
        widget=forms.TextInput(attrs={"maxlength": 30}),
    )
    address = forms.CharField(label="Address", widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}))
    city = forms.CharField(label="City", widget=forms.TextInput(attrs={"maxlength": 80}))
    pincode = forms.CharField(
        label="PIN code", widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 7})
    )
    phone = forms.CharField(label="Phone", widget=forms.TextInput(attrs={"type": "tel", "maxlength": 20}))
    email = forms.CharField(label="E-mail", widget=forms.TextInput(attrs={"type": "email", "maxlength": 254}))
    bank_name = forms.CharField(label="Bank", widget=forms.TextInput(attrs={"maxlength": 80}))
    bank_account = forms.CharField(
        label="Account number",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 34, "class": "tnum"}),
    )
    bank_ifsc = forms.CharField(
        label="IFSC", widget=forms.TextInput(attrs={"maxlength": 11, "class": "input-upper tnum"})
    )
    upi_id = forms.CharField(
        label="UPI ID",
        help_text="Printed as a QR code with the balance due.",
        widget=forms.TextInput(attrs={"maxlength": 100, "autocapitalize": "none"}),
    )
    invoice_prefix = forms.CharField(
        label="Invoice prefix",
        help_text="INV gives INV/26-27/0001.",
        widget=forms.TextInput(attrs={"maxlength": 5, "class": "input-upper"}),
    )
    quotation_prefix = forms.CharField(
        label="Quotation prefix",
        help_text="QTN gives QTN/26-27/0001.",
        widget=forms.TextInput(attrs={"maxlength": 5, "class": "input-upper"}),
    )
    due_days = WholeNumberField(label="Days to pay")
    quotation_days = WholeNumberField(
        label="Days a quotation is valid",
        help_text="For a new quotation; each can have its own.",
    )
    hsn_digits = forms.TypedChoiceField(label="HSN digits on invoices", coerce=int, choices=HSN_DIGITS)
    filing_frequency = forms.ChoiceField(
        label="GST returns",
        choices=FilingFrequency.choices,
        help_text="GSTR-1 and GSTR-3B; every quarter up to ₹5 crore of turnover.",
    )
    round_off = forms.BooleanField(label="Round invoice totals to the rupee")
    signatory = forms.CharField(
        label="Authorised signatory",
        help_text="Printed under the signature.",
        widget=forms.TextInput(attrs={"maxlength": 120}),
    )
    invoice_terms = forms.CharField(
        label="Terms on invoices and quotations", widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000})
    )

    def business_data(self) -> BusinessData:
        """What was typed, for the action to judge."""
        return BusinessData(**self.cleaned_data)

    @classmethod
    def showing(cls, business: Business) -> "BusinessForm":
        """The form with what is stored."""
        return cls(initial={name: getattr(business, name) for name in cls.base_fields})
