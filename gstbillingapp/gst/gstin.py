"""GSTIN: parsing, the check digit, and what a number says about its holder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.states import REGISTRABLE, STATES, state_name

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LENGTH = 15


class Reason(StrEnum):
    """Why a number is no GSTIN, in the order they are looked for."""

    OK = "ok"
    LENGTH = "length"
    FORMAT = "format"
    STATE = "state"
    CHECK = "check"


class Category(StrEnum):
    """Whose number it is, read from its shape."""

    REGULAR = "regular"
    TAX_DEDUCTOR = "tds"
    TAX_COLLECTOR = "tcs"
    NON_RESIDENT = "non-resident"
    OIDAR = "oidar"
    UIN = "uin"


# The shapes of the GST portal's own interface documentation. A deductor or a government office may be
# registered on a TAN (four letters, five digits, a letter) where others have a PAN.
_SHAPES = (
    (Category.REGULAR, re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]")),
    (Category.REGULAR, re.compile(r"[0-9]{2}[A-Z]{4}[0-9]{5}[A-Z][0-9]Z[0-9A-Z]")),
    (Category.TAX_DEDUCTOR, re.compile(r"[0-9]{2}[A-Z]{4}[A-Z0-9][0-9]{4}[A-Z][1-9A-Z]D[0-9A-Z]")),
    (Category.TAX_COLLECTOR, re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]C[0-9A-Z]")),
    (Category.OIDAR, re.compile(r"99[0-9]{2}[A-Z]{3}[0-9]{5}OS[0-9A-Z]")),
    (Category.NON_RESIDENT, re.compile(r"[0-9]{4}[A-Z]{3}[0-9]{5}NR[0-9A-Z]")),
    (Category.UIN, re.compile(r"[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N[0-9A-Z]")),
)
_PAN = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")


@dataclass(frozen=True, slots=True)
class Gstin:
    """A valid GSTIN. `pan` is empty where the holder is registered without one."""

    number: str
    category: Category

    @property
    def state_code(self) -> str:
        """The two digits it begins with."""
        return self.number[:2]

    @property
    def state_name(self) -> str:
        """The name of its state or territory."""
        return state_name(self.state_code)

    @property
    def pan(self) -> str:
        """Characters 3 to 12, when they are a PAN."""
        held = self.number[2:12]
        return held if _PAN.fullmatch(held) else ""


def clean(text: str) -> str:
    """Upper-case without surrounding space, as a number is compared and stored."""
    return text.strip().upper()


def check_digit(first_fourteen: str) -> str:
    """The fifteenth character: weights 1, 2, 1, 2 … over base 36, quotient and remainder added.

    Raises ValueError unless given fourteen characters of 0-9 and A-Z.
    """
    if len(first_fourteen) != LENGTH - 1 or any(c not in _DIGITS for c in first_fourteen):
        raise ValueError("a check digit is of fourteen characters 0-9 and A-Z")
    total = 0
    for position, character in enumerate(first_fourteen):
        product = _DIGITS.index(character) * (1 + position % 2)
        total += product // 36 + product % 36
    return _DIGITS[-total % 36]


@lru_cache(maxsize=20_000)
def reason(text: str) -> Reason:
    """OK, or the first thing wrong. Surrounding space and lower case are not wrong."""
    number = clean(text)
    if len(number) != LENGTH:
        return Reason.LENGTH
    if _category(number) is None:
        return Reason.FORMAT
    if number[:2] not in REGISTRABLE:
        return Reason.STATE
    if check_digit(number[:-1]) != number[-1]:
        return Reason.CHECK
    return Reason.OK


def is_valid(text: str) -> bool:
    """Whether the text is a GSTIN that could have been issued."""
    return reason(text) is Reason.OK


def parse(text: str, *, field: str = "gstin") -> Gstin:
    """Read a GSTIN. Raises InputError on `field`, saying what is wrong with it, when it is none."""
    number = clean(text)
    category = _category(number)
    wrong = reason(number)
    if wrong is not Reason.OK or category is None:
        raise InputError(field, _allowed(number, wrong))
    return Gstin(number, category)


def _category(number: str) -> Category | None:
    return next((category for category, shape in _SHAPES if shape.fullmatch(number)), None)


def _allowed(number: str, wrong: Reason) -> str:
    if wrong is Reason.LENGTH:
        return f"15 characters long; this has {len(number)}"
    if wrong is Reason.STATE:
        return _allowed_state(number[:2])
    if wrong is Reason.CHECK:
        return "typed exactly as on the registration certificate; its last character does not fit the others"
    return "a state code, a PAN, an entity number, Z and a check character, as in 27AAPFU0939F1ZV"


def _allowed_state(code: str) -> str:
    old = STATES.get(code)
    if old and old.replaced_by:
        return f"one in use; {old.label} became {STATES[old.replaced_by].label}"
    return f"one that begins with a state code; {code} is none"
