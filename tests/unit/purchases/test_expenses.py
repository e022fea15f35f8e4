"""Expenses: what was spent on what, the tax in it, and categories that are one however they are written."""

import datetime
from decimal import Decimal

import pytest

from gstbillingapp.actions import expenses
from gstbillingapp.actions.data import ExpenseData
from gstbillingapp.models import Expense, ExpenseCategory, ExpenseState, Scheme, VendorKind
from tests.factories import BusinessFactory, VendorFactory, days_ago, expense, gstin
from tests.refusals import everything, refused

OLD = datetime.date(2025, 9, 1)  # 28 % and cess on top were still in law

pytestmark = pytest.mark.django_db


def taxes(of: Expense) -> tuple[Decimal, ...]:
    return (of.taxable, of.cgst, of.sgst, of.igst, of.total)


@pytest.mark.parametrize(
    ("inclusive", "expected"),
    [
        (True, ("1000.00", "90.00", "90.00", "0.00", "1180.00")),
        (False, ("1180.00", "106.20", "106.20", "0.00", "1392.40")),
    ],
)
def test_the_tax_is_in_the_amount_or_comes_on_top(business, inclusive, expected):
    spent = expense(
        business,
        amount=Decimal(1180),
        rate=Decimal(18),
        price_includes_tax=inclusive,
        payee_gstin=gstin("29", 40_000),
    )
    assert taxes(spent) == tuple(map(Decimal, expected))


def test_a_payee_of_another_state_is_paid_igst(business):
    spent = expense(business, amount=Decimal(118), rate=Decimal(18), payee_gstin=gstin("27", 40_001))
    assert taxes(spent) == tuple(map(Decimal, ("100.00", "0.00", "0.00", "18.00", "118.00")))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"cess_pct": Decimal(12)}, ("1000.00", "140.00", "140.00", "0.00", "120.00", "1400.00")),
        ({"cess_amt": Decimal("0.40")}, ("1093.44", "153.08", "153.08", "0.00", "0.40", "1400.00")),
        (
            {"cess_pct": Decimal(12), "rcm": True},
            ("1400.00", "196.00", "196.00", "0.00", "168.00", "1400.00"),
        ),
    ],
)
def test_cess_is_in_the_amount_and_on_reverse_charge_nothing_is(business, terms, expected):
    spent = expense(business, amount=Decimal(1400), rate=Decimal(28), date=OLD, **terms)
    assert (spent.taxable, spent.cgst, spent.sgst, spent.igst, spent.cess, spent.total) == tuple(
        map(Decimal, expected)
    )
    assert spent.price_includes_tax is not spent.rcm


def test_tax_on_what_somebody_not_registered_supplied_is_owed_and_claimed_on_reverse_charge(business):
    driver = VendorFactory(business=business, kind=VendorKind.UNREGISTERED, gstin="")
    spent = expense(business, vendor_id=driver.pk, rate=Decimal(5), rcm=True, itc=True)
    assert taxes(spent) == tuple(map(Decimal, ("1000.00", "25.00", "25.00", "0.00", "1000.00")))
    assert (spent.rcm, spent.itc, spent.payee_gstin) == (True, True, "")


def test_what_comes_from_abroad_is_a_bill(business):
    abroad = VendorFactory(business=business, kind=VendorKind.OVERSEAS, gstin="", state_code="")
    with refused("rcm", "record a bill"):
        expense(business, vendor_id=abroad.pk, rate=Decimal(18), rcm=True)


def test_a_vendor_fills_in_who_was_paid(business):
    vendor = VendorFactory(business=business)
    spent = expense(business, vendor_id=vendor.pk, payee="")
    assert (spent.payee, spent.payee_gstin) == (vendor.name, vendor.gstin)


@pytest.mark.parametrize(
    ("field", "terms", "words"),
    [
        ("amount", {"amount": None}, "above ₹0.00"),
        ("amount", {"amount": Decimal("1.005")}, ""),
        ("category", {"category": "  "}, "Choose a category"),
        ("date", {"date": days_ago(-1)}, "or an earlier day"),
        ("rate", {"rate": Decimal(17)}, "rates in law"),
        ("payee_gstin", {"payee_gstin": "29ABCDE"}, ""),
        ("payee_gstin", {"rate": Decimal(18), "itc": True}, "without it no tax can be claimed"),
        ("rate", {"payee_gstin": gstin("29", 40_002), "itc": True}, "Choose the rate"),
        ("rate", {"rcm": True}, "that you owe on reverse charge"),
        ("cess_pct", {"cess_pct": Decimal(12)}, "Choose the GST rate too"),
        ("cess_amt", {"cess_amt": Decimal(12)}, "Choose the GST rate too"),
        ("cess_amt", {"cess_amt": Decimal(1001), "rate": Decimal(18)}, "less than the amount"),
        ("cess_pct", {"cess_pct": Decimal(-1), "rate": Decimal(18)}, ""),
        ("amount", {"amount": Decimal(999_999_999_999), "rate": Decimal(18), "rcm": True}, "too large"),
        ("vendor_id", {"vendor_id": 0}, "Choose a vendor"),
        ("mode", {"mode": "barter"}, "Choose one of"),
    ],
)
def test_a_bad_field_of_an_expense_is_refused_by_name_and_writes_nothing(business, field, terms, words):
    before = everything()
    with refused(field, words):
        expense(business, **terms)
    assert everything() == before


def test_a_vendor_who_may_not_charge_tax_is_paid_none(business):
    vendor = VendorFactory(business=business, kind=VendorKind.UNREGISTERED)
    with refused("rate", "not registered"):
        expense(business, vendor_id=vendor.pk, rate=Decimal(18))


def test_a_business_under_composition_claims_no_input_tax():
    business = BusinessFactory(scheme=Scheme.COMPOSITION)
    with refused("itc", "regular scheme"):
        expense(business, rate=Decimal(18), payee_gstin=gstin("29", 40_003), itc=True)


def test_a_changed_expense_is_worked_out_anew_and_a_stale_change_refused(business):
    spent = expense(business)
    typed = ExpenseData(category="Rent", amount=Decimal(2000), version=spent.version)
    assert expenses.change(business, spent.pk, typed).total == Decimal(2000)
    with refused("__all__", "Somebody has changed"):
        expenses.change(business, spent.pk, typed)


def test_a_cancelled_expense_stays_on_record_and_no_longer_changes(people):
    spent = expense(people.business)
    with refused("reason", "Say why"):
        expenses.cancel(people.business, people.owner, spent.pk, " ")
    expenses.cancel(people.business, people.owner, spent.pk, "Recorded twice")
    kept = Expense.objects.get()
    assert (kept.state, kept.cancelled_by) == (ExpenseState.CANCELLED, people.owner)
    with refused("__all__", "no longer changes"):
        expenses.cancel(people.business, people.owner, spent.pk, "Again")


def test_a_category_is_one_however_it_is_written_and_comes_back_when_it_is_used(business):
    first = expense(business, category="Office  Supplies")
    expenses.set_category_archived(business, first.category_id, archived=True)
    second = expense(business, category="office supplies")
    assert second.category_id == first.category_id
    assert not ExpenseCategory.objects.get().is_archived


def test_a_category_takes_no_name_that_another_has(business):
    expense(business, category="Travel")
    rent = expense(business, category="Rent").category
    with refused("name", "there already"):
        expenses.save_category(business, "TRAVEL", rent.pk)
    assert expenses.save_category(business, "Office rent", rent.pk).name == "Office rent"


def test_a_teammate_changes_an_expense_and_a_stranger_finds_none(people):
    spent, typed = expense(people.business), ExpenseData(category="Rent", amount=Decimal(5))
    other = people.stranger.membership.business
    before = everything()
    for deed in (
        lambda: expenses.change(other, spent.pk, typed),
        lambda: expenses.cancel(other, people.stranger, spent.pk, "Mine"),
    ):
        with pytest.raises(Expense.DoesNotExist):
            deed()
    for deed in (
        lambda: expenses.save_category(other, "Mine", spent.category_id),
        lambda: expenses.set_category_archived(other, spent.category_id, archived=True),
    ):
        with pytest.raises(ExpenseCategory.DoesNotExist):
            deed()
    assert everything() == before
    assert expenses.change(people.business, spent.pk, typed).total == Decimal(5)
