"""The bill editor's forms: the paper, its lines, and what is asked when one is cancelled or paid."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms

from gstbillingapp.actions.data import BillData, BillLineData, LineData
from gstbillingapp.actions.reckoning import data_of
from gstbillingapp.forms.base import DayField, NumberField, ScreenForm, with_shared_fields
from gstbillingapp.forms.claims import ClaimField, offer_periods
from gstbillingapp.forms.invoices import (
    MOST_LINES,
    BaseLines,
    LineForm,
    LiveForm,
    PaymentForm,
    ReasonForm,
)
from gstbillingapp.forms.party import PartyForm
from gstbillingapp.gst.states import CHOICES, state_label
from gstbillingapp.models import Bill, BillLine, Business, Credit, Product, Vendor
from gstbillingapp.models.fields import today
from gstbillingapp.payables import BILL_ORDERS

DEFAULT_SORT = "-date"
# The tabs above the list; part-paid ones are among those to pay.
TABS = (
    ("", "All"),
    ("to_pay", "To pay"),
    ("overdue", "Overdue"),
    ("paid", "Paid"),
    ("cancelled", "Cancelled"),
)


class BillForm(LiveForm, PartyForm):
    """The paper around the lines."""

    party = "vendor"
    parties = Vendor
    needed = ("vendor_name", "number", "date")

    vendor = forms.IntegerField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    vendor_name = forms.CharField(
        label="Vendor",
        widget=forms.TextInput(
            attrs={
                "placeholder": "Name, GSTIN or phone",
                "autocomplete": "off",
                "maxlength": 120,
                "data-stands-for": "vendor",
            }
        ),
    )
    number = forms.CharField(
        label="Number on the bill",
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 40, "class": "tnum"}),
    )
    date = DayField(label="Bill date")
    due_date = DayField(label="Pay by")
    place_of_supply = forms.ChoiceField(label="Place of supply")
    rcm = forms.BooleanField(
        label="Tax payable on reverse charge", help_text="You pay the tax to the government, not the vendor."
    )
    claimed_in = ClaimField()
    doc_discount = NumberField(label="Discount on the whole bill, ₹")
    round_off = NumberField(label="Round-off, ₹")
    notes = forms.CharField(label="Notes", widget=forms.Textarea(attrs={"rows": 2, "maxlength": 1000}))

    def __init__(self, business: Business, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business = business
        self.candidates = []
        places = [(code, label) for code, label in CHOICES if code != business.state_code]
        own = ("", f"{state_label(business.state_code)}, your own")
        self.fields["place_of_supply"].choices = [own, *places]  # type: ignore[attr-defined]
        notes = {"vendor_name": "vendor-detail", "due_date": "due-note", "claimed_in": "claim-note"}
        for name, note in notes.items():
            attrs = self.fields[name].widget.attrs
            attrs["aria-describedby"] = f"{note} {attrs['aria-describedby']}"
        self.fields["round_off"].widget.attrs["placeholder"] = "to the rupee"
        offer_periods(self, business)

    @classmethod
    def of_bill(cls, bill: Bill) -> "BillForm":
        """The form with what is stored."""
        initial: dict[str, Any] = {name: getattr(bill, name, None) for name in cls.base_fields}
        initial |= {
            "vendor": bill.vendor_id,
            "vendor_name": bill.vendor.name,
            "place_of_supply": ""
            if bill.place_of_supply == bill.business.state_code
            else bill.place_of_supply,
            "rcm": bill.rcm and not bill.imported,  # of an import it follows from the vendor
            "doc_discount": bill.doc_discount or None,
            "round_off": data_of(bill).round_off,
        }
        return cls(bill.business, initial=initial)

    @classmethod
    def blank(cls, business: Business, vendor: Vendor | None = None) -> "BillForm":
        """The form of a new bill."""
        initial: dict[str, Any] = {"date": today()}
        if vendor is not None:
            initial |= {"vendor": vendor.pk, "vendor_name": vendor.name}
        form = cls(business, initial=initial)
        form.fields["number" if vendor else "vendor_name"].widget.attrs["autofocus"] = True
        return form

    def bill_data(self, lines: Sequence[LineData]) -> BillData:
        """What was typed, for the action to judge; what could not be read is left out."""
        cleaned = self.cleaned_data
        return BillData(
            vendor_id=cleaned.get("vendor"),
            number=cleaned.get("number", ""),
            date=cleaned.get("date"),
            due_date=cleaned.get("due_date"),
            place_of_supply=cleaned.get("place_of_supply", ""),
            rcm=cleaned.get("rcm", False),
            claimed_in=cleaned.get("claimed_in"),
            doc_discount=cleaned.get("doc_discount"),
            round_off=cleaned.get("round_off"),
            notes=cleaned.get("notes", ""),
            lines=cast(Sequence[BillLineData], lines),
            version=cleaned.get("version"),
        )


@with_shared_fields
class BillLineForm(LineForm):
    """One line of a bill, with what becomes of its tax."""

    itc = forms.ChoiceField(label="Input tax", choices=Credit.choices)

    @property
    def has_more(self) -> bool:
        """Whether one of the seldom used fields is in use, so that they are shown."""
        return super().has_more or self["itc"].value() not in (None, "", Credit.ELIGIBLE)

    @classmethod
    def showing(cls, line: BillLine) -> dict[str, Any]:
        """The fields as a stored line says."""
        return {**cls.initial_of(cast(Any, line)), "itc": line.itc}

    def line_data(self, products: Mapping[str, Product]) -> BillLineData:
        """What was typed, for the action to judge. A product's exact name stands for the product."""
        said = super().line_data(products)
        names = LineData.__dataclass_fields__
        return BillLineData(
            **{name: getattr(said, name) for name in names}, itc=self.cleaned_data.get("itc", "")
        )


class BaseBillLines(BaseLines):
    """The lines of a bill. A product's exact name stands for it, whatever its price is here."""

    def _products(self, business: Business) -> dict[str, Product]:
        names = {
            form.cleaned_data.get("description", "").casefold()
            for form in self.forms
            if not form.cleaned_data.get("product")
        }
        known = Product.objects.filter(business=business, is_archived=False, name_key__in=names - {""})
        return {product.name_key: product for product in known}


BillLines = cast(
    type[BaseBillLines],
    forms.formset_factory(
        BillLineForm,
        formset=BaseBillLines,
        extra=0,
        max_num=MOST_LINES,
        absolute_max=MOST_LINES,
        validate_max=True,
    ),
)


class BillFilterForm(ScreenForm):
    """What the list of bills is narrowed to; it lives in the address."""

    q = forms.CharField(
        label="Search",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Number, vendor, GSTIN or phone", "data-search": ""}
        ),
    )
    status = forms.ChoiceField(choices=TABS, widget=forms.HiddenInput)
    vendor = forms.IntegerField(widget=forms.HiddenInput)
    since = DayField(label="From")
    until = DayField(label="To")
    sort = forms.CharField(widget=forms.HiddenInput)

    def filters(self) -> dict[str, Any]:
        """What can be read of the address; the rest of it is passed over, as a link may be old."""
        self.is_valid()
        read = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if read.get("sort", "").removeprefix("-") not in BILL_ORDERS:
            read["sort"] = DEFAULT_SORT
        return read


class BillPaymentForm(PaymentForm):
    """Money paid."""

    date = DayField(label="Paid on")


class BillReasonForm(ReasonForm):
    """Why a bill is cancelled, or a payment of one taken back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "It is kept with the bill."
