"""What all forms share: how fields look, how numbers are read, how an action's refusal is shown."""

import re
from collections.abc import Callable, Container, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import BigIntegerField

T = TypeVar("T")
Form = TypeVar("Form", bound="ScreenForm")


class ScreenForm(forms.Form):
    """A form whose fields an action judges: nothing is required here, `needed` only marks what will be."""

    needed: ClassVar[tuple[str, ...]] = ()
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not isinstance(self.base_fields, Shared):
            dress_all(self.fields, self.needed)

    @property
    def warnings(self) -> dict[str, str]:
        """What is said beside a field that may be stored as it is, by its name."""
        return {}

    def refuse(self, error: ValidationError) -> None:
        """Show what an action refused: each message beside the field it names, the rest above the form."""
        for name, messages in messages_by_field(error).items():
            self.add_error(name if name in self.fields else None, messages)

    def attempt(self, deed: Callable[[], T]) -> T | None:
        """Do the deed when the form could be read; None where form or action refused, the errors noted."""
        if not self.is_valid():
            return None
        try:
            return deed()
        except ValidationError as error:
            self.refuse(error)
            return None


def messages_by_field(error: ValidationError) -> dict[str, list[str]]:
    """The messages of an action's refusal; one without field names belongs to none."""
    if hasattr(error, "error_dict"):
        return error.message_dict
    return {NON_FIELD_ERRORS: error.messages}


class Shared(dict[str, forms.Field]):
    """Fields that no form changes, so that all forms of a class have the same ones and not each its copy."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return dict(self)


def with_shared_fields(form: type[Form]) -> type[Form]:
    """Have the forms of a class share their fields: there are hundreds of them on one page.

    Copies are shared: the class's own are also those of every class that is derived from it.
    """
    form.base_fields = Shared(deepcopy(form.base_fields))
    dress_all(form.base_fields, form.needed)
    return form


def dress_all(fields: Mapping[str, forms.Field], needed: Container[str]) -> None:
    """Nothing is required, and everything looks as it does here."""
    for name, field in fields.items():
        field.required = False
        dress(field, needed=name in needed)


def dress(field: forms.Field, *, needed: bool = False) -> None:
    """Give a field's widget the classes of app.css and say whether it may stay empty."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, forms.Select):
        css = "form-select"
    else:
        css = "form-control"
    widget.attrs["class"] = f"{css} {widget.attrs.get('class', '')}".strip()
    if needed:
        widget.attrs["aria-required"] = "true"


def whole_number(text: str) -> int | None:
    """A number from 0 that a column can hold, as our links and buttons carry it; None for anything else."""
    # isascii: int() would also take Devanagari digits, underscores and spaces.
    is_number = text.isascii() and text.isdigit() and len(text) <= 19
    return int(text) if is_number and int(text) <= BigIntegerField.MAX_BIGINT else None


PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")


class NumberField(forms.DecimalField):
    """A number as people in India write it: "₹1,23,456.50" is read, and shown without idle zeros."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "num"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)
        self.error_messages["invalid"] = "Enter a number, such as 1250 or 1,250.50."

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Read a number without its grouping and rupee sign."""
        if isinstance(value, str):
            value = value.replace(",", "").replace("₹", "").replace(" ", "")
            # Decimal also reads 1e3, NaN and digits of other scripts: nobody means an amount by those.
            if value and not PLAIN_NUMBER.fullmatch(value):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """A stored 250.500 is shown as 250.50, and 250.000 as 250."""
        if not isinstance(value, Decimal):
            return value
        text = f"{value:f}"
        if "." not in text:
            return text
        whole, decimals = text.split(".")
        decimals = decimals.rstrip("0")
        return f"{whole}.{decimals.ljust(2, '0')}" if decimals else whole


def number_in(text: str | None) -> Decimal | None:
    """A number as people write it; None where there is none that can be read."""
    try:
        return NumberField(required=False).clean(text)
    except ValidationError:
        return None


class WholeNumberField(forms.IntegerField):
    """A count, such as days."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "num"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)
        self.error_messages["invalid"] = "Enter a whole number."


class DayField(forms.DateField):
    """A day, picked in the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options)
        self.error_messages["invalid"] = "Enter a date, such as 2026-11-22."


class GstinField(forms.CharField):
    """A GSTIN; typing it fills in the state of the field that `state` names."""

    def __init__(self, state: str = "state_code", **options: Any) -> None:
        attrs = {
            "class": "input-upper tnum",
            "maxlength": 20,  # room for the blanks of a pasted one
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "data-gstin-state": f"#id_{state}",
        }
        super().__init__(label="GSTIN", widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> str:
        """Without blanks, in capitals."""
        return "".join((super().to_python(value) or "").split()).upper()
