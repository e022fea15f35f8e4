"""Invoices: issued, paid in part and in full, taken back, cancelled; reminded of by their due date."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from gstbillingapp.actions import invoices, payments
from gstbillingapp.models import Invoice, Payment
from gstbillingapp.models.fields import INDIA
from tests.factories import draft
from tests.unit.reminders.year.history import DAY, FOREVER, History, Key

MOST_OWED = 12  # at a time: what a small business has in its books


@dataclass
class Bill:
    """An invoice as the oracle knows it: when it was issued, when it is due, how its balance changed."""

    pk: int
    issued_at: datetime.datetime
    due: datetime.date
    changes: list[tuple[datetime.datetime, Decimal]] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    def owed(self, moment: datetime.datetime) -> Decimal:
        return sum((amount for when, amount in self.changes if when <= moment), Decimal(0))


class Invoices:
    """The bills of a year; what the digest adds up."""

    keys = "^inv:[0-9]+:(due|over):"

    def __init__(self) -> None:
        self.bills: list[Bill] = []

    def happen(self, history: History, random: Random) -> None:
        owed = [bill for bill in self.bills if bill.owed(history.now)]
        move = random.choice(["issue", "issue", "pay", "pay", "pay in part", "reverse", "cancel", "", ""])
        if move == "issue" and len(owed) < MOST_OWED:
            self._issue(history, random.choice([0, 0, 2, 3, 4, 7, 15, 30]))
        elif move.startswith("pay") and owed:
            bill = random.choice(owed)
            part = Decimal(random.randint(1, 50)) if move == "pay in part" else bill.owed(history.now)
            self._pay(history, bill, min(part, bill.owed(history.now)))
        elif move == "reverse":
            self._reverse(history, random)
        elif move == "cancel":
            self._cancel(history, random)

    def expected(self, history: History) -> set[Key]:
        said: set[Key] = set()
        for day, run in history.mornings():
            for bill in self.bills:
                said |= self._said(history, bill, day, run)
        return said

    def _said(self, history: History, bill: Bill, day: datetime.date, run: datetime.datetime) -> set[Key]:
        stages = history.stages["invoices"].at(run)
        stage = (day - bill.due).days
        if stage not in stages or not bill.owed(run) or bill.issued_at >= history.morning(day, run):
            return set()
        if any(later > stage and bill.due + later * DAY <= history.today_at(run) for later in stages):
            return set()  # by the time it could be said there was something worse to say
        kind, word = ("invoice_overdue", "over") if stage > 0 else ("invoice_due", "due")
        return history.told(kind, f"inv:{bill.pk}:{word}:{abs(stage)}:{bill.due}", run)

    def _issue(self, history: History, days: int) -> None:
        date = history.now.astimezone(INDIA).date()
        stored = draft(history.business, date=date, due_date=date + days * DAY)
        invoice = invoices.issue(history.business, None, stored.pk)
        bill = Bill(invoice.pk, history.now, invoice.due_date)
        bill.changes.append((history.now, invoice.total))
        self.bills.append(bill)

    def _pay(self, history: History, bill: Bill, amount: Decimal) -> None:
        bill.payments.append(payments.record(history.business, None, bill.pk, amount))
        bill.changes.append((history.now, -amount))

    def _reverse(self, history: History, random: Random) -> None:
        paid = [bill for bill in self.bills[-MOST_OWED:] if bill.payments]
        if paid:
            bill = random.choice(paid)
            payment = bill.payments.pop()
            payments.reverse(history.business, None, payment.pk, "Cheque returned")
            bill.changes.append((history.now, payment.amount))

    def _cancel(self, history: History, random: Random) -> None:
        unpaid = [bill for bill in self.bills if not bill.payments and bill.owed(history.now)]
        if unpaid:
            bill = random.choice(unpaid)
            invoices.cancel(history.business, None, bill.pk, "Billed twice")
            bill.changes.append((history.now, -bill.owed(history.now)))

    def check(self) -> None:
        """What the oracle thinks is owed is what is owed: else it would be right by chance."""
        stored = dict(Invoice.objects.values_list("pk", "balance"))
        assert {bill.pk: bill.owed(FOREVER) for bill in self.bills} == {
            bill.pk: stored[bill.pk] for bill in self.bills
        }
