"""Judging what was typed: each check notes what is wrong beside its field, and all are told at once."""

import datetime
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import validate_email

from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.money import problem_with
from gstbillingapp.gst.rates import GST_BEGAN
from gstbillingapp.models.fields import day_text

Judged = TypeVar("Judged")
LAST_DAY = datetime.date(2099, 12, 31)  # further on it is a slip of the finger, not a due date


def refusal(message: str, field: str = NON_FIELD_ERRORS) -> ValidationError:
    """The error of one field, in the form that every action raises."""
    return ValidationError({field: [message]})


class Checks:
    """Collects refusals by field; `finish` raises them."""

    def __init__(self, prefix: str = "", errors: dict[str, list[str]] | None = None) -> None:
        self.prefix = prefix
        self.errors: dict[str, list[str]] = {} if errors is None else errors

    def under(self, prefix: str) -> "Checks":
        """The same collection, for the fields of one line."""
        return Checks(prefix, self.errors)

    def refuse(self, field: str, message: str) -> None:
        """Note what is wrong with a field."""
        self.errors.setdefault(self.prefix + field, []).append(message)

    def has(self, *fields: str) -> bool:
        """Whether any of these fields was refused."""
        return any(self.prefix + field in self.errors for field in fields)

    def finish(self) -> None:
        """Raise ValidationError with everything that was refused, if anything was."""
        if self.errors:
            raise ValidationError(self.errors)

    def text(self, field: str, value: str, longest: int, *, required: str = "") -> str:
        """Text without control characters, at most so long; `required` is what to say where it is missing."""
        text = value.strip()
        if not text and required:
            self.refuse(field, required)
        if len(text) > longest:
            self.refuse(field, f"Use at most {longest} characters; these are {len(text)}.")
        if any(unicodedata.category(letter) == "Cc" and letter not in "\n\r\t" for letter in text):
            self.refuse(field, "Use letters, digits and signs; it contains a control character.")
        return text

    def email(self, field: str, value: str) -> str:
        """An e-mail address, or nothing."""
        text = self.text(field, value, 254)
        if text:
            try:
                validate_email(text)
            except ValidationError:
                self.refuse(field, "Enter an address such as name@example.in, or leave it empty.")
        return text

    def pincode(self, field: str, value: str) -> str:
        """A PIN code of India, or nothing."""
        text = "".join(value.split())
        if text and not (len(text) == 6 and text.isascii() and text.isdigit() and text[0] != "0"):
            self.refuse(field, "A PIN code has 6 digits and does not begin with 0.")
        return text

    def choice(self, field: str, value: str, allowed: Iterable[str]) -> str:
        """One of the allowed values."""
        known = list(allowed)
        if value not in known:
            self.refuse(field, f"Choose one of: {', '.join(known)}.")
        return value

    def number(
        self,
        field: str,
        value: Decimal,
        *,
        most: Decimal,
        places: int,
        least: Decimal = Decimal(0),
    ) -> Decimal:
        """A number within bounds, with at most so many decimals."""
        problem = problem_with(value, field, maximum=most, places=places, minimum=least)
        if problem:
            self.refuse(field, must_be(problem))
        return value

    def day(self, field: str, value: datetime.date) -> datetime.date:
        """A day since GST began."""
        if not GST_BEGAN <= value <= LAST_DAY:
            self.refuse(field, f"Enter a date from {day_text(GST_BEGAN)} to {day_text(LAST_DAY)}.")
        return value

    def attempt(self, field: str, judge: Callable[[], Judged]) -> Judged | None:
        """What the GST rule makes of a value; None, and noted beside the field, where it refuses it."""
        try:
            return judge()
        except InputError as error:
            self.refuse(field, must_be(error))
            return None


def must_be(error: InputError) -> str:
    """What a GST rule allows, as a sentence."""
    return f"This must be {error.allowed}."
