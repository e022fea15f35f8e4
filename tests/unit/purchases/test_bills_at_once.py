"""Two people at the same instant with one bill, or with the same goods."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from gstbillingapp.actions import bill_payments, bills
from gstbillingapp.actions.reckoning import data_of
from gstbillingapp.models import Bill, BillPayment, ExpenseCategory, Product, StockMovement
from tests.factories import (
    BusinessFactory,
    ProductFactory,
    VendorFactory,
    bill,
    bill_data,
    bill_line,
    expense,
)
from tests.unit.billing.test_two_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_one_paper_recorded_by_two_people_is_there_once_and_its_goods_too():
    business = BusinessFactory()
    vendor, wire = VendorFactory(business=business), ProductFactory(business=business)
    data = bill_data(vendor, bill_line(wire, qty=Decimal(5)), number="PD-1")

    def record() -> Bill:
        return bills.record(business, None, data)

    outcomes = at_once(record, record, record)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Bill", *["ValidationError"] * 2]
    assert Bill.objects.count() == StockMovement.objects.count() == 1
    assert Product.objects.get().stock == 105


def test_two_payments_of_the_whole_balance_do_not_both_pass():
    owed = bill()

    def pay() -> BillPayment:
        return bill_payments.pay(owed.business, None, owed.pk, Decimal(118))

    outcomes = at_once(pay, pay)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["BillPayment", "ValidationError"]
    assert (Bill.objects.get().balance, BillPayment.objects.count()) == (0, 1)


def test_a_payment_and_a_cancellation_at_once_leave_one_of_the_two():
    owed = bill()
    at_once(
        lambda: bill_payments.pay(owed.business, None, owed.pk, Decimal(18)),
        lambda: bills.cancel(owed.business, None, owed.pk, "Wrong"),
    )
    stored = Bill.objects.get()
    outcome = (stored.state, stored.paid, BillPayment.objects.count())
    assert outcome in [("recorded", 18, 1), ("cancelled", 0, 0)]


def test_two_changes_of_one_version_do_not_both_pass():
    wire = ProductFactory()
    recorded = bill(wire.business, bill_line(wire, qty=Decimal(5)))
    mine = data_of(recorded)
    outcomes = at_once(*[lambda: bills.change(wire.business, None, recorded.pk, mine)] * 2)
    assert sum(isinstance(outcome, ValidationError) for outcome in outcomes) == 1
    assert (Bill.objects.get().version, Product.objects.get().stock) == (2, 105)


def test_bills_that_name_the_same_goods_in_another_order_do_not_wait_for_each_other():
    business = BusinessFactory()
    wire, lamp = ProductFactory(business=business), ProductFactory(business=business)
    vendors = [VendorFactory(business=business) for _ in range(2)]
    orders = ([bill_line(wire), bill_line(lamp)], [bill_line(lamp), bill_line(wire)])
    papers = [bill_data(vendor, *lines) for vendor, lines in zip(vendors, orders, strict=True)]
    at_once(*(lambda data=data: bills.record(business, None, data) for data in papers))
    assert set(Product.objects.values_list("stock", flat=True)) == {102}


def test_a_new_category_typed_by_two_people_is_added_once():
    business = BusinessFactory()
    at_once(*(lambda name=name: expense(business, category=name) for name in ("Parking", "PARKING")))
    assert ExpenseCategory.objects.count() == 1
