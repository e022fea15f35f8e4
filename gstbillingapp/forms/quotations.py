"""The forms of quotations: the editor is the invoice's, with other words."""

from typing import ClassVar

from django import forms

from gstbillingapp.forms.base import DayField, NumberField, ScreenForm
from gstbillingapp.forms.invoices import FilterForm, InvoiceForm
from gstbillingapp.models import QuotationState
from gstbillingapp.queries import QUOTATION_ORDERS


class QuotationForm(InvoiceForm):
    """The offer around the lines."""

    date = DayField(label="Quotation date")
    due_date = DayField(label="Valid until")
    doc_discount = NumberField(label="Discount on the whole quotation, ₹")


class QuotationFilterForm(FilterForm):
    """What the list of quotations is narrowed to."""

    orders: ClassVar = QUOTATION_ORDERS

    status = forms.ChoiceField(choices=[("", "All"), *QuotationState.choices], widget=forms.HiddenInput)


class DeclineForm(ScreenForm):
    """Why a customer does not take an offer."""

    reason = forms.CharField(
        label="Reason",
        help_text="It is kept with the quotation, and your team is told.",
        widget=forms.TextInput(attrs={"maxlength": 200, "autocomplete": "off"}),
    )
