"""Bills: what is owed, the tax on it, the goods that come in, and the vendor's own number."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from gstbillingapp.actions import bills, vendors
from gstbillingapp.actions.data import BillData, VendorData
from gstbillingapp.actions.reckoning import data_of
from gstbillingapp.models import Bill, Product, Scheme, StockMovement, StockReason, VendorKind
from tests.factories import (
    ProductFactory,
    VendorFactory,
    bill,
    bill_data,
    bill_line,
    days_ago,
    gstin,
    paid_out,
)
from tests.refusals import everything, refused

pytestmark = pytest.mark.django_db


def stock(product: Product) -> Decimal:
    return Product.objects.get(pk=product.pk).stock


def moved(of: Bill) -> list[tuple[str, Decimal]]:
    """Why and by how much the bill moved stock."""
    return list(StockMovement.objects.filter(bill=of).order_by("pk").values_list("reason", "qty"))


def test_a_bill_of_the_same_state_bears_cgst_and_sgst_and_is_owed_in_full(business):
    vendor = VendorFactory(business=business)
    recorded = bill(business, bill_line(qty=Decimal(2)), vendor=vendor)
    assert (recorded.taxable, recorded.cgst, recorded.sgst, recorded.igst) == (200, 18, 18, 0)
    assert (recorded.total, recorded.balance, recorded.paid) == (236, 236, 0)
    assert (recorded.vendor_name, recorded.vendor_gstin) == (vendor.name, vendor.gstin)
    assert recorded.place_of_supply == business.state_code
    assert (recorded.due_date - recorded.date).days == 30


@pytest.mark.parametrize(
    ("kind", "state", "taxes"),
    [
        (VendorKind.REGULAR, "33", (0, 0, 18, 118)),
        (VendorKind.SEZ, "29", (0, 0, 18, 118)),
        (VendorKind.COMPOSITION, "29", (0, 0, 0, 100)),
        (VendorKind.UNREGISTERED, "29", (0, 0, 0, 100)),
        (VendorKind.UNREGISTERED, "", (0, 0, 0, 100)),
    ],
)
def test_the_vendor_decides_the_kind_of_tax_and_whether_there_is_any(business, kind, state, taxes):
    recorded = bill(vendor=VendorFactory(business=business, kind=kind, state_code=state))
    assert (recorded.cgst, recorded.sgst, recorded.igst, recorded.total) == taxes


def test_on_reverse_charge_the_tax_is_worked_out_and_not_owed_to_the_vendor(business):
    vendor = VendorFactory(business=business, kind=VendorKind.UNREGISTERED, state_code="")
    recorded = bill(vendor=vendor, rcm=True)
    assert (recorded.cgst, recorded.sgst, recorded.total, recorded.balance) == (9, 9, 100, 100)


def test_what_is_imported_bears_igst_that_no_vendor_is_paid(business):
    vendor = VendorFactory(business=business, kind=VendorKind.OVERSEAS, state_code="96")
    recorded = bill(vendor=vendor)
    assert (recorded.imported, recorded.rcm) == (True, True)
    assert (recorded.igst, recorded.cgst, recorded.total) == (18, 0, 100)


def test_a_business_that_charges_no_tax_claims_none(business):
    business.scheme = Scheme.COMPOSITION
    business.save()
    recorded = bill(business, bill_line(itc="eligible"))
    assert recorded.total == 118
    assert recorded.lines.get().itc == "none"


@pytest.mark.parametrize(
    ("typed", "total"), [(None, "106"), (Decimal(0), "106.20"), (Decimal("-0.15"), "106.05")]
)
def test_the_round_off_is_as_on_the_paper_or_to_the_rupee(business, typed, total):
    recorded = bill(business, bill_line(price=Decimal(90)), round_off=typed)
    assert (recorded.total, recorded.balance) == (Decimal(total), Decimal(total))


@pytest.mark.parametrize("typed", [Decimal("10.01"), Decimal("-10.01"), Decimal("0.001"), Decimal("NaN")])
def test_a_round_off_that_is_no_rounding_is_refused(business, typed):
    vendor = VendorFactory(business=business)
    with refused("round_off", "must be"):
        bill(vendor=vendor, round_off=typed)


def test_a_bill_that_says_nothing_is_refused_with_everything_it_lacks(business):
    with pytest.raises(ValidationError) as caught:
        bills.record(business, None, BillData())
    assert set(caught.value.message_dict) == {"vendor_id", "number", "lines"}


@pytest.mark.parametrize(
    ("field", "terms", "words"),
    [
        ("number", {"number": " "}, "stands on"),
        ("number", {"number": "x" * 41}, "40"),
        ("date", {"date": days_ago(-1)}, "or earlier"),
        ("date", {"date": days_ago(20_000)}, "1 Jul 2017"),
        ("due_date", {"due_date": days_ago(1)}, "own date"),
        ("place_of_supply", {"place_of_supply": "96"}, "list"),
        ("doc_discount", {"doc_discount": Decimal(200)}, "at most ₹100.00"),
        ("lines-0-qty", {"lines": [bill_line(qty=Decimal(0))]}, "above 0"),
        ("lines-0-price", {"lines": [bill_line(price=None)]}, "one unit"),
        ("lines-0-rate", {"lines": [bill_line(rate=None)]}, "rate"),
        ("lines-0-rate", {"lines": [bill_line(rate=Decimal(17))]}, "one of"),
        ("lines-0-hsn", {"lines": [bill_line(hsn="85")]}, "must be"),
        ("lines-0-description", {"lines": [bill_line(description="")]}, "what was bought"),
        ("lines-0-itc", {"lines": [bill_line(itc="maybe")]}, "eligible"),
        ("lines-0-unit", {"lines": [bill_line(unit="XYZ")]}, "NOS"),
        ("lines-0-product_id", {"lines": [bill_line(product_id=0)]}, "list"),
        ("lines", {"lines": [bill_line(price=Decimal(99_999_999_999), qty=Decimal(1000))]}, "worth at most"),
    ],
)
def test_a_bad_field_of_a_bill_is_refused_by_name(business, field, terms, words):
    vendor = VendorFactory(business=business)
    with refused(field, words):
        bills.record(business, None, bill_data(vendor, **{"number": "PD-1", **terms}))


def test_a_number_is_taken_once_by_a_vendor_in_a_year_however_it_is_written(business):
    vendor = VendorFactory(business=business)
    first = bill(vendor=vendor, number="Pd/26-17")
    with refused("number", f"Pd/26-17 of {vendor.name} is recorded already"):
        bill(vendor=vendor, number="PD/26-17")
    assert bill(vendor=vendor, number="PD/26-17", date=days_ago(366)).pk
    assert bill(business, number="PD/26-17").pk
    bills.cancel(business, None, first.pk, "Entered twice")
    assert bill(vendor=vendor, number="PD/26-17").pk


def test_the_database_holds_the_vendors_number_to_once(business):
    vendor = VendorFactory(business=business)
    bill(vendor=vendor, number="17")
    other = bill(vendor=vendor, number="18")
    with pytest.raises(IntegrityError), transaction.atomic():
        Bill.objects.filter(pk=other.pk).update(number_key="17")


@pytest.mark.parametrize(
    "values",
    [
        {"balance": 1},
        {"paid": 200, "balance": -82},
        {"igst": 1},
        {"due_date": days_ago(9)},
        {"state": "cancelled", "balance": 0},
        {"imported": True},
        {"number": ""},
    ],
)
def test_the_database_refuses_a_bill_that_cannot_be(business, values):
    recorded = bill(business)
    with pytest.raises(IntegrityError), transaction.atomic():
        Bill.objects.filter(pk=recorded.pk).update(**values)


def test_goods_come_into_the_stock_and_services_do_not(business):
    wire, labour = (
        ProductFactory(business=business),
        ProductFactory(business=business, kind="service", hsn="9987"),
    )
    recorded = bill(
        business, bill_line(wire, qty=Decimal(5)), bill_line(wire, qty=Decimal("0.5")), bill_line(labour)
    )
    assert (stock(wire), stock(labour)) == (Decimal("105.5"), 100)
    assert moved(recorded) == [("purchase", Decimal("5.5"))]


def test_changing_a_bill_moves_the_difference(business):
    wire, lamp = ProductFactory(business=business), ProductFactory(business=business)
    recorded = bill(business, bill_line(wire, qty=Decimal(5)))
    typed = data_of(recorded)
    lines = [bill_line(wire, qty=Decimal(3)), bill_line(lamp, qty=Decimal(7))]
    changed = bills.change(
        business, None, recorded.pk, bill_data(recorded.vendor, *lines, number=typed.number)
    )
    assert (stock(wire), stock(lamp)) == (103, 107)
    assert sorted(moved(recorded)[1:]) == [("bill_change", Decimal(-2)), ("bill_change", Decimal(7))]
    assert (changed.total, changed.balance, changed.lines.count()) == (1180, 1180, 2)
    bills.change(
        business, None, recorded.pk, bill_data(recorded.vendor, bill_line(wire), number=typed.number)
    )
    assert (stock(wire), stock(lamp)) == (101, 100)


def test_a_bill_changed_to_what_it_was_moves_nothing(business):
    wire = ProductFactory(business=business)
    recorded = bill(business, bill_line(wire, qty=Decimal(5)), round_off=Decimal("-0.50"))
    changed = bills.change(business, None, recorded.pk, data_of(recorded))
    assert len(moved(recorded)) == 1
    assert (changed.total, changed.round_off, changed.version) == (Decimal("589.50"), Decimal("-0.50"), 2)


def test_cancelling_takes_the_goods_out_again_and_nothing_is_owed(people):
    wire = ProductFactory(business=people.business)
    recorded = bill(people.business, bill_line(wire, qty=Decimal(5)))
    more = bill_data(recorded.vendor, bill_line(wire, qty=Decimal(9)))
    bills.change(people.business, None, recorded.pk, more)
    cancelled = bills.cancel(people.business, people.owner, recorded.pk, "Goods sent back")
    assert stock(wire) == 100
    assert moved(recorded)[-1] == (StockReason.BILL_CANCELLED, Decimal(-9))
    assert (cancelled.status, cancelled.balance, cancelled.cancelled_by) == ("cancelled", 0, people.owner)
    with refused("__all__", "cancelled already"):
        bills.cancel(people.business, None, recorded.pk, "Again")
    with refused("__all__", "no longer changes"):
        bills.change(people.business, None, recorded.pk, bill_data(recorded.vendor))


def test_cancelling_needs_a_reason(business):
    recorded = bill(business)
    with refused("reason", "Say why"):
        bills.cancel(business, None, recorded.pk, " ")


def test_a_bill_on_which_something_is_paid_neither_changes_nor_is_cancelled(business):
    recorded = bill(business)
    paid_out(recorded, "18")
    with refused("__all__", "₹18.00 has been paid on"):
        bills.change(business, None, recorded.pk, data_of(recorded))
    with refused("__all__", "reverse the payment first"):
        bills.cancel(business, None, recorded.pk, "Wrong")


def test_a_change_that_another_has_overtaken_is_refused(business):
    recorded = bill(business)
    mine = data_of(recorded)
    bills.change(business, None, recorded.pk, data_of(recorded))
    with refused("__all__", "Somebody has changed this bill"):
        bills.change(business, None, recorded.pk, mine)


def test_goods_that_come_in_settle_the_alarm_of_their_stock(people):
    wire = ProductFactory(business=people.business, stock=1, reorder_level=5, stock_level="low")
    bill(people.business, bill_line(wire, qty=Decimal(50)))
    assert Product.objects.get(pk=wire.pk).stock_level == ""


def test_a_stock_too_large_to_keep_is_refused(business):
    wire = ProductFactory(business=business, stock=Decimal("9999999999"))
    vendor = VendorFactory(business=business)
    with refused("lines", "too large to keep"):
        bill(business, bill_line(wire, qty=Decimal(999_999)), vendor=vendor)


def test_a_bill_keeps_the_details_its_vendor_had(business):
    vendor = VendorFactory(business=business, name="Old name")
    recorded = bill(vendor=vendor)
    vendors.save(business, VendorData(name="New name", gstin=gstin("29", 77)), vendor.pk)
    assert Bill.objects.get(pk=recorded.pk).vendor_name == "Old name"


def test_a_preview_writes_nothing_and_says_what_is_wrong_line_by_line(business):
    vendor = VendorFactory(business=business)
    before = everything()
    blank = bill_line(description="", hsn="", qty=None, price=None)
    data = bill_data(vendor, bill_line(), bill_line(qty=None), blank)
    preview = bills.preview(business, data)
    assert [line is not None for line in preview.lines] == [True, False, False]
    assert list(preview.errors) == ["lines-1-qty"]
    assert preview.bill.total == 118
    assert everything() == before


def test_a_stranger_can_neither_change_nor_cancel_a_bill_and_a_teammate_can(people):
    theirs = people.stranger.membership.business
    vendor, other = VendorFactory(business=people.business), VendorFactory(business=theirs)
    recorded = bills.record(people.business, people.teammate, bill_data(vendor))
    assert recorded.recorded_by == people.teammate
    before = everything()
    with pytest.raises(Bill.DoesNotExist):
        bills.change(theirs, people.stranger, recorded.pk, bill_data(other))
    with pytest.raises(Bill.DoesNotExist):
        bills.cancel(theirs, people.stranger, recorded.pk, "Mine")
    assert everything() == before
    with refused("vendor_id", "Choose a vendor from the list"):
        bills.record(theirs, people.stranger, bill_data(vendor))
