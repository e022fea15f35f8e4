"""Customers out of a file."""

from collections.abc import Callable, Hashable, Sequence, Set
from dataclasses import fields
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from gstbillingapp.actions import announce, credit_limits, customers
from gstbillingapp.actions.data import CustomerData
from gstbillingapp.actions.importing import finding, headings
from gstbillingapp.actions.importing.rows import (
    Column,
    Outcome,
    Said,
    Subject,
    Verdict,
    besides,
    changed,
    is_as,
    overwrite,
    parted,
    problems_of,
    wrong,
)
from gstbillingapp.actions.importing.words import KINDS_OF_BUYER, STATES_BY_NAME
from gstbillingapp.models import Business, BuyerKind, Customer
from gstbillingapp.sheets import cells

_state = cells.one_of(STATES_BY_NAME, "a state by its name or code, such as Karnataka or 29")
_kind = cells.one_of(KINDS_OF_BUYER, "Registered, Not registered, SEZ or Overseas")
NAME = Column("name", "Name", "Asha Traders")
GSTIN = Column("gstin", "GSTIN", note="15 characters; empty for a buyer who is not registered")
PHONE = Column("phone", "Phone", "+91 98450 12345")


class Customers(Subject):
    slug = "customers"
    noun = "Customers"
    about = "Those you bill: names, GSTINs, phones, billing and delivery addresses."
    list_name = "customer_list"
    matching = (
        "A customer is known again by the GSTIN, else by the name, and by the phone where both have one."
    )
    key_words = "this GSTIN, or this name and phone,"
    headings = headings.CUSTOMERS
    columns = (
        NAME,
        GSTIN,
        Column(
            "kind", "Registration", "Not registered", _kind, "Registered, Not registered, SEZ or Overseas"
        ),
        PHONE,
        Column("email", "E-mail", "accounts@asha.example"),
        Column("address", "Address", "14 SJP Road"),
        Column("city", "City", "Bengaluru"),
        Column("pincode", "PIN code", "560002"),
        Column("state_code", "State", "Karnataka", _state, "Name or code; empty: by the GSTIN"),
        Column("country", "Country", note="Of a buyer overseas; empty, or India, for all others"),
        Column("ship_name", "Deliver to"),
        Column("ship_address", "Delivery address"),
        Column("ship_city", "Delivery city"),
        Column("ship_pincode", "Delivery PIN code"),
        Column("ship_state_code", "Delivery state", "", _state),
        Column("credit_limit", "Credit limit", "2,00,000", cells.number, "Rupees; empty: none"),
    )

    def identity(self, said: Said) -> Hashable:
        return finding.customer_key(said)

    def judge(self, business: Business, rows: Sequence[Said], *, lock: bool) -> list[Verdict]:
        known = finding.Customers(business, rows, lock=lock)
        return [self._judged(business, known, said) for said in rows]

    def _judged(self, business: Business, known: finding.Customers, said: Said) -> Verdict:
        try:
            stored = known.of(said)
            values = customers.judged(_data(said.values, stored))
        except finding.Ambiguous as unclear:
            return wrong(said, unclear.problem)
        except ValidationError as error:
            return wrong(said, *besides(said, problems_of(error)))
        if said.problems:
            return wrong(said)
        if stored is None:
            return Verdict(said, Outcome.ADD, row=Customer(business=business, **values))
        if is_as(stored, values):
            return Verdict(said, Outcome.SAME)
        return Verdict(said, Outcome.CHANGE, before=stored, row=changed(stored, values))

    def asked(self, verdict: Verdict) -> Set[Hashable]:
        return finding.asked(verdict.said)

    def written(self, verdict: Verdict) -> Set[Hashable]:
        both = (verdict.before, verdict.row)
        return {key for row in both if isinstance(row, Customer) for key in finding.keys_of(row)}

    def store(self, user: User | None, verdicts: Sequence[Verdict]) -> Callable[[], None]:
        rows = [verdict.row for verdict in verdicts if isinstance(verdict.row, Customer)]
        for row in rows:
            row.set_keys()
        new, old = parted(rows)
        Customer.objects.bulk_create(new)
        written = [field.name for field in fields(CustomerData)]
        overwrite(Customer, old, [*written, "name_key", "search_key"])
        return partial(announce.credit_limits, credit_limits.judge_customers(old))


def _data(said: dict[str, Any], stored: Customer | None) -> CustomerData:
    """What a row says, on top of what is stored: an empty cell changes nothing."""
    if stored is None:
        return CustomerData(**said)
    kept = {field.name: getattr(stored, field.name) for field in fields(CustomerData)}
    if said.get("gstin") and "kind" not in said and stored.kind == BuyerKind.UNREGISTERED:
        kept["kind"] = ""  # has registered since: by the GSTIN
    if said.get("gstin") and "state_code" not in said and not stored.gstin:
        kept["state_code"] = ""
    return CustomerData(**{**kept, **said})
