"""The UPI link behind the QR code on an invoice (NPCI linking specification)."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import quote

from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.money import MAX_AMOUNT, problem_with, round2

_ADDRESS = re.compile(r"[A-Za-z0-9._-]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}")
_NOT_IN_REFERENCE = re.compile(r"[^A-Za-z0-9]")
REFERENCE_LENGTH = 35


def is_address(text: str) -> bool:
    """Whether the text has the shape of a UPI address: `shop@oksbi`."""
    return _ADDRESS.fullmatch(text) is not None


def reference(number: str) -> str:
    """A transaction reference from a document's number: letters and digits only, at most 35."""
    return _NOT_IN_REFERENCE.sub("", number)[:REFERENCE_LENGTH]


def upi_uri(address: str, name: str, *, amount: Decimal | None = None, note: str = "", ref: str = "") -> str:
    """`upi://pay?pa=…&pn=…&am=…&cu=INR&tn=…&tr=…`.

    `amount` is the balance due in rupees; zero or None leaves it out, and the payer's app asks for one.
    Spaces become %20 and the @ of the address stays bare, as in NPCI's samples. Raises InputError on
    `upi_id` or `amount`.
    """
    if not is_address(address):
        raise InputError("upi_id", "a UPI address such as shop@oksbi")
    if amount is not None:
        error = problem_with(amount, "amount", maximum=MAX_AMOUNT, places=2)
        if error:
            raise error
    fields = {"pa": address, "pn": name, "am": f"{round2(amount):f}" if amount else "", "cu": "INR"}
    fields |= {"tn": note, "tr": ref}
    return "upi://pay?" + "&".join(
        f"{key}={quote(text, safe='@' if key == 'pa' else '')}" for key, text in fields.items() if text
    )
