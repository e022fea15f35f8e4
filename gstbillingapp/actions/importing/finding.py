"""Which customer a row of a file means: by GSTIN, else by name, and by phone where both say one."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from gstbillingapp.actions.importing.rows import Problem, Said
from gstbillingapp.gst.gstin import clean
from gstbillingapp.models import Business, Customer

Row = TypeVar("Row", bound=Model)
ANY = "any phone"


class Ambiguous(Exception):  # noqa: N818  # it is no failure: the person has to say which
    """Several stored rows are meant as much as one another."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(column, message)


def meant(stored: QuerySet[Row], *ways: Q, lock: bool) -> QuerySet[Row]:
    """Those of the stored rows that are found in one of these ways, each once; with `lock`, they are held.

    In one statement and in the order of their ids, as whoever holds several does. To find and to hold them
    way by way would be two orders, and a sale of the same goods could wait for this while this waits for it.
    """
    ids = {pk for way in ways for pk in stored.filter(way).values_list("pk", flat=True)}
    rows = stored.filter(pk__in=ids).order_by("pk")
    return rows.select_for_update(no_key=True) if lock else rows


def gstin_of(said: Said) -> str:
    """The GSTIN a row says, as it is stored."""
    return clean(str(said.values.get("gstin", "")))


def name_of(said: Said) -> str:
    """The name a row says, as names are compared."""
    return str(said.values.get("name", "")).casefold()


def phone_of(said: Said) -> str:
    """The phone a row says, as phones are compared."""
    return digits(str(said.values.get("phone", "")))


def digits(phone: str) -> str:
    """A phone number without what people write differently: the last ten digits."""
    return "".join(letter for letter in phone if letter.isdigit())[-10:]


def customer_key(said: Said) -> Hashable:
    """By what a row's customer is told from others, without looking at what is stored; None for nobody."""
    if gstin := gstin_of(said):
        return gstin
    name = name_of(said)
    return (name, phone_of(said)) if name else None


def asked(said: Said) -> set[Hashable]:
    """Under which keys `Customers.of` looks for the customer of a row; those of `keys_of`."""
    gstin, phone = gstin_of(said), phone_of(said)
    phones = (phone, "") if phone else (ANY,)
    names: set[Hashable] = {(name_of(said), bool(gstin), each) for each in phones}
    return names | {gstin} if gstin else names


def keys_of(customer: Customer) -> set[Hashable]:
    """Under which keys rows find a customer: the GSTIN and the name, with the phone or without.

    The name comes with whether the row says a GSTIN: then it means only a customer who has none.
    """
    says_gstin = (False,) if customer.gstin else (False, True)
    phones = (digits(customer.phone), ANY)
    name = customer.name.casefold()
    names: set[Hashable] = {(name, says, phone) for says in says_gstin for phone in phones}
    return names | {customer.gstin} if customer.gstin else names


class Customers:
    """The stored customers that some rows may mean: an object for each, whichever way a row finds it."""

    def __init__(self, business: Business, rows: Sequence[Said], *, lock: bool) -> None:
        self._by_gstin: dict[str, list[Customer]] = defaultdict(list)
        self._by_name: dict[str, list[Customer]] = defaultdict(list)
        by_gstin = Q(gstin__in={gstin_of(said) for said in rows} - {""})
        # Whether archived or not: said for the index.
        by_name = Q(is_archived__in=[True, False], name_key__in={name_of(said) for said in rows} - {""})
        stored = Customer.objects.filter(business=business)
        for customer in meant(stored, by_gstin, by_name, lock=lock):
            customer.business = business
            self._by_gstin[customer.gstin].append(customer)
            self._by_name[customer.name_key].append(customer)

    def of(self, said: Said) -> Customer | None:
        """The customer a row means; None where there is none yet. Raises Ambiguous."""
        gstin, name = gstin_of(said), name_of(said)
        named = self._by_name[name] if name else []
        if gstin:
            found = self._by_gstin[gstin]
            if len(found) > 1:
                found = [customer for customer in found if customer.name_key == name] or found
            if found:
                return _only(
                    found, "gstin", "Several customers have this GSTIN: write the name of one of them."
                )
            named = [customer for customer in named if not customer.gstin]
        return _only(_by_phone(named, phone_of(said)), "name", SEVERAL)


SEVERAL = "Several customers have this name: add the GSTIN or the phone of the one that is meant."


def _by_phone(named: list[Customer], phone: str) -> list[Customer]:
    if not phone:
        return named
    exact = [customer for customer in named if digits(customer.phone) == phone]
    return exact or [customer for customer in named if not customer.phone]


def _only(found: list[Customer], column: str, message: str) -> Customer | None:
    if len(found) > 1:
        raise Ambiguous(column, message)
    return found[0] if found else None
