"""The profile of a business."""

import re

from django.db import transaction

from gstbillingapp.actions import prefixes
from gstbillingapp.actions.checks import Checks
from gstbillingapp.actions.data import BusinessData, VendorData
from gstbillingapp.actions.identity import checked_gstin, checked_phone, checked_state
from gstbillingapp.gst import upi
from gstbillingapp.gst.numbers import FIRST_WIDTH, format_number
from gstbillingapp.models import Business, FilingFrequency, Scheme

IFSC = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}")
ACCOUNT = re.compile(r"[A-Za-z0-9]{6,34}")
LONGEST_DUE = 365
LONGEST_OFFER = 365


def save(business: Business, data: BusinessData) -> Business:
    """Change the profile; invoices issued before keep the details they were issued with.

    Raises ValidationError keyed by the fields of `BusinessData`, also for a prefix that other documents are
    numbered with.
    """
    checks = Checks()
    changed = checked_business(checks, data)
    with transaction.atomic():
        stored = Business.objects.select_for_update(no_key=True).get(pk=business.pk)
        prefixes.refuse_used(checks, stored, "invoice_prefix", changed.invoice_prefix)
        prefixes.refuse_used(checks, stored, "quotation_prefix", changed.quotation_prefix)
        checks.finish()
        for name in BusinessData.__dataclass_fields__:
            setattr(stored, name, getattr(changed, name))
        stored.save()
    return stored


def checked_business(checks: Checks, data: BusinessData) -> Business:
    """A business as typed, unsaved; what is wrong with it is noted in `checks`."""
    gstin = _gstin(checks, data)
    return Business(
        name=checks.text("name", data.name, 120, required="Enter the name of the business."),
        legal_name=checks.text("legal_name", data.legal_name, 120),
        gstin=gstin,
        scheme=checks.choice("scheme", data.scheme, Scheme.values),
        state_code=checked_state(checks, data.state_code, gstin, required=True),
        address=checks.text("address", data.address, 300),
        city=checks.text("city", data.city, 80),
        pincode=checks.pincode("pincode", data.pincode),
        phone=checked_phone(checks, data.phone),
        email=checks.email("email", data.email),
        bank_name=checks.text("bank_name", data.bank_name, 80),
        lut_number=checks.text("lut_number", data.lut_number, 30),
        signatory=checks.text("signatory", data.signatory, 120),
        invoice_terms=checks.text("invoice_terms", data.invoice_terms, 1000),
        round_off=data.round_off,
        filing_frequency=checks.choice(
            "filing_frequency", data.filing_frequency or FilingFrequency.MONTHLY, FilingFrequency.values
        ),
        **checked_bank(checks, data),
        **_invoicing(checks, data),
    )


def _gstin(checks: Checks, data: BusinessData) -> str:
    gstin = checked_gstin(checks, data.gstin)
    if data.scheme == Scheme.UNREGISTERED and gstin:
        checks.refuse(
            "gstin", "A business that is not registered has none: leave it empty or choose a scheme."
        )
    elif data.scheme != Scheme.UNREGISTERED and not gstin:
        checks.refuse("gstin", "Enter the GSTIN, or choose the scheme “Not registered”.")
    return gstin


def checked_bank(checks: Checks, data: BusinessData | VendorData) -> dict[str, str]:
    """Where somebody is paid: the account with its IFSC, and the UPI ID."""
    return {
        "bank_account": _shaped(
            checks, "bank_account", "".join(data.bank_account.split()), ACCOUNT, "6 to 34 digits and letters"
        ),
        "bank_ifsc": _shaped(
            checks, "bank_ifsc", data.bank_ifsc.strip().upper(), IFSC, "11 characters such as HDFC0001234"
        ),
        "upi_id": _upi_id(checks, data.upi_id),
    }


def _shaped(checks: Checks, field: str, text: str, shape: re.Pattern[str], allowed: str) -> str:
    if text and not shape.fullmatch(text):
        checks.refuse(field, f"This must be {allowed}.")
    return text


def _upi_id(checks: Checks, typed: str) -> str:
    """What the QR code of every invoice will be made of: judged by the same rule here."""
    text = checks.text("upi_id", typed, 100)
    if text and not upi.is_address(text):
        checks.refuse("upi_id", "This must be an ID such as name@okhdfcbank.")
    return text


def _invoicing(checks: Checks, data: BusinessData) -> dict[str, str | int]:
    prefix = data.invoice_prefix.strip()
    prefixes.refuse_taken(checks, "invoice_prefix", prefix)
    # The last number of the series' first width has to fit in the 16 characters of Rule 46.
    checks.attempt("invoice_prefix", lambda: format_number(prefix, "2026-27", 10**FIRST_WIDTH - 1))
    quotation_prefix = data.quotation_prefix.strip()
    prefixes.refuse_taken(checks, "quotation_prefix", quotation_prefix)
    checks.attempt(
        "quotation_prefix", lambda: format_number(quotation_prefix, "2026-27", 10**FIRST_WIDTH - 1)
    )
    if prefix.upper() == quotation_prefix.upper():
        # They would share one series, and the numbers of invoices would not be consecutive (Rule 46).
        checks.refuse("quotation_prefix", f"Choose another one: {prefix} numbers the invoices.")
    due_days = 30 if data.due_days is None else data.due_days
    if not 0 <= due_days <= LONGEST_DUE:
        checks.refuse("due_days", f"Enter a number of days from 0 to {LONGEST_DUE}.")
    quotation_days = 30 if data.quotation_days is None else data.quotation_days
    if not 1 <= quotation_days <= LONGEST_OFFER:
        checks.refuse("quotation_days", f"Enter a number of days from 1 to {LONGEST_OFFER}.")
    if data.hsn_digits not in (4, 6):
        checks.refuse("hsn_digits", "Choose 4 or 6.")
    return {
        "invoice_prefix": prefix,
        "quotation_prefix": quotation_prefix,
        "due_days": due_days,
        "quotation_days": quotation_days,
        "hsn_digits": data.hsn_digits,
    }
