"""Customers."""

from django.db import transaction

from gstbillingapp.actions import announce, credit_limits
from gstbillingapp.actions.checks import Checks
from gstbillingapp.actions.data import CustomerData
from gstbillingapp.actions.identity import STATE_CODES, checked_gstin, checked_phone, checked_state
from gstbillingapp.gst.states import ABROAD, current_code
from gstbillingapp.models import Business, BuyerKind, Customer
from gstbillingapp.models.fields import LARGEST_AMOUNT

REGISTERED = (BuyerKind.REGULAR, BuyerKind.SEZ)
INDIA = ("india", "in", "ind", "bharat")


def save(business: Business, data: CustomerData, customer_id: int | None = None) -> Customer:
    """Add a customer, or change one; invoices issued before keep the details they were issued with.

    Raises Customer.DoesNotExist for one of another business.
    """
    values = judged(data, needs_country=True)
    with transaction.atomic():
        customer = Customer(business=business)
        if customer_id is not None:
            customer = Customer.objects.select_for_update(no_key=True).get(business=business, pk=customer_id)
            customer.business = business
        for name, value in values.items():
            setattr(customer, name, value)
        customer.save()
        announce.credit_limit(credit_limits.judge_customer(customer))
    return customer


def judged(data: CustomerData, *, needs_country: bool = False) -> dict[str, object]:
    """What the columns of the customer are to hold. Raises ValidationError, as every action does.

    Files of other programs often have no country; whoever types one is asked for it, and whoever bills a
    buyer without one is told (`advice`).
    """
    checks = Checks()
    values = _checked(checks, data)
    if needs_country and values["kind"] == BuyerKind.OVERSEAS and not values["country"]:
        checks.refuse("country", "Enter the country: an export invoice names it.")
    checks.finish()
    return values


def set_archived(business: Business, customer_id: int, archived: bool) -> Customer:
    """Take a customer out of the lists, or put it back. Doing it twice changes nothing."""
    with transaction.atomic():
        customer = Customer.objects.select_for_update(no_key=True).get(business=business, pk=customer_id)
        customer.is_archived = archived
        customer.save(update_fields=["is_archived", "updated_at"])
    return customer


def _checked(checks: Checks, data: CustomerData) -> dict[str, object]:
    gstin = checked_gstin(checks, data.gstin)
    kind = _kind(checks, data, gstin)
    return {
        "name": checks.text("name", data.name, 120, required="Enter the customer's name."),
        "gstin": gstin,
        "kind": kind,
        "state_code": _state(checks, data, kind, gstin),
        "country": _country(checks, data, kind),
        "address": checks.text("address", data.address, 300),
        "city": checks.text("city", data.city, 80),
        # Postal codes abroad have their own shapes; ours are of India.
        "pincode": checks.text("pincode", data.pincode, 6)
        if kind == BuyerKind.OVERSEAS
        else checks.pincode("pincode", data.pincode),
        "ship_name": checks.text("ship_name", data.ship_name, 120),
        "ship_address": checks.text("ship_address", data.ship_address, 300),
        "ship_city": checks.text("ship_city", data.ship_city, 80),
        "ship_pincode": checks.pincode("ship_pincode", data.ship_pincode),
        "ship_state_code": _ship_state(checks, data),
        "phone": checked_phone(checks, data.phone),
        "email": checks.email("email", data.email),
        "credit_limit": data.credit_limit
        if data.credit_limit is None
        else checks.number("credit_limit", data.credit_limit, most=LARGEST_AMOUNT, places=2),
    }


def _kind(checks: Checks, data: CustomerData, gstin: str) -> str:
    kind = data.kind or (BuyerKind.REGULAR if gstin else BuyerKind.UNREGISTERED)
    checks.choice("kind", kind, BuyerKind.values)
    if kind in REGISTERED and not gstin:
        checks.refuse("gstin", "Enter the GSTIN, or choose “Not registered”.")
    elif kind not in REGISTERED and gstin:
        checks.refuse("gstin", "Leave the GSTIN empty, or choose “Registered” or “SEZ unit or developer”.")
    return str(kind)


def _state(checks: Checks, data: CustomerData, kind: str, gstin: str) -> str:
    if kind == BuyerKind.OVERSEAS:
        if data.state_code.strip() not in ("", ABROAD):
            checks.refuse("state_code", "A buyer overseas is in no state of India: leave it empty.")
        return ABROAD
    return checked_state(checks, data.state_code, gstin, required=kind in REGISTERED)


def _country(checks: Checks, data: CustomerData, kind: str) -> str:
    """The country of a buyer overseas (CGST Rule 46, third proviso); that of all others is known."""
    country = checks.text("country", data.country, 60)
    is_india = country.casefold() in INDIA
    if kind == BuyerKind.OVERSEAS:
        if country and is_india:
            checks.refuse("country", "A buyer overseas is not in India: enter the other country.")
        return country
    if country and not is_india:
        checks.refuse("country", "Choose “Overseas” for a buyer outside India, or leave it empty.")
    return ""


def _ship_state(checks: Checks, data: CustomerData) -> str:
    code = current_code(data.ship_state_code.strip())
    if code and code not in (*STATE_CODES, ABROAD):
        checks.refuse("ship_state_code", "Choose a state or union territory from the list.")
    if data.ship_address.strip() and not code:
        checks.refuse(
            "ship_state_code", "Choose the state of the delivery address; it decides which tax is due."
        )
    return code
