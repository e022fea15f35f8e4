"""Products, the dated rates of one, and its stock."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms

from gstbillingapp.actions.advice import SHORT_HSN, hsn_digits, short_hsn
from gstbillingapp.actions.data import ProductData
from gstbillingapp.forms.base import DayField, NumberField, ScreenForm
from gstbillingapp.models import Business, GstRate, Product, ProductKind, ProductRate, StockReason, Supply
from gstbillingapp.models.fields import today
from gstbillingapp.models.units import UNITS
from gstbillingapp.templatetags.billing import plain

# What a person may note by hand; sales and cancellations come from invoices.
STOCK_REASONS = (StockReason.PURCHASE, StockReason.CORRECTION)


def rate_choices(on: datetime.date, *besides: Decimal) -> list[tuple[str, str]]:
    """The rates in law on a day and `besides`, each once: 18 is shown as "18 %"."""
    rates = {*GstRate.objects.in_force(on).values_list("rate", flat=True), *besides}
    return [("", "Choose a rate"), *((plain(rate), f"{plain(rate)} %") for rate in sorted(rates))]


def _rate_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label="GST rate", coerce=Decimal, empty_value=None)


class RateForm(ScreenForm):
    """A rate from a day on; the rows before it stay for the invoices of their time."""

    needed = ("rate", "rate_from")

    rate = _rate_field()
    cess_pct = NumberField(label="Cess, %")
    cess_per_unit = NumberField(label="Cess per unit, ₹")
    rate_from = DayField(label="From", help_text="Invoices dated from this day on take it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rate"].choices = rate_choices(today())  # type: ignore[attr-defined]


class StockForm(ScreenForm):
    """Goods that came in or went out other than by an invoice."""

    needed = ("qty",)

    qty = NumberField(label="How many", help_text="With a minus for what went out, such as -2.")
    reason = forms.ChoiceField(
        label="Why", choices=[(reason.value, reason.label) for reason in STOCK_REASONS]
    )


class ProductForm(ScreenForm):
    """Goods or a service, with the rate that holds from today and the stock to begin with."""

    needed = ("name", "unit", "price", "rate")

    kind = forms.ChoiceField(label="Kind", choices=ProductKind.choices)
    name = forms.CharField(label="Name", widget=forms.TextInput(attrs={"maxlength": 200}))
    sku = forms.CharField(
        label="SKU", help_text="Your own code for it.", widget=forms.TextInput(attrs={"maxlength": 40})
    )
    hsn = forms.CharField(
        label="HSN or SAC",
        help_text="4, 6 or 8 digits; a SAC begins with 99.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 8, "class": "tnum"}),
    )
    unit = forms.ChoiceField(
        label="Unit", choices=[(code, f"{name} ({code})") for code, name in UNITS], initial="NOS"
    )
    price = NumberField(label="Price, ₹")
    price_includes_tax = forms.BooleanField(label="The price includes GST")
    supply = forms.ChoiceField(label="Taxability", choices=Supply.choices)
    rate = _rate_field()
    cess_pct = NumberField(label="Cess, %")
    cess_per_unit = NumberField(label="Cess per unit, ₹")
    stock = NumberField(label="In stock", help_text="Every invoice you issue reduces it.")
    reorder_level = NumberField(label="Reorder level", help_text="At or below it, your team is told.")

    def __init__(self, business: Business, *args: Any, rate: Decimal | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        besides = [] if rate is None else [rate]
        self.fields["rate"].choices = rate_choices(today(), *besides)  # type: ignore[attr-defined]
        self.business = business
        digits = hsn_digits(business)
        if digits:
            # app/forms.js says it as soon as the field is left.
            words = SHORT_HSN.format(code="{code}", digits="{digits}", needed=digits)
            self.fields["hsn"].widget.attrs |= {"data-digits": digits, "data-short": words}

    @property
    def warnings(self) -> dict[str, str]:
        """What an invoice's editor would say of the code."""
        return {"hsn": short_hsn(self.business, str(self["hsn"].value() or "").strip())}

    def product_data(self) -> ProductData:
        """What was typed, for the action to judge."""
        return ProductData(**self.cleaned_data)


class ProductEditForm(ProductForm):
    """An existing product. Its stock may have moved since the page was opened, so it has its own form."""

    def __init__(self, product: Product, data: Any = None) -> None:
        row = product.rate_on(today())
        super().__init__(
            product.business, data, rate=row.rate if row else None, initial=_stored(product, row)
        )
        del self.fields["stock"]
        self.fields["rate"].help_text = "A change applies from today."


def _stored(product: Product, row: ProductRate | None) -> dict[str, Any]:
    values = {
        name: getattr(product, name)
        for name in ProductForm.base_fields
        if name not in ("stock", "rate", "cess_pct", "cess_per_unit")
    }
    if row is not None:
        values |= {
            "rate": plain(row.rate),
            "cess_pct": row.cess_pct or None,
            "cess_per_unit": row.cess_per_unit or None,
        }
    return values
