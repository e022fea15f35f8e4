"""Which customer a row of a file means: by GSTIN, else by name, and by phone where both say one."""

from collections import defaultdict
from collections.abc import Hashable, Sequence

from gstbillingapp.actions.importing.rows import Problem, Said
from gstbillingapp.gst.gstin import clean
from gstbillingapp.models import Business, Customer


class Ambiguous(Exception):  # noqa: N818  # it is no failure: the person has to say which
    """Several stored rows are meant as much as one another."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(column, message)


def gstin_of(said: Said) -> str:
    """The GSTIN a row says, as it is stored."""
    return clean(str(said.values.get("gstin", "")))


def digits(phone: str) -> str:
    """A phone number without what people write differently: the last ten digits."""
    return "".join(letter for letter in phone if letter.isdigit())[-10:]


def customer_key(said: Said) -> Hashable:
    """By what a row's customer is told from others, without looking at what is stored; None for nobody."""
    if gstin := gstin_of(said):
        return gstin
    name = str(said.values.get("name", "")).casefold()
    return (name, digits(str(said.values.get("phone", "")))) if name else None


class Customers:
    """The stored customers that some rows may mean, read in two queries."""

    def __init__(self, business: Business, rows: Sequence[Said], *, lock: bool) -> None:
        self._by_gstin: dict[str, list[Customer]] = defaultdict(list)
        self._by_name: dict[str, list[Customer]] = defaultdict(list)
        stored = Customer.objects.filter(business=business).order_by("pk")
        if lock:
            stored = stored.select_for_update(no_key=True)
        for customer in stored.filter(gstin__in={gstin_of(said) for said in rows} - {""}):
            self._by_gstin[customer.gstin].append(customer)
        names = {str(said.values.get("name", "")).casefold() for said in rows} - {""}
        # Whether archived or not: said for the index.
        for customer in stored.filter(is_archived__in=[True, False], name_key__in=names):
            self._by_name[customer.name_key].append(customer)

    def of(self, said: Said) -> Customer | None:
        """The customer a row means; None where there is none yet. Raises Ambiguous."""
        gstin, name = gstin_of(said), str(said.values.get("name", "")).casefold()
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
        return _only(_by_phone(named, digits(str(said.values.get("phone", "")))), "name", SEVERAL)


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
