"""Opening balances out of a file: what each customer owes from before."""

from collections.abc import Callable, Hashable, Sequence, Set
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from gstbillingapp.actions import announce, credit_limits, opening
from gstbillingapp.actions.data import OpeningData
from gstbillingapp.actions.importing import finding, headings
from gstbillingapp.actions.importing.customers import GSTIN, NAME, PHONE
from gstbillingapp.actions.importing.rows import (
    Column,
    Outcome,
    Problem,
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
from gstbillingapp.models import Business, Customer, OpeningBalance
from gstbillingapp.sheets import cells

WHO = frozenset({"name", "gstin", "phone"})
NOBODY = "No customer has this {what}. Import the customer first, or correct it."


class OpeningBalances(Subject):
    slug = "opening"
    noun = "Opening balances"
    about = "What each customer owes from before you began here, in one amount or by invoice."
    list_name = "customer_list"
    matching = (
        "The customer is found by the GSTIN, else by the name, and by the phone where both have one. "
        "A balance is known again by the customer and the invoice number."
    )
    key_words = "this customer and invoice number"
    headings = headings.OPENING
    columns = (
        NAME,
        GSTIN,
        PHONE,
        Column("amount", "Amount", "1,25,000.00", cells.number, "What is owed, in rupees"),
        Column("date", "Date", "31-03-2026", cells.day, "As of when: day, month, year"),
        Column("due_date", "Due date", "30-04-2026", cells.day),
        Column(
            "reference", "Invoice number", "OLD/25-26/0117", note="One row for each; empty for all in one"
        ),
    )

    def identity(self, said: Said) -> Hashable:
        who = finding.customer_key(said)
        return who and (who, said.values.get("reference", ""))

    def judge(self, business: Business, rows: Sequence[Said], *, lock: bool) -> list[Verdict]:
        known = finding.Customers(business, rows, lock=lock)
        found = [_customer(known, said) for said in rows]
        ids = {customer.pk for customer in found if isinstance(customer, Customer)}
        kept = {
            (row.customer_id, row.reference): row for row in OpeningBalance.objects.filter(customer__in=ids)
        }
        return [_judged(business, who, kept, said) for who, said in zip(found, rows, strict=True)]

    def asked(self, verdict: Verdict) -> Set[Hashable]:
        """By the customer that was found, whom no row of such a file changes; none for a row with errors."""
        row = verdict.row or verdict.before
        return {(row.customer_id, row.reference)} if isinstance(row, OpeningBalance) else set()

    def written(self, verdict: Verdict) -> Set[Hashable]:
        return self.asked(verdict)

    def store(self, user: User | None, verdicts: Sequence[Verdict]) -> Callable[[], None]:
        rows = [verdict.row for verdict in verdicts if isinstance(verdict.row, OpeningBalance)]
        new, old = parted(rows)
        OpeningBalance.objects.bulk_create(new)
        overwrite(OpeningBalance, old, ["amount", "date", "due_date"])
        owing = {row.customer_id: row.customer for row in rows}
        return partial(announce.credit_limits, credit_limits.judge_customers(list(owing.values())))


def _customer(known: finding.Customers, said: Said) -> Customer | Problem:
    try:
        customer = known.of(said)
    except finding.Ambiguous as unclear:
        return unclear.problem
    if customer is None:
        if not said.texts.keys() & {"name", "gstin"}:
            return Problem("name", "Enter the customer's name or GSTIN.")
        column = "gstin" if "gstin" in said.texts else "name"
        return Problem(column, NOBODY.format(what="GSTIN" if column == "gstin" else "name"))
    return customer


def _judged(
    business: Business, who: Customer | Problem, kept: dict[tuple[int, str], OpeningBalance], said: Said
) -> Verdict:
    try:
        values = opening.judged(OpeningData(**_without_customer(said.values)))
    except ValidationError as error:
        nobody = [who] if isinstance(who, Problem) else []
        return wrong(said, *nobody, *besides(said, problems_of(error)))
    if isinstance(who, Problem):
        return wrong(said, who)
    if said.problems:
        return wrong(said)
    stored = kept.get((who.pk, str(values["reference"])))
    if stored is not None and is_as(stored, values):
        return Verdict(said, Outcome.SAME, before=stored)
    below = opening.below_paid(stored, said.values.get("amount"))
    if below:
        return wrong(said, Problem("amount", below))
    if stored is None:
        return Verdict(said, Outcome.ADD, row=OpeningBalance(business=business, customer=who, **values))
    row = changed(stored, values)
    row.customer = who
    return Verdict(said, Outcome.CHANGE, before=stored, row=row)


def _without_customer(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in WHO}
