"""Vendors."""

from django.db import transaction

from gstbillingapp.actions.business import LONGEST_DUE, checked_bank
from gstbillingapp.actions.checks import Checks
from gstbillingapp.actions.data import VendorData
from gstbillingapp.actions.identity import checked_gstin, checked_phone, checked_state
from gstbillingapp.gst.states import ABROAD
from gstbillingapp.models import Business, Vendor, VendorKind
from gstbillingapp.models.vendor import REGISTERED_VENDORS

USUAL_DUE_DAYS = 30


def save(business: Business, data: VendorData, vendor_id: int | None = None) -> Vendor:
    """Add a vendor, or change one; bills recorded before keep the details they have.

    Raises Vendor.DoesNotExist for one of another business.
    """
    checks = Checks()
    values = _checked(checks, data)
    checks.finish()
    with transaction.atomic():
        vendor = Vendor(business=business)
        if vendor_id is not None:
            vendor = _locked(business, vendor_id)
        for name, value in values.items():
            setattr(vendor, name, value)
        vendor.save()
    return vendor


def set_archived(business: Business, vendor_id: int, archived: bool) -> Vendor:
    """Take a vendor out of the lists, or put it back. Doing it twice changes nothing."""
    with transaction.atomic():
        vendor = _locked(business, vendor_id)
        vendor.is_archived = archived
        vendor.save(update_fields=["is_archived", "updated_at"])
    return vendor


def _locked(business: Business, vendor_id: int) -> Vendor:
    return Vendor.objects.select_for_update(no_key=True).get(business=business, pk=vendor_id)


def _checked(checks: Checks, data: VendorData) -> dict[str, str | int]:
    gstin = checked_gstin(checks, data.gstin)
    kind = _kind(checks, data, gstin)
    return {
        "name": checks.text("name", data.name, 120, required="Enter the vendor's name."),
        "gstin": gstin,
        "kind": kind,
        "state_code": _state(checks, data, kind, gstin),
        "address": checks.text("address", data.address, 300),
        "city": checks.text("city", data.city, 80),
        # Postal codes abroad have their own shapes; ours are of India.
        "pincode": checks.text("pincode", data.pincode, 6)
        if kind == VendorKind.OVERSEAS
        else checks.pincode("pincode", data.pincode),
        "phone": checked_phone(checks, data.phone),
        "email": checks.email("email", data.email),
        "due_days": _due_days(checks, data.due_days),
        "bank_name": checks.text("bank_name", data.bank_name, 80),
        **checked_bank(checks, data),
    }


def _kind(checks: Checks, data: VendorData, gstin: str) -> str:
    kind = data.kind or (VendorKind.REGULAR if gstin else VendorKind.UNREGISTERED)
    checks.choice("kind", kind, VendorKind.values)
    if kind in REGISTERED_VENDORS and not gstin:
        checks.refuse("gstin", "Enter the GSTIN, or choose “Not registered”.")
    elif kind not in REGISTERED_VENDORS and gstin:
        checks.refuse("gstin", "Leave the GSTIN empty, or choose how the vendor is registered.")
    return str(kind)


def _state(checks: Checks, data: VendorData, kind: str, gstin: str) -> str:
    if kind == VendorKind.OVERSEAS:
        if data.state_code.strip() not in ("", ABROAD):
            checks.refuse("state_code", "A vendor overseas is in no state of India: leave it empty.")
        return ABROAD
    return checked_state(checks, data.state_code, gstin, required=kind in REGISTERED_VENDORS)


def _due_days(checks: Checks, typed: int | None) -> int:
    days = USUAL_DUE_DAYS if typed is None else typed
    if not 0 <= days <= LONGEST_DUE:
        checks.refuse("due_days", f"Enter a number of days from 0 to {LONGEST_DUE}.")
    return days
