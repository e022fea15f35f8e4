"""Expenses: what was spent, what a list of it is narrowed to, and the categories."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms

from gstbillingapp.actions.data import ExpenseData
from gstbillingapp.forms.base import DayField, GstinField, NumberField, ScreenForm
from gstbillingapp.forms.claims import ClaimField, offer_periods
from gstbillingapp.forms.invoices import NUMBER
from gstbillingapp.forms.products import rate_choices
from gstbillingapp.models import Business, Expense, PaymentMode, Vendor
from gstbillingapp.models.fields import today
from gstbillingapp.models.payment import MONEY_CHOICES
from gstbillingapp.payables import EXPENSE_ORDERS, category_names
from gstbillingapp.templatetags.billing import plain

DEFAULT_SORT = "-date"
STATES = [("", "By the GSTIN"), ("no", "In our state: CGST and SGST"), ("yes", "In another state: IGST")]


class ExpenseForm(ScreenForm):
    """Money spent."""

    needed = ("amount", "date", "category")

    vendor = forms.IntegerField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    amount = NumberField(label="Amount, ₹")
    date = DayField(label="Date")
    category = forms.CharField(
        label="Category",
        help_text="Choose one, or type a new one.",
        widget=forms.TextInput(attrs={"maxlength": 60, "list": "categories", "autocomplete": "off"}),
    )
    payee = forms.CharField(
        label="Paid to",
        widget=forms.TextInput(
            attrs={"maxlength": 120, "autocomplete": "off", "placeholder": "A vendor, or anybody"}
        ),
    )
    mode = forms.ChoiceField(label="How", choices=MONEY_CHOICES)
    reference = forms.CharField(
        label="Bill number or reference", widget=forms.TextInput(attrs={"maxlength": 64, "class": "tnum"})
    )
    description = forms.CharField(
        label="Description", widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )
    rate = forms.ChoiceField(label="GST rate")
    price_includes_tax = forms.BooleanField(label="The amount contains the tax")
    cess_pct = NumberField(label="Cess, %")
    cess_amt = NumberField(label="Cess, ₹")
    payee_gstin = GstinField()
    inter_state = forms.ChoiceField(label="Bought", choices=STATES)
    rcm = forms.BooleanField(
        label="Tax payable on reverse charge",
        help_text="You pay the tax to the government, as on road freight or a lawyer's fee. "
        "The amount is what you paid, without the tax.",
    )
    itc = forms.BooleanField(
        label="Claim the tax as input credit",
        help_text="With a tax invoice of a registered supplier, or on reverse charge.",
    )
    claimed_in = ClaimField()

    def __init__(self, business: Business, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business = business
        self.categories = category_names(business)
        own = str(self["rate"].value() or "")
        besides = [Decimal(own)] if NUMBER.fullmatch(own) else []  # another day's: the action judges it
        rates = [pair for pair in rate_choices(today(), *besides) if pair[0] not in ("", "0")]
        self.fields["rate"].choices = [("", "No tax"), *rates]  # type: ignore[attr-defined]
        self.fields["payee_gstin"].widget.attrs.pop("data-gstin-state", None)
        offer_periods(self, business)

    def clean_mode(self) -> str:
        """Bank transfer where nothing is said."""
        return self.cleaned_data["mode"] or PaymentMode.BANK

    def clean(self) -> dict[str, Any]:
        """A vendor's exact name stands for the vendor; of several the one that was picked."""
        cleaned = super().clean() or {}
        name = cleaned.get("payee", "").casefold()
        named = Vendor.objects.filter(business=self.business, name_key=name).order_by("is_archived", "pk")
        picked = named.filter(pk=cleaned.get("vendor") or 0).first() if name else None
        found = picked or (named.first() if name else None)
        cleaned["vendor"] = found.pk if found else None
        return cleaned

    @property
    def has_tax(self) -> bool:
        """Whether anything is said about tax, so that its section stands open."""
        names = ("rate", "cess_pct", "cess_amt", "payee_gstin", "inter_state", "rcm", "itc")
        return any(self[name].value() or self[name].errors for name in names)

    def expense_data(self) -> ExpenseData:
        """What was typed, for the action to judge."""
        said = dict(self.cleaned_data)
        rate, inter_state = said.pop("rate"), said.pop("inter_state")
        return ExpenseData(
            **{name: value for name, value in said.items() if name != "vendor"},
            vendor_id=said["vendor"],
            rate=Decimal(rate) if rate else None,
            inter_state=None if not inter_state else inter_state == "yes",
        )

    @classmethod
    def blank(cls, business: Business) -> "ExpenseForm":
        """The form of a new expense."""
        form = cls(business, initial={"date": today(), "price_includes_tax": True})
        form.fields["amount"].widget.attrs["autofocus"] = True
        return form

    @classmethod
    def showing(cls, expense: Expense) -> "ExpenseForm":
        """The form with what is stored."""
        initial = {name: getattr(expense, name, None) for name in cls.base_fields}
        initial |= {
            "vendor": expense.vendor_id,
            "amount": expense.total if expense.price_includes_tax else expense.taxable,
            "rate": plain(expense.rate) if expense.rate else "",
            "cess_pct": expense.cess_pct or None,
            "cess_amt": expense.cess_amt or None,
            "inter_state": "yes" if expense.inter_state else "no" if expense.rate else "",
        }
        return cls(expense.business, initial=initial)


class ExpenseFilterForm(ScreenForm):
    """What the list of expenses is narrowed to; it lives in the address."""

    q = forms.CharField(
        label="Search",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Paid to, what for, category, bill", "data-search": ""}
        ),
    )
    since = DayField(label="From")
    until = DayField(label="To")
    category = forms.IntegerField(widget=forms.HiddenInput)
    show = forms.ChoiceField(label="Show", choices=[("", "Recorded"), ("cancelled", "Cancelled")])
    sort = forms.CharField(widget=forms.HiddenInput)

    def filters(self) -> dict[str, Any]:
        """What can be read of the address; where it names neither days nor words, the days of this month."""
        self.is_valid()
        read = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if read.get("sort", "").removeprefix("-") not in EXPENSE_ORDERS:
            read["sort"] = DEFAULT_SORT
        if not read.keys() & {"q", "since", "until"}:
            read["since"], read["until"] = month_of(today())
        return read


class CategoryForm(ScreenForm):
    """The name of a category."""

    needed = ("name",)

    name = forms.CharField(label="New category", widget=forms.TextInput(attrs={"maxlength": 60}))


class ExpenseReasonForm(ScreenForm):
    """Why an expense is cancelled."""

    needed = ("reason",)

    reason = forms.CharField(
        label="Reason",
        help_text="It is kept with the expense.",
        widget=forms.TextInput(attrs={"maxlength": 200, "autocomplete": "off"}),
    )


def month_of(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of its month."""
    first = day.replace(day=1)
    return first, (first + datetime.timedelta(days=32)).replace(day=1) - datetime.timedelta(days=1)
