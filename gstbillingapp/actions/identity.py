"""What a business and a customer have in common: a GSTIN, a state and an address."""

import re

from gstbillingapp.actions.checks import Checks
from gstbillingapp.gst import gstin as gstins
from gstbillingapp.gst.states import ABROAD, CURRENT, current_code, state_label

PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,18}")
STATE_CODES = tuple(state.code for state in CURRENT)


def checked_gstin(checks: Checks, value: str, *, field: str = "gstin") -> str:
    """A GSTIN, upper-cased, or nothing; a bad one is refused with what is wrong in it."""
    number = gstins.clean(value)
    if number:
        checks.attempt(field, lambda: gstins.parse(number, field=field))
    return number


def checked_state(checks: Checks, value: str, gstin: str, *, required: bool, abroad: bool = False) -> str:
    """A state code; "" takes the state of the GSTIN, and one that disagrees with it is refused."""
    code = current_code(value.strip())
    of_gstin = current_code(gstin[:2]) if gstin and not checks.has("gstin") else ""
    code = code or (of_gstin if of_gstin in STATE_CODES else "")
    allowed = (*STATE_CODES, ABROAD) if abroad else STATE_CODES
    if code and code not in allowed:
        checks.refuse("state_code", "Choose a state or union territory from the list.")
    elif of_gstin in STATE_CODES and code != of_gstin:
        checks.refuse("state_code", f"The GSTIN begins with {of_gstin}: choose {state_label(of_gstin)}.")
    elif required and not code and not checks.has("gstin"):  # a right GSTIN will say the state
        checks.refuse("state_code", "Choose the state; it decides which tax is due.")
    return code


def checked_phone(checks: Checks, value: str) -> str:
    """A phone number, or nothing."""
    text = value.strip()
    if text and not PHONE.fullmatch(text):
        checks.refuse("phone", "Use 6 to 20 digits, with +, spaces or hyphens, such as +91 98450 12345.")
    return text
