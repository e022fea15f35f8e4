"""Place of supply (IGST Act ss.10-13): which state a supply is taxed in, and why, in words for a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.states import ABROAD, CENTRE, STATES, current_code, state_name


class Kind(StrEnum):
    """What is supplied; the rules differ."""

    GOODS = "goods"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Place:
    """A place of supply. `reason` is the sentence beside it on screen: `Karnataka: delivery address`."""

    code: str
    reason: str
    inter_state: bool


def place_of_supply(
    kind: Kind,
    *,
    supplier_state: str,
    buyer_state: str = "",
    delivery_state: str = "",
    registered: bool = False,
    overseas: bool = False,
    sez: bool = False,
    delivered_to_third_person: bool = False,
) -> Place:
    """Find the place of supply from what is on record; an empty state code means nothing is.

    `buyer_state` is the state of the buyer's GSTIN when `registered`, else of the address on the invoice.
    `delivered_to_third_person` marks bill-to ship-to: goods handed to another at a registered buyer's
    direction are deemed received at the buyer's principal place (IGST s.10(1)(b)). An unregistered buyer has
    none: there the delivery address decides (s.10(1)(ca), Circular 209/3/2024).
    Raises InputError for an unknown state code.
    """
    for name, code in (("buyer_state", buyer_state), ("delivery_state", delivery_state)):
        if code and (code not in STATES or code == CENTRE):
            raise InputError(name, "the code of a state or territory")
    if supplier_state not in STATES or supplier_state in (ABROAD, CENTRE):
        raise InputError("supplier_state", "the code of a state or territory")
    code, why = _place(
        kind,
        supplier_state=supplier_state,
        buyer_state=buyer_state,
        delivery_state="" if delivered_to_third_person and registered and buyer_state else delivery_state,
        registered=registered,
        overseas=overseas,
    )
    return _described(code, why, supplier_state, sez=sez)


def is_inter_state(supplier_state: str, place: str, *, sez: bool = False, export: bool = False) -> bool:
    """Whether IGST is due: another state, or an SEZ or export whatever the state (IGST s.7(5))."""
    return sez or export or current_code(supplier_state) != current_code(place)


def _described(code: str, why: str, supplier_state: str, *, sez: bool) -> Place:
    reason = f"{state_name(code)}: {why}"
    if sez:
        reason += ", taxed as inter-state because it goes to an SEZ"
    return Place(code, reason, is_inter_state(supplier_state, code, sez=sez, export=code == ABROAD))


def _place(
    kind: Kind,
    *,
    supplier_state: str,
    buyer_state: str,
    delivery_state: str,
    registered: bool,
    overseas: bool,
) -> tuple[str, str]:
    if overseas:
        return _place_overseas(kind, delivery_state)
    if kind is Kind.GOODS and delivery_state:
        return current_code(delivery_state), "delivery address"
    if buyer_state:
        return current_code(buyer_state), _why_buyer(kind, registered=registered)
    # IGST s.10(1)(ca) for goods to, s.12(2)(b)(ii) for services to someone whose address is not on record
    return current_code(supplier_state), "the supplier's own state, as no address of the buyer is on record"


def _place_overseas(kind: Kind, delivery_state: str) -> tuple[str, str]:
    """A buyer abroad: goods handed over in India are supplied here (s.10), all else is an export."""
    if kind is Kind.GOODS and delivery_state and delivery_state != ABROAD:
        return current_code(delivery_state), "delivery address in India"
    return ABROAD, "export, the buyer is abroad"


def _why_buyer(kind: Kind, *, registered: bool) -> str:
    if registered:
        return "the buyer's registration" if kind is Kind.SERVICE else "the registered buyer's address"
    return "the buyer's address on record" if kind is Kind.SERVICE else "the buyer's address on the invoice"
