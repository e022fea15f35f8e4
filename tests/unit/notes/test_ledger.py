"""The ledger of a customer agrees with what is open, whatever happened; ageing agrees with the ledger."""

import datetime
import random
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from delivery.models import Notification
from gstbillingapp.actions import invoices, notes, opening, payments, receipts, set_offs
from gstbillingapp.actions.data import NoteLineData, OpeningData, RefundData
from gstbillingapp.ledger import PER_PAGE, Ledger
from gstbillingapp.models import (
    Customer,
    Invoice,
    Note,
    OpeningBalance,
    OpeningPayment,
    Payment,
    Receipt,
    Refund,
)
from gstbillingapp.models.fields import today
from gstbillingapp.receivables import ageing, ages_before, net_owed
from gstbillingapp.registers import open_sources
from gstbillingapp.views.note_sheets import statement_sheet
from tests.factories import (
    CustomerFactory,
    advance,
    days_ago,
    debited,
    issued,
    line,
    noted,
    paid,
    set_off,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(business):
    return CustomerFactory(business=business)


class Life:
    """Something that happens to a customer's account; what is not possible just now is refused."""

    def __init__(self, buyer: Customer, seed: int) -> None:
        self.buyer, self.dice = buyer, random.Random(seed)

    def go_on(self) -> None:
        deeds = (
            *(self.bill, self.bill, self.pay, self.credit, self.debit, self.advance, self.set_off),
            *(self.refund, self.take_back, self.cancel_note, self.cancel_invoice, self.cancel_advance),
            *(self.reverse_refund, self.give, self.pay_before, self.take_back_before),
        )
        try:
            self.dice.choice(deeds)()
        except (ValidationError, IndexError):
            return

    def some(self, model, **terms):
        return self.dice.choice(list(model.objects.filter(business=self.buyer.business, **terms)))

    def rupees(self, most=200) -> Decimal:
        return Decimal(self.dice.randint(1, most * 100)) / 100

    def bill(self):
        issued(None, line(qty=Decimal(3), price=self.rupees()), customer=self.buyer, date=days_ago(9))

    def pay(self):
        paid(self.some(Invoice, balance__gt=0), self.rupees(), date=days_ago(self.dice.randint(0, 8)))

    def credit(self):
        typed = self.dice.choice([NoteLineData(qty=Decimal(1)), NoteLineData(amount=self.rupees(50))])
        noted(self.some(Invoice, state="issued"), typed, date=days_ago(self.dice.randint(0, 8)))

    def give(self):
        typed = NoteLineData(amount=self.rupees(50))
        noted(self.some(Invoice, state="issued"), typed, commercial=True)

    def debit(self):
        debited(self.some(Invoice, state="issued"), self.rupees(50))

    def advance(self):
        advance(self.buyer, self.rupees(), is_service=self.dice.random() < 0.5, date=days_ago(5))

    def set_off(self):
        source = self.dice.choice(open_sources(self.buyer.business, self.buyer.pk))
        set_off(self.some(Invoice, balance__gt=0), source, self.rupees(50))

    def refund(self):
        source = self.dice.choice(open_sources(self.buyer.business, self.buyer.pk))
        data = RefundData(amount=self.rupees(20))
        set_offs.refund(self.buyer.business, None, type(source), source.pk, data)

    def take_back(self):
        payments.reverse(self.buyer.business, None, self.some(Payment).pk, "Returned")

    def pay_before(self):
        [before] = OpeningBalance.objects.filter(customer=self.buyer)
        opening.pay(self.buyer.business, None, before.pk, self.rupees(40))

    def take_back_before(self):
        opening.reverse(self.buyer.business, None, self.some(OpeningPayment).pk, "Returned")

    def cancel_note(self):
        notes.cancel(self.buyer.business, None, self.some(Note).pk, "Wrong")

    def cancel_invoice(self):
        invoices.cancel(self.buyer.business, None, self.some(Invoice).pk, "Wrong")

    def cancel_advance(self):
        receipts.cancel(self.buyer.business, None, self.some(Receipt).pk, "Returned")

    def reverse_refund(self):
        set_offs.reverse_refund(self.buyer.business, None, self.some(Refund).pk, "Returned")


@pytest.mark.parametrize("seed", range(6))
def test_the_ledger_closes_at_what_is_open_whatever_happened(buyer, seed):
    Customer.objects.filter(pk=buyer.pk).update(credit_limit=Decimal(300))
    life = Life(buyer, seed)
    opening.save(buyer.business, buyer.pk, OpeningData(amount=Decimal("77.70"), date=days_ago(400)))
    for _ in range(60):
        life.go_on()
    ledger = Ledger(buyer)
    entries = ledger.entries()
    assert len({entry.kind for entry in entries}) >= 6
    assert entries[-1].balance == ledger.span().closing == net_owed(buyer)
    [debtor] = ageing(buyer.business).debtors()
    assert debtor.ages.net == ages_before(buyer).net == net_owed(buyer)
    assert Customer.objects.get(pk=buyer.pk).is_over_limit == (net_owed(buyer) > 300)
    middle = days_ago(4)
    before, after = Ledger(buyer, until=middle), Ledger(buyer, since=middle + datetime.timedelta(days=1))
    assert before.span().closing == after.span().opening
    assert after.span().closing == net_owed(buyer)
    for receipt in Receipt.objects.filter(state="issued"):
        taken = [*receipt.set_offs.filter(reversed_at=None), *receipt.refunds.filter(reversed_at=None)]
        left = receipt.cgst - sum(row.cgst for row in taken)
        assert left == 0 if receipt.balance == 0 else left >= 0


def test_entries_come_in_the_order_of_their_days_with_the_balance_after_each(buyer):
    invoice = issued(customer=buyer, date=days_ago(9))
    payment = paid(invoice, "100", date=days_ago(7))
    noted(invoice, date=days_ago(6))
    advance(buyer, "50", date=days_ago(8))
    payments.reverse(buyer.business, None, payment.pk, "Cheque returned")
    found = [(entry.text, entry.change, entry.balance) for entry in Ledger(buyer).entries()]
    assert found == [
        ("Invoice", 118, 118),
        ("Advance", -50, 68),
        ("Payment", -100, -32),
        ("Credit note", Decimal("-11.80"), Decimal("-43.80")),
        ("Payment reversed", 100, Decimal("56.20")),
    ]


def test_the_second_page_goes_on_with_the_balance_of_the_first(buyer):
    invoice = issued(None, line(price=Decimal(1000)), customer=buyer)
    for _ in range(PER_PAGE + 10):
        paid(invoice, "1")
    page = Ledger(buyer, since=days_ago(3)).page(2)
    assert len(page.object_list) == 11
    assert [page.object_list[0].balance, page.object_list[-1].balance] == [1130, 1120]


def test_what_was_before_the_period_is_in_its_opening_balance(buyer):
    issued(customer=buyer, date=days_ago(9))
    issued(customer=buyer, date=days_ago(2))
    span = Ledger(buyer, since=days_ago(5), until=today()).span()
    assert (span.opening, span.debit, span.credit, span.closing) == (118, 118, 0, 236)


def test_nothing_of_another_customer_or_business_is_in_it(people, buyer):
    issued(people.business)
    issued()
    assert Ledger(buyer).count() == 0
    assert ageing(CustomerFactory().business).keys == []


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (-1, "not_due"),
        *((0, "days_30"), (30, "days_30"), (31, "days_60"), (60, "days_60")),
        *((61, "days_90"), (90, "days_90"), (91, "older")),
    ],
)
def test_what_is_owed_ages_by_its_due_date(buyer, days, age):
    issued(customer=buyer, date=days_ago(120), due_date=days_ago(days))
    [debtor] = ageing(buyer.business).debtors()
    assert (getattr(debtor.ages, age), debtor.ages.owed) == (118, 118)
    assert getattr(ages_before(buyer), age if days else "not_due") == 118


def test_the_sums_of_ageing_are_those_of_all_customers_and_agree_with_their_ledgers(business):
    for place in range(3):
        buyer = CustomerFactory(business=business, name=f"Buyer {place}")
        for _ in range(place + 1):
            issued(customer=buyer)
        advance(buyer, "10")
    lender = CustomerFactory(business=business, name="Lender")
    advance(lender, "5")
    found = ageing(business, sort="-net")
    assert [debtor.name for debtor in found.debtors()] == ["Buyer 2", "Buyer 1", "Buyer 0", "Lender"]
    assert (found.total.owed, found.total.credit, found.total.net) == (708, 35, 673)
    for debtor in found.debtors():
        assert debtor.ages.net == net_owed(Customer.objects.get(pk=debtor.pk))
    with pytest.raises(ValueError, match="sort must be one of"):
        ageing(business, sort="luck")


def test_what_was_owed_from_before_comes_first_ages_by_its_day_and_counts_against_the_limit(people, buyer):
    Customer.objects.filter(pk=buyer.pk).update(credit_limit=Decimal(500))
    issued(customer=buyer)
    data = OpeningData(amount=Decimal(1000), date=days_ago(100), due_date=days_ago(70), reference="OLD/7")
    opening.save(buyer.business, buyer.pk, data)
    first, second = Ledger(buyer).entries()
    assert (first.text, first.number, first.balance, second.balance) == (
        "Opening balance",
        "OLD/7",
        1000,
        1118,
    )
    [debtor] = ageing(buyer.business).debtors()
    assert debtor.ages == ages_before(buyer)
    assert (debtor.ages.days_90, debtor.ages.not_due, debtor.ages.net) == (1000, 118, net_owed(buyer))
    assert Notification.objects.filter(user=people.owner, title__contains="over limit: ₹1,118.00").exists()


def test_the_page_of_a_customer_says_all_they_owe_and_what_of_it_is_late(people, buyer):
    issued(customer=buyer, date=days_ago(40), due_date=days_ago(10))
    issued(customer=buyer, date=days_ago(40), due_date=today())
    paid(issued(customer=buyer), "18")
    opening.save(buyer.business, buyer.pk, OpeningData(amount=Decimal(1000), date=days_ago(70)))
    advance(buyer, "50")
    ages = ages_before(buyer)
    assert (ages.owed, ages.overdue, ages.credit, ages.net) == (1336, 1118, 50, net_owed(buyer))
    client = Client()
    client.force_login(people.owner)
    page = client.get(buyer.get_absolute_url())
    for said in ("₹1,336.00", "₹1,118.00 overdue", "₹50.00 open in advances"):
        assertContains(page, said)


def test_what_falls_due_today_is_late_on_no_paper_and_no_page(people, buyer):
    issued(customer=buyer, date=days_ago(40), due_date=today())
    issued(
        None,
        line(price=Decimal(10)),
        customer=buyer,
        date=days_ago(40),
        due_date=days_ago(1),
        round_off=False,
    )
    client = Client()
    client.force_login(people.owner)
    for page in ("customer", "customer_ledger"):
        assertContains(client.get(reverse(page, args=[buyer.pk])), "₹11.80 overdue")
    issued(customer=buyer, date=days_ago(40), due_date=days_ago(31))
    paper = client.get(reverse("statement_print", args=[buyer.pk])).text
    told = dict(statement_sheet(buyer.business, Ledger(buyer)).totals)
    ages = {"1–30 days overdue": "₹11.80", "31–60 days": "₹118.00"}
    assert told == {"Not yet due": "₹118.00", **ages}
    assert all(words in paper for words in told)
