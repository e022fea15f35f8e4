"""The invoice editor's forms: the document, its lines, and what is asked when one is cancelled or paid."""

import datetime
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from django import forms
from django.http import QueryDict
from django.utils.choices import BaseChoiceIterator

from gstbillingapp.actions.data import InvoiceData, LineData
from gstbillingapp.forms.base import (
    DayField,
    NumberField,
    ScreenForm,
    number_in,
    whole_number,
    with_shared_fields,
)
from gstbillingapp.forms.party import PartyForm
from gstbillingapp.forms.products import rate_choices
from gstbillingapp.gst.states import ABROAD, CHOICES, state_label
from gstbillingapp.models import (
    Business,
    Customer,
    InvoiceStatus,
    PaymentMode,
    Product,
    Supply,
)
from gstbillingapp.models.document import Document, DocumentLine
from gstbillingapp.models.fields import today
from gstbillingapp.models.payment import MONEY_CHOICES
from gstbillingapp.queries import INVOICE_ORDERS
from gstbillingapp.templatetags.billing import plain

LINES = "lines"  # the formset's prefix: fields are named lines-0-description
BLANK_LINES = 5  # rows to type in where no script can add one
MOST_LINES = 200  # beyond it an invoice is a file, not a form

DEFAULT_SORT = "-date"
NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")
AMOUNT, PERCENT = "amt", "pct"
# Carriage by road. In law it goes with the goods, and their rate with it.
FREIGHT = {"description": "Freight", "hsn": "996511", "qty": "1", "unit": "OTH"}
UNTAXED = [(value, label) for value, label in Supply.choices if value != Supply.TAXABLE]


class LiveForm(ScreenForm):
    """A form whose messages also come while one types: each field names the place of its message."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            bound = self[name]
            described = [f"{bound.auto_id}_helptext"] if field.help_text else []
            field.widget.attrs["aria-describedby"] = " ".join([*described, f"{bound.auto_id}_error"])


class InvoiceForm(LiveForm, PartyForm):
    """The document around the lines; `due_date` is the last day of any."""

    needed = ("customer_name", "date", "due_date")

    customer = forms.IntegerField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    customer_name = forms.CharField(
        label="Customer",
        widget=forms.TextInput(
            attrs={
                "placeholder": "Name, GSTIN or phone",
                "autocomplete": "off",
                "maxlength": 120,
                "data-stands-for": "customer",
            }
        ),
    )
    date = DayField(label="Invoice date")
    due_date = DayField(label="Due date")
    place_of_supply = forms.ChoiceField(label="Place of supply")
    zero_rated = forms.BooleanField(
        label="Without tax, under LUT", help_text="For a customer in an SEZ or overseas."
    )
    rcm = forms.BooleanField(
        label="Tax payable on reverse charge", help_text="The tax is shown; the customer pays it, not you."
    )
    deemed_export = forms.BooleanField(
        label="Deemed export",
        help_text="To a registered customer such as an EOU: with tax, which may be refunded (s.147).",
    )
    round_off = forms.BooleanField(label="Round the total to the rupee")
    doc_discount = NumberField(label="Discount on the whole invoice, ₹")
    notes = forms.CharField(
        label="Notes for the customer", widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000})
    )
    terms = forms.CharField(label="Terms", widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}))

    def __init__(self, business: Business, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business = business
        self.candidates = []
        self.name_automatic_place("By the customer's address")
        for name, note in (("customer_name", "customer-detail"), ("place_of_supply", "place-reason")):
            attrs = self.fields[name].widget.attrs
            attrs["aria-describedby"] = f"{note} {attrs['aria-describedby']}"

    def name_automatic_place(self, words: str) -> None:
        """Say what leaving the place of supply to the rule comes to."""
        places = [("", words), *CHOICES, (ABROAD, state_label(ABROAD))]
        self.fields["place_of_supply"].choices = places  # type: ignore[attr-defined]

    @classmethod
    def of_draft(cls, document: Document, last_day: datetime.date) -> Self:
        """The form with what is stored."""
        initial: dict[str, Any] = {name: getattr(document, name, None) for name in cls.base_fields}
        initial |= {
            "customer": document.customer_id,
            "customer_name": document.customer.name if document.customer else "",
            "due_date": last_day,
            "place_of_supply": document.place_of_supply if document.place_chosen else "",
            "round_off": document.round_off_enabled,
            "doc_discount": document.doc_discount or None,
        }
        return cls(document.business, initial=initial)

    @classmethod
    def blank(
        cls,
        business: Business,
        date: datetime.date,
        days: datetime.timedelta,
        customer: Customer | None = None,
    ) -> Self:
        """The form of a new one, so many days good or to pay, with what the business always says."""
        form = cls(
            business,
            initial={
                "customer": customer.pk if customer else None,
                "customer_name": customer.name if customer else "",
                "date": date,
                "due_date": date + days,
                "round_off": business.round_off,
                "terms": business.invoice_terms,
            },
        )
        if customer is None:
            form.fields["customer_name"].widget.attrs["autofocus"] = True
        return form

    @property
    def has_advanced(self) -> bool:
        """Whether something seldom used is in use, so that its section stands open."""
        names = ("zero_rated", "rcm", "deemed_export")
        return any(self[name].value() or self[name].errors for name in names)

    def invoice_data(self, lines: Sequence[LineData]) -> InvoiceData:
        """What was typed, for the action to judge; what could not be read is left out."""
        cleaned = self.cleaned_data
        return InvoiceData(
            customer_id=cleaned.get("customer"),
            date=cleaned.get("date"),
            due_date=cleaned.get("due_date"),
            place_of_supply=cleaned.get("place_of_supply", ""),
            zero_rated=cleaned.get("zero_rated", False),
            rcm=cleaned.get("rcm", False),
            deemed_export=cleaned.get("deemed_export", False),
            doc_discount=cleaned.get("doc_discount"),
            round_off=cleaned.get("round_off", False),
            notes=cleaned.get("notes", ""),
            terms=cleaned.get("terms", ""),
            lines=lines,
            version=cleaned.get("version"),
        )


class Pairs(BaseChoiceIterator):
    """Choices that are pairs already: a form of many lines need not look into each of them for that."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)


class LineField(forms.BoundField):
    """A field of a line, which also names the place of its message."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """As Django's, and described by its message; a discount and its kind have one."""
        message = f"{self.auto_id.removesuffix('_kind')}_error"
        return super().build_widget_attrs(attrs, widget) | {"aria-describedby": message}


@with_shared_fields
class LineForm(ScreenForm):
    """One line. `rate` holds a rate in per cent, or why the line bears none (exempt, nil, non_gst)."""

    bound_field_class = LineField

    product = forms.IntegerField(widget=forms.HiddenInput)
    description = forms.CharField(
        label="Product or service",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "maxlength": 300, "placeholder": "Product name or SKU"}
        ),
    )
    hsn = forms.CharField(
        label="HSN/SAC",
        widget=forms.TextInput(attrs={"maxlength": 8, "inputmode": "numeric", "class": "tnum"}),
    )
    qty = NumberField(label="Quantity")
    unit = forms.ChoiceField(label="Unit")
    price = NumberField(label="Rate, ₹")
    discount = NumberField(label="Discount")
    discount_kind = forms.ChoiceField(label="Kind of discount", choices=[(PERCENT, "%"), (AMOUNT, "₹")])
    rate = forms.ChoiceField(label="Tax")
    price_includes_tax = forms.BooleanField(label="The rate includes tax")
    cess_pct = NumberField(label="Cess, %")
    cess_per_unit = NumberField(label="Cess per unit, ₹")

    def __init__(
        self,
        *args: Any,
        rates: Sequence[tuple[str, str]] = (),
        units: Sequence[tuple[str, str]] = (),
        taxed: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.taxed = taxed
        self.amount = ""
        for name, choices in (("rate", [("", ""), *rates, *UNTAXED]), ("unit", [("", ""), *units])):
            own = self.fields[name] = deepcopy(self.fields[name])
            own.choices = Pairs(self._with_own(name, choices))  # type: ignore[attr-defined]

    def _with_own(self, name: str, choices: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """The choices and what the line already says: another day's rate is for the action to refuse."""
        own = str(self[name].value() or "")
        if own in dict(choices) or (name == "rate" and not NUMBER.fullmatch(own)):
            return [*choices]
        return [*choices, (own, f"{own}%" if name == "rate" else own)]

    @property
    def place(self) -> str:
        """The line's place in the formset, from 0; `__prefix__` in the row that others are copied from."""
        return str(self.prefix).rpartition("-")[2]

    @property
    def has_more(self) -> bool:
        """Whether one of the seldom used fields is in use, so that they are shown."""
        names = ("price_includes_tax", "cess_pct", "cess_per_unit")
        return any(self[name].value() or self[name].errors for name in names)

    @classmethod
    def initial_of(cls, line: DocumentLine) -> dict[str, Any]:
        """The fields as a stored line says."""
        taxable = line.supply == Supply.TAXABLE
        return {
            "product": line.product_id,
            "description": line.description,
            "hsn": line.hsn,
            "qty": line.qty,
            "unit": line.unit,
            "price": line.price,
            "price_includes_tax": line.price_includes_tax,
            "discount": line.disc_pct or line.disc_amt or None,
            "discount_kind": AMOUNT if line.disc_amt else PERCENT,
            "rate": plain(line.rate) if taxable else line.supply,
            "cess_pct": line.cess_pct or None,
            "cess_per_unit": line.cess_per_unit or None,
        }

    def line_data(self, products: Mapping[str, Product]) -> LineData:
        """What was typed, for the action to judge. A product's exact name stands for the product."""
        cleaned = self.cleaned_data
        description = cleaned.get("description", "")
        named = products.get(description.casefold())
        in_percent = cleaned.get("discount_kind") != AMOUNT
        discount, rate = cleaned.get("discount"), cleaned.get("rate", "")
        return LineData(
            product_id=self._product_id() or (named.pk if named else None),
            description=description,
            hsn=cleaned.get("hsn", ""),
            qty=cleaned.get("qty"),
            unit=cleaned.get("unit", ""),
            price=cleaned.get("price"),
            price_includes_tax=self._includes_tax(),
            disc_pct=discount if in_percent else None,
            disc_amt=None if in_percent else discount,
            supply=_supply(rate),
            rate=_percent(rate),
            cess_pct=cleaned.get("cess_pct"),
            cess_per_unit=cleaned.get("cess_per_unit"),
        )

    def _product_id(self) -> int | None:
        """The product picked; a description that was emptied takes its product with it."""
        emptied = self.add_prefix("description") in self.data and not self.cleaned_data.get("description")
        return None if emptied else self.cleaned_data.get("product")

    def _includes_tax(self) -> bool | None:
        """Not said where the price is left to the product."""
        said: bool = self.cleaned_data.get("price_includes_tax", False)
        return said if said or self.cleaned_data.get("price") is not None else None


def _supply(rate: str) -> str:
    if rate in dict(UNTAXED):
        return rate
    return str(Supply.TAXABLE) if rate else ""


def _percent(rate: str) -> Decimal | None:
    if rate in dict(UNTAXED):
        return Decimal(0)
    return Decimal(rate) if rate else None


if TYPE_CHECKING:
    LineForms = forms.BaseFormSet[LineForm]
else:
    LineForms = forms.BaseFormSet


class BaseLines(LineForms):
    """The lines; rows in which nothing was typed are left out without a word."""

    def line_data(self, business: Business) -> list[LineData]:
        """Every row as typed, blank ones too, so that a message finds the row it is about."""
        products = self._products(business)
        return [form.line_data(products) for form in self.forms]

    def _products(self, business: Business) -> dict[str, Product]:
        """The products whose exact names were typed without being picked, by folded name."""
        names = {
            form.cleaned_data.get("description", "").casefold()
            for form in self.forms
            if not form.cleaned_data.get("product") and form.cleaned_data.get("price") is None
        }
        known = Product.objects.filter(business=business, is_archived=False, name_key__in=names - {""})
        return {product.name_key: product for product in known}


Lines = cast(
    type[BaseLines],
    forms.formset_factory(
        LineForm, formset=BaseLines, extra=0, max_num=MOST_LINES, absolute_max=MOST_LINES, validate_max=True
    ),
)


def line_options(taxed: bool, units: Sequence[tuple[str, str]], on: datetime.date) -> dict[str, Any]:
    """What every line's form is given: the rates in law on that day and the units."""
    codes = [(code, code) for code, _ in units]
    return {"taxed": taxed, "units": codes, "rates": line_rates(on) if taxed else []}


def line_rates(on: datetime.date) -> list[tuple[str, str]]:
    """The rates in law on a day, as a line's narrow field shows them."""
    return [(value, label.replace(" %", "%")) for value, label in rate_choices(on) if value]


def typed_date(post: Mapping[str, str]) -> datetime.date:
    """The date typed, or today while the field holds none that can be read."""
    try:
        return DayField().to_python(post.get("date", "")) or today()
    except forms.ValidationError:
        return today()


def retyped(post: QueryDict, deed: str) -> list[dict[str, str]]:
    """The rows of a posted form after a deed on them.

    Deeds are `remove-2`, `up-2`, `down-2`, `add-lines` and `add-freight`.
    """
    rows = [_row(post, place) for place in range(_count(post))]
    word, _, place_text = deed.partition("-")
    if place_text == "freight":
        return _with_freight(rows)
    if word == "add":
        return rows + [{} for _ in range(BLANK_LINES)]
    place = whole_number(place_text)
    if place is None or place >= len(rows):
        return rows
    row = rows.pop(place)
    if word != "remove":
        rows.insert(max(0, place - 1) if word == "up" else place + 1, row)
    return rows or [{}]


def _with_freight(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """What carriage costs is a line of its own, at the rate of what is carried (CGST s.15(2)(c), s.8)."""
    place = next((place for place, row in enumerate(rows) if not row.get("description")), len(rows))
    rate = next((row["rate"] for row in rows if row.get("rate")), "")
    return [*rows[:place], FREIGHT | {"rate": rate}, *rows[place:]]


def _count(post: QueryDict) -> int:
    return min(whole_number(post.get(f"{LINES}-TOTAL_FORMS", "")) or 0, MOST_LINES)


def _row(post: QueryDict, place: int) -> dict[str, str]:
    prefix = f"{LINES}-{place}-"
    return {key.removeprefix(prefix): str(post[key]) for key in post if key.startswith(prefix)}


class FilterForm(ScreenForm):
    """What the list of invoices is narrowed to; it lives in the address."""

    orders: ClassVar[Container[str]] = INVOICE_ORDERS

    q = forms.CharField(
        label="Search",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Number, customer, GSTIN or phone", "data-search": ""}
        ),
    )
    status = forms.ChoiceField(choices=[("", "All"), *InvoiceStatus.choices], widget=forms.HiddenInput)
    customer = forms.IntegerField(widget=forms.HiddenInput)
    since = DayField(label="From")
    until = DayField(label="To")
    sort = forms.CharField(widget=forms.HiddenInput)

    def filters(self) -> dict[str, Any]:
        """What can be read of the address; the rest of it is passed over, as a link may be old."""
        self.is_valid()
        read = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if read.get("sort", "").removeprefix("-") not in self.orders:
            read["sort"] = DEFAULT_SORT
        return read


class PaymentForm(ScreenForm):
    """Money received."""

    needed = ("amount", "date")

    amount = NumberField(label="Amount, ₹")
    date = DayField(label="Received on")
    mode = forms.ChoiceField(label="How", choices=MONEY_CHOICES)
    reference = forms.CharField(
        label="Reference",
        widget=forms.TextInput(attrs={"maxlength": 64, "placeholder": "UTR, cheque number"}),
    )
    note = forms.CharField(label="Note", widget=forms.TextInput(attrs={"maxlength": 300}))

    def clean_mode(self) -> str:
        """Bank transfer where nothing is said."""
        return self.cleaned_data["mode"] or PaymentMode.BANK

    @property
    def amount_read(self) -> Decimal | None:
        """The amount typed, also where it is refused; None where there is none that can be read."""
        return number_in(self["amount"].value())


class ReasonForm(ScreenForm):
    """Why an invoice is cancelled or a payment taken back."""

    needed = ("reason",)

    reason = forms.CharField(
        label="Reason",
        help_text="It is kept on record, and your team is told.",
        widget=forms.TextInput(attrs={"maxlength": 200, "autocomplete": "off"}),
    )
