"""Issuing: the number, the copies, the stock, who is told; and that it never changes again."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from delivery.models import Notification
from gstbillingapp.actions import announce, customers, invoices
from gstbillingapp.actions.data import CustomerData, LineData
from gstbillingapp.models import (
    Business,
    Customer,
    ImmutableError,
    Invoice,
    InvoiceLine,
    NumberSeries,
    Payment,
    Product,
    StockMovement,
)
from gstbillingapp.models.fields import today
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    days_ago,
    draft,
    invoice_data,
    issued,
    line,
    paid,
)
from tests.refusals import everything, refused

pytestmark = pytest.mark.django_db


def test_numbers_run_on_without_a_gap_from_the_first_of_the_year(business):
    day = datetime.date(2026, 4, 1)
    assert [issued(business, date=day).number for _ in range(3)] == [
        "INV/26-27/0001",
        "INV/26-27/0002",
        "INV/26-27/0003",
    ]


def test_each_financial_year_begins_a_series_of_its_own(business):
    last_day, first_day = datetime.date(2026, 3, 31), datetime.date(2026, 4, 1)
    assert issued(business, date=last_day).number == "INV/25-26/0001"
    assert issued(business, date=first_day).number == "INV/26-27/0001"
    assert issued(business, date=last_day).number == "INV/25-26/0002"


def test_two_businesses_have_the_same_numbers_and_do_not_meet(people):
    theirs = people.stranger.membership.business
    assert issued(people.business).number == issued(theirs).number


def test_the_case_of_the_prefix_does_not_make_another_series(business):
    issued(business)
    Business.objects.filter(pk=business.pk).update(invoice_prefix="inv")
    assert issued(business).number.endswith("/0002")


def test_a_full_series_is_refused_before_a_number_grows_too_long(business):
    Business.objects.filter(pk=business.pk).update(invoice_prefix="SHOPS")
    stored = draft(business)
    NumberSeries.objects.create(
        business=business, financial_year=stored.financial_year, prefix="SHOPS", last=9999
    )
    with refused("__all__", "16 characters"):
        invoices.issue(business, None, stored.pk)


def test_a_failure_after_the_number_is_taken_leaves_no_gap(business, monkeypatch):
    stored, before = draft(business), everything()

    def fail(invoice: Invoice) -> None:
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(announce, "invoice_issued", fail)
    with pytest.raises(RuntimeError):
        invoices.issue(business, None, stored.pk)
    assert everything() == before
    monkeypatch.undo()
    assert invoices.issue(business, None, stored.pk).number.endswith("/0001")


def test_the_same_number_cannot_be_stored_twice_in_a_year(business):
    first, second = issued(business), issued(business)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice._base_manager.filter(pk=second.pk).update(number_key=first.number_key)


def test_issuing_copies_both_parties_as_they_were(business):
    buyer = CustomerFactory(business=business, name="Ravi Traders", address="8 Avenue Road")
    invoice = issued(customer=buyer)
    customers.save(
        business, CustomerData(name="Ravi & Sons", gstin=buyer.gstin, address="1 MG Road"), buyer.pk
    )
    Business.objects.filter(pk=business.pk).update(name="Asha Lighting")
    invoice.refresh_from_db()
    assert (invoice.buyer_name, invoice.buyer_address) == ("Ravi Traders", "8 Avenue Road")
    assert invoice.buyer_gstin == buyer.gstin
    assert (invoice.supplier_name, invoice.supplier_gstin) == (business.name, business.gstin)
    assert invoice.party == "Ravi Traders"


def test_what_is_printed_is_the_profile_at_the_moment_of_issuing(business):
    stored = draft(business)
    Business.objects.filter(pk=business.pk).update(name="Asha Lighting")
    assert invoices.issue(business, None, stored.pk).supplier_name == "Asha Lighting"


def test_issuing_works_the_totals_out_anew(business):
    ware = ProductFactory(business=business)
    buyer = CustomerFactory(business=business)
    stored = draft(business, line(ware), customer=buyer)
    abroad = CustomerData(name=buyer.name, kind="overseas", country="Nepal")
    customers.save(business, abroad, buyer.pk)
    invoice = invoices.issue(business, None, stored.pk)
    assert (invoice.igst, invoice.cgst, invoice.place_of_supply) == (18, 0, "96")


def test_an_issued_invoice_owes_its_total(people):
    invoice = invoices.issue(people.business, people.owner, draft(people.business).pk)
    assert (invoice.state, invoice.balance, invoice.paid) == ("issued", 118, 0)
    assert invoice.issued_by == people.owner
    assert invoice.get_absolute_url() == f"/invoice/{invoice.pk}/"


def test_every_member_is_told_once_and_the_stranger_nothing(people):
    invoice = issued(people.business)
    rows = Notification.objects.all()
    assert {row.user_id for row in rows} == {people.owner.pk, people.teammate.pk}
    assert {row.title for row in rows} == {f"Invoice {invoice.number} created"}
    assert {row.link_url for row in rows} == {f"/invoice/{invoice.pk}/"}
    assert {row.dedupe_key for row in rows} == {f"inv:{invoice.pk}:issued"}
    assert all("₹118.00" in row.message and invoice.buyer_name in row.message for row in rows)


def test_an_unfinished_draft_is_refused_naming_what_is_missing(business):
    buyer, tomorrow = CustomerFactory(business=business), days_ago(-1)
    for field, data, words in (
        ("customer_id", invoice_data(None, line()), "customer"),
        ("lines", invoice_data(buyer, LineData()), "at least one line"),
        ("date", invoice_data(buyer, line(), date=tomorrow), "or earlier"),
    ):
        stored = invoices.save_draft(business, None, data)
        with refused(field, words):
            invoices.issue(business, None, stored.pk)


def test_issuing_twice_gives_one_number(business):
    invoice = issued(business)
    with refused("__all__", f"{invoice.number} is issued"):
        invoices.issue(business, None, invoice.pk)
    assert NumberSeries.objects.get().last == 1


def test_issuing_takes_goods_from_the_stock_and_cancelling_puts_them_back(business):
    wire, visit = (
        ProductFactory(business=business),
        ProductFactory(business=business, kind="service", hsn="9987"),
    )
    invoice = issued(business, line(wire, qty=Decimal("2.5")), line(wire), line(visit), line())
    assert Product.objects.get(pk=wire.pk).stock == Decimal("96.5")
    assert Product.objects.get(pk=visit.pk).stock == 100
    assert StockMovement.objects.get(invoice=invoice).qty == Decimal("-3.5")
    invoices.cancel(business, None, invoice.pk, "Wrong customer")
    assert Product.objects.get(pk=wire.pk).stock == 100
    assert sum(StockMovement.objects.filter(invoice=invoice).values_list("qty", flat=True)) == 0


def test_selling_the_last_ones_tells_everybody(people):
    ware = ProductFactory(business=people.business, stock=5, reorder_level=2)
    issued(people.business, line(ware, qty=Decimal(3)))
    told = Notification.objects.filter(notification_type="PRODUCT")
    assert {row.user_id for row in told} == {people.owner.pk, people.teammate.pk}
    assert {row.dedupe_key for row in told} == {f"stock:{ware.pk}:low:1"}


def test_a_cancelled_invoice_keeps_its_number_and_owes_nothing(people):
    invoice = issued(people.business)
    cancelled = invoices.cancel(people.business, people.teammate, invoice.pk, " Wrong customer ")
    cancelled.refresh_from_db()
    assert (cancelled.number, cancelled.total, cancelled.balance) == (invoice.number, 118, 0)
    assert (cancelled.cancel_reason, cancelled.cancelled_by) == ("Wrong customer", people.teammate)
    assert cancelled.status == "cancelled"
    assert issued(people.business).number.endswith("/0002")
    told = Notification.objects.filter(dedupe_key=f"inv:{invoice.pk}:cancelled")
    assert {row.user_id for row in told} == {people.owner.pk, people.teammate.pk}


def test_cancelling_needs_a_reason_an_issued_invoice_and_no_money_received(business):
    stored, invoice = draft(business), issued(business)
    with refused("reason", "Say why"):
        invoices.cancel(business, None, invoice.pk, "  ")
    with refused("__all__", "delete it instead"):
        invoices.cancel(business, None, stored.pk, "Wrong")
    paid(invoice, "18")
    with refused("__all__", "₹18.00 has been received"):
        invoices.cancel(business, None, invoice.pk, "Wrong")
    other = issued(business)
    invoices.cancel(business, None, other.pk, "Wrong")
    with refused("__all__", "cancelled already"):
        invoices.cancel(business, None, other.pk, "Wrong")


def test_an_issued_or_cancelled_invoice_is_neither_edited_nor_deleted_by_an_action(business):
    invoice = issued(business)
    for words in ("is issued", "is cancelled"):
        with refused("__all__", words):
            invoices.save_draft(business, None, invoice_data(None, line()), invoice)
        with refused("__all__", words):
            invoices.delete_draft(business, None, invoice.pk)
        if words == "is issued":
            invoices.cancel(business, None, invoice.pk, "Wrong")


def test_an_issued_invoice_refuses_to_be_saved_deleted_or_updated(business):
    issued(business)
    before = everything()
    invoice = Invoice.objects.get()
    invoice.total = Decimal(1)
    row = InvoiceLine.objects.get()
    row.qty = Decimal(9)
    for deed in (
        invoice.save,
        lambda: invoice.save(update_fields=["notes"]),
        invoice.delete,
        lambda: Invoice.objects.update(total=1),
        lambda: Invoice.objects.filter(business=business).delete(),
        row.save,
        row.delete,
        lambda: InvoiceLine.objects.update(qty=9),
        lambda: invoice.lines.all().delete(),
        lambda: InvoiceLine(invoice=invoice, position=9, description="More", qty=1).save(),
    ):
        with pytest.raises(ImmutableError):
            deed()
    assert everything() == before


def test_calling_it_a_draft_again_does_not_make_it_one(business):
    issued(business)
    invoice = Invoice.objects.get()
    invoice.state = "draft"
    with pytest.raises(ImmutableError):
        invoice.save()
    with pytest.raises(ImmutableError):
        invoice.delete()


def test_an_instance_loaded_without_its_state_is_guarded_too(business):
    issued(business)
    invoice = Invoice.objects.only("notes").get()
    invoice.notes = "Changed"
    with pytest.raises(ImmutableError):
        invoice.save()


def test_neither_customer_nor_product_of_an_issued_invoice_can_be_deleted(business):
    ware = ProductFactory(business=business)
    invoice = issued(business, line(ware))
    for row in (invoice.customer, ware):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.delete()
    assert Customer.objects.exists()
    assert Product.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"paid": Decimal("118.01")},
        {"paid": Decimal(-1)},
        {"balance": Decimal(100)},
        {"balance": Decimal(-1)},
        {"total": Decimal(-1)},
        {"number": "", "number_key": None},
        {"customer": None},
        {"state": "cancelled", "balance": 0},
        {"state": "draft", "balance": 0},
        {"due_date": datetime.date(2020, 1, 1)},
        {"igst": Decimal(9)},
    ],
)
def test_the_database_itself_refuses_what_cannot_be_true_of_an_invoice(business, values):
    invoice = issued(business)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice._base_manager.filter(pk=invoice.pk).update(**values)


def test_the_database_itself_refuses_what_cannot_be_true_of_lines_and_payments(business):
    payment = paid(issued(business))
    stored = draft(business)
    for rows, values in (
        (InvoiceLine.objects.filter(invoice=stored), {"qty": 0}),
        (InvoiceLine.objects.filter(invoice=stored), {"price": -1}),
        (InvoiceLine.objects.filter(invoice=stored), {"supply": "exempt"}),
        (Payment.objects.filter(pk=payment.pk), {"amount": 0}),
        (Payment.objects.filter(pk=payment.pk), {"mode": "shells"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


def test_a_stranger_can_do_nothing_with_an_invoice_and_a_teammate_everything(people):
    theirs = people.stranger.membership.business
    stored, invoice = draft(people.business), issued(people.business)
    before = everything()
    for deed in (
        lambda: invoices.issue(theirs, people.stranger, stored.pk),
        lambda: invoices.save_draft(theirs, people.stranger, invoice_data(None, line()), stored),
        lambda: invoices.delete_draft(theirs, people.stranger, stored.pk),
        lambda: invoices.cancel(theirs, people.stranger, invoice.pk, "Mine now"),
    ):
        with pytest.raises(Invoice.DoesNotExist):
            deed()
    assert everything() == before
    assert invoices.issue(people.business, people.teammate, stored.pk).issued_by == people.teammate
    assert invoices.cancel(people.business, people.teammate, invoice.pk, "Wrong").state == "cancelled"


def test_an_invoice_of_today_is_dated_in_india(business, monkeypatch):
    late_in_london = datetime.datetime(2026, 3, 31, 20, 0, tzinfo=datetime.UTC)  # 1:30 am on 1 April in India
    monkeypatch.setattr("gstbillingapp.models.fields.timezone.now", lambda: late_in_london)
    assert today() == datetime.date(2026, 4, 1)
    assert issued(business).number == "INV/26-27/0001"
