"""Drafting an invoice: live totals, what is filled in, what is refused, what is warned of."""

import datetime
from decimal import Decimal

import pytest

from delivery.models import Notification
from gstbillingapp.actions import invoices
from gstbillingapp.actions.data import LineData
from gstbillingapp.gst.rates import GST_BEGAN
from gstbillingapp.models import Invoice, InvoiceLine, ProductRate
from gstbillingapp.models.fields import today
from tests.factories import (
    BusinessFactory,
    CustomerFactory,
    ProductFactory,
    advance,
    days_ago,
    draft,
    gstin,
    invoice_data,
    issued,
    line,
)
from tests.refusals import everything, refused

pytestmark = pytest.mark.django_db


def warned(business, customer=None, *lines, **terms) -> dict[str, str]:
    """The codes of what a preview warns of, each with the field it belongs to."""
    previewed = invoices.preview(business, invoice_data(customer, *lines, **terms))
    return {advice.code: advice.field for advice in previewed.warnings}


def test_a_preview_is_worked_out_by_the_server_and_writes_nothing(business):
    customer = CustomerFactory(business=business)
    before = everything()
    previewed = invoices.preview(
        business, invoice_data(customer, line(qty=Decimal(3)), line(rate=Decimal(5)))
    )
    assert [str(result.taxable) for result in previewed.results] == ["300.00", "100.00"]
    assert (previewed.result.cgst, previewed.result.sgst) == (Decimal("29.50"), Decimal("29.50"))
    assert previewed.result.total == 459
    assert previewed.errors == {}
    assert everything() == before


def test_a_preview_of_nothing_has_no_total_and_no_error(business):
    previewed = invoices.preview(business, invoice_data(None, LineData()))
    assert (previewed.result, previewed.errors, previewed.lines) == (None, {}, [None])


def test_a_preview_counts_the_good_lines_and_names_what_is_wrong_with_the_others(business):
    previewed = invoices.preview(business, invoice_data(None, line(), LineData(), line(qty=Decimal(-2))))
    assert previewed.result.total == 118
    assert list(previewed.errors) == ["lines-2-qty"]
    assert [result is None for result in previewed.results] == [False, True, True]


def test_a_preview_costs_as_many_queries_for_thirty_lines_as_for_two(business, django_assert_num_queries):
    customer = CustomerFactory(business=business)
    wares = [ProductFactory(business=business) for _ in range(30)]
    for count in (2, 30):
        with django_assert_num_queries(5):
            invoices.preview(business, invoice_data(customer, *(line(ware) for ware in wares[:count])))


def test_a_line_takes_from_its_product_what_is_not_said(business):
    ware = ProductFactory(business=business, price=Decimal("59.90"), price_includes_tax=True, rate="5")
    stored = draft(business, line(ware, qty=Decimal("2.5"))).lines.get()
    assert (stored.description, stored.hsn, stored.unit) == (ware.name, "8544", "MTR")
    assert (stored.price, stored.price_includes_tax, stored.rate) == (Decimal("59.90"), True, 5)
    assert (stored.total, stored.taxable) == (Decimal("149.75"), Decimal("142.61"))


def test_a_line_may_say_otherwise_than_its_product(business):
    ware = ProductFactory(business=business)
    said = line(ware, description="Wire, red", price=Decimal(80), rate=Decimal(5), hsn="854449", unit="ROL")
    stored = draft(business, said).lines.get()
    assert (stored.description, stored.price, stored.rate) == ("Wire, red", 80, 5)
    assert (stored.hsn, stored.unit) == ("854449", "ROL")


def test_the_rate_is_the_one_of_the_invoices_date(business):
    ware = ProductFactory(business=business, rate="28")
    ProductRate.objects.create(product=ware, rate=18, valid_from=datetime.date(2025, 9, 22))
    before = draft(business, line(ware), date=datetime.date(2025, 9, 21)).lines.get()
    since = draft(business, line(ware), date=datetime.date(2025, 9, 22)).lines.get()
    assert (before.rate, since.rate) == (28, 18)


def test_a_draft_that_is_dated_over_a_change_of_the_rate_says_which_line_and_what_it_would_be(business):
    buyer, reform = CustomerFactory(business=business), datetime.date(2025, 9, 22)
    ware = ProductFactory(business=business, name="Copper wire", rate="18")
    ProductRate.objects.create(product=ware, rate=5, valid_from=reform)
    before = {"date": datetime.date(2025, 9, 21), "due_date": reform}
    typed = [line(), line(ware, rate=Decimal(18))]
    assert "rate_of_another_day" not in warned(business, buyer, *typed, **before)
    said = invoices.preview(business, invoice_data(buyer, *typed, date=reform)).warnings
    [advice] = [advice for advice in said if advice.code == "rate_of_another_day"]
    assert advice.field == "lines-1-rate"
    assert advice.message == ("18% is the rate of Copper wire on other days: on 22 Sep 2025 it is 5%.")
    assert "rate_of_another_day" not in warned(business, buyer, line(ware, rate=Decimal(40)), date=reform)


def test_a_draft_that_is_dated_to_a_day_without_its_rate_is_not_issued_and_says_which_rates_there_are(
    business,
):
    old = {"date": datetime.date(2025, 9, 21), "due_date": datetime.date(2025, 10, 21)}
    stored = draft(business, line(), line(rate=Decimal(28)), **old)
    Invoice.objects.filter(pk=stored.pk).update(date=datetime.date(2026, 3, 1), due_date=today())
    with refused("lines-1-rate", "one of 0, 0.1, 0.25"):
        invoices.issue(business, None, stored.pk)


@pytest.mark.parametrize(
    ("rate", "hsn", "day", "found"),
    [
        (12, "8544", "2026-10-09", {"rate_kept": "lines-0-rate"}),
        (12, "69041000", "2026-10-09", {}),
        (12, "8544", "2025-09-21", {}),
        (28, "8544", "2026-01-31", {"rate_kept": "lines-0-rate"}),
        (28, "240220", "2026-01-31", {}),
        (18, "8544", "2026-10-09", {}),
    ],
)
def test_a_slab_that_has_ended_for_all_but_a_few_goods_is_warned_of(business, rate, hsn, day, found):
    typed = line(rate=Decimal(rate), hsn=hsn)
    said = warned(business, CustomerFactory(business=business), typed, date=datetime.date.fromisoformat(day))
    assert said == found


def test_a_draft_may_lack_customer_and_lines(business):
    stored = invoices.save_draft(business, None, invoice_data(None, LineData()))
    assert (stored.state, stored.total, stored.lines.count()) == ("draft", 0, 0)
    assert stored.due_date == stored.date + datetime.timedelta(days=30)


def test_saving_again_replaces_the_lines_and_keeps_the_row(people):
    stored = draft(people.business, line(), line())
    again = invoices.save_draft(
        people.business, people.owner, invoice_data(None, line(qty=Decimal(7))), stored
    )
    assert again.pk == stored.pk
    assert [row.qty for row in again.lines.all()] == [7]
    assert again.total == 826


def test_a_draft_tells_nobody(people):
    draft(people.business)
    assert not Notification.objects.exists()


def test_a_draft_that_somebody_else_has_changed_meanwhile_is_not_overwritten(business):
    stored = draft(business)
    invoices.save_draft(business, None, invoice_data(None, line(), version=stored.version), stored)
    with refused("__all__", "changed this draft"):
        invoices.save_draft(business, None, invoice_data(None, line(), version=stored.version), stored)


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("qty", {"qty": Decimal(-1)}, "above 0"),
        ("qty", {"qty": Decimal(0)}, "above 0"),
        ("qty", {"qty": None}, "above 0"),
        ("qty", {"qty": Decimal("NaN")}, "number"),
        ("qty", {"qty": Decimal("Infinity")}, "number"),
        ("qty", {"qty": Decimal("1.0001")}, "3 decimals"),
        ("qty", {"qty": Decimal("1E10")}, "between"),
        ("price", {"price": Decimal("-0.01")}, "between 0"),
        ("price", {"price": None}, "price"),
        ("hsn", {"hsn": "85AB"}, "digits only"),
        ("hsn", {"hsn": "85444"}, "digits long"),
        ("hsn", {"hsn": "٨٥٤٤"}, "digits only"),
        ("rate", {"rate": None}, "rate"),
        ("rate", {"rate": Decimal(19)}, "one of 0, 0.1"),
        ("rate", {"rate": Decimal(-5)}, "between 0"),
        ("rate", {"rate": Decimal(28)}, "one of 0, 0.1"),
        ("disc_pct", {"disc_pct": Decimal(101)}, "between 0 and 100"),
        ("disc_amt", {"disc_amt": Decimal("100.01")}, "at most ₹100.00"),
        ("disc_amt", {"disc_amt": Decimal(5), "disc_pct": Decimal(5)}, "zero"),
        ("cess_pct", {"cess_pct": Decimal(-1)}, "between 0"),
        ("unit", {"unit": "CUP"}, "NOS"),
        ("supply", {"supply": "gift"}, "exempt"),
        ("description", {"description": "", "hsn": "8539"}, "what is supplied"),
        ("description", {"description": "x" * 301}, "301"),
        ("description", {"description": "LED\x00"}, "control"),
        ("product_id", {"product_id": 10**9}, "list"),
    ],
)
def test_a_bad_line_is_refused_by_place_and_field(business, field, values, words):
    customer = CustomerFactory(business=business)
    with refused(f"lines-1-{field}", words):
        invoices.save_draft(business, None, invoice_data(customer, line(), line(**values)))


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("date", {"date": datetime.date(2017, 6, 30), "due_date": today()}, "1 Jul 2017"),
        ("due_date", {"date": today(), "due_date": days_ago(1)}, "own date"),
        ("due_date", {"due_date": datetime.date(2200, 1, 1)}, "2099"),
        ("place_of_supply", {"place_of_supply": "98"}, "list"),
        ("zero_rated", {"zero_rated": True}, "export"),
        ("doc_discount", {"doc_discount": Decimal("100.01")}, "at most ₹100.00"),
        ("doc_discount", {"doc_discount": Decimal(-1)}, "between 0"),
        ("notes", {"notes": "x" * 1001}, "1001"),
        ("customer_id", {"customer_id": 10**9}, "list"),
    ],
)
def test_a_bad_field_of_the_document_is_refused_by_name(business, field, values, words):
    customer = CustomerFactory(business=business)
    with refused(field, words):
        invoices.save_draft(business, None, invoice_data(customer, **values))


def test_an_invoice_too_large_to_keep_is_refused(business):
    data = invoice_data(None, line(qty=Decimal(900_000_000), price=Decimal(90_000)))
    with refused("lines", "at most ₹9,99,99,99,99,999.99"):
        invoices.save_draft(business, None, data)


def test_the_customer_and_the_products_of_another_business_are_not_on_the_list(people):
    theirs = people.stranger.membership.business
    buyer = CustomerFactory(business=theirs)
    with refused("customer_id", "list"):
        invoices.save_draft(people.business, None, invoice_data(buyer))
    ware = ProductFactory(business=theirs)
    with refused("lines-0-product_id", "list"):
        invoices.save_draft(people.business, None, invoice_data(None, line(ware)))


def test_place_of_supply_follows_the_customer_and_says_why(business):
    near = CustomerFactory(business=business)
    far = CustomerFactory(business=business, state_code="27")
    walk_in = CustomerFactory(business=business, kind="unregistered", state_code="")
    previews = [invoices.preview(business, invoice_data(buyer)) for buyer in (near, far, walk_in)]
    assert [preview.place_of_supply for preview in previews] == ["29", "27", "29"]
    assert [str(preview.result.mode) for preview in previews] == ["CGST+SGST", "IGST", "CGST+SGST"]
    assert previews[1].place_reason == "Maharashtra: the registered buyer's address"
    assert "no address" in previews[2].place_reason


def test_goods_delivered_elsewhere_are_supplied_there_and_services_are_not(business):
    buyer = CustomerFactory(business=business, ship_state_code="33", ship_address="Plot 4, Hosur")
    goods = invoices.preview(business, invoice_data(buyer))
    service = invoices.preview(business, invoice_data(buyer, line(hsn="998729")))
    assert (goods.place_of_supply, service.place_of_supply) == ("33", "29")


def test_goods_delivered_to_a_third_person_are_supplied_where_the_buyer_is(business):
    buyer = CustomerFactory(business=business, ship_state_code="33", ship_name="Murugan Mills")
    assert invoices.preview(business, invoice_data(buyer)).place_of_supply == "29"


def test_an_unregistered_buyers_goods_are_supplied_where_they_are_delivered_whoever_takes_them(business):
    buyer = CustomerFactory(
        business=business, kind="unregistered", gstin="", ship_state_code="33", ship_name="Murugan Mills"
    )
    assert invoices.preview(business, invoice_data(buyer)).place_of_supply == "33"


def test_the_last_day_of_the_calendar_is_refused_by_name_with_or_without_a_due_date(business):
    last = datetime.date.max
    for due_date in (None, last):
        assert "date" in invoices.preview(business, invoice_data(date=last, due_date=due_date)).errors


@pytest.mark.parametrize("product_id", [0, -1, 2**63, 10**30])
def test_a_product_id_that_no_row_can_have_is_refused_by_name(business, product_id):
    errors = invoices.preview(business, invoice_data(None, line(product_id=product_id))).errors
    assert "lines-0-product_id" in errors


def test_a_place_chosen_by_hand_is_kept_and_warned_of(business):
    buyer = CustomerFactory(business=business)
    stored = draft(customer=buyer, place_of_supply="27")
    assert (stored.place_of_supply, stored.place_chosen, stored.igst) == ("27", True, 18)
    assert warned(business, buyer, place_of_supply="27") == {"place_chosen": "place_of_supply"}
    assert not draft(customer=buyer, place_of_supply="29").place_chosen


def test_nothing_is_supplied_abroad_to_a_buyer_in_india_unless_it_is_delivered_there(business):
    buyer = CustomerFactory(business=business, name="Ravi Traders")
    said = invoices.preview(business, invoice_data(buyer, place_of_supply="96")).errors
    assert said["place_of_supply"][0].startswith("Ravi Traders is in India: choose a state.")
    buyer.ship_state_code = "96"
    buyer.save()
    assert draft(customer=buyer, place_of_supply="96").export
    other = CustomerFactory(business=business)
    with refused("place_of_supply", "is in India"):
        advance(other, is_service=True, place_of_supply="96")


def test_export_under_lut_bears_no_tax(business):
    buyer = CustomerFactory(business=business, kind="overseas", state_code="96", gstin="")
    stored = draft(customer=buyer, zero_rated=True)
    assert (stored.export, stored.place_of_supply, stored.total) == (True, "96", 100)
    assert warned(business, buyer, zero_rated=True)["lut_missing"] == "zero_rated"


def test_an_export_to_a_country_that_nobody_named_is_warned_of(business):
    buyer = CustomerFactory(business=business, kind="overseas", state_code="96")
    assert warned(business, buyer)["no_country"] == "customer_id"
    assert "no_country" not in warned(business, buyer, place_of_supply="29")
    buyer.country = "Sri Lanka"
    buyer.save()
    assert "no_country" not in warned(business, buyer)


def test_a_composition_business_bills_without_tax():
    business = BusinessFactory(scheme="composition")
    stored = draft(business, line(rate=None))
    assert (stored.composition, stored.total, stored.cgst) == (True, 100, 0)
    far = CustomerFactory(business=business, state_code="27")
    zone = CustomerFactory(business=business, kind="sez")
    for buyer in (far, zone):
        assert warned(business, buyer)["composition_inter_state"] == "place_of_supply"
    assert "composition_inter_state" not in warned(business, CustomerFactory(business=business))


def test_an_unregistered_business_bills_without_tax():
    business = BusinessFactory(scheme="unregistered", gstin="")
    assert draft(business, line()).total == 100


def test_warnings_name_the_field_they_belong_to(business):
    business.hsn_digits = 6
    buyer = CustomerFactory(business=business)
    ware = ProductFactory(business=business, stock=3, reorder_level=1, price=Decimal(20_000))
    found = warned(business, buyer, line(hsn=""), line(ware, qty=Decimal(4)))
    assert found == {
        "hsn_missing": "lines-0-hsn",
        "hsn_short": "lines-1-hsn",
        "stock_short": "lines-1-qty",
        "eway_bill": "lines",
    }


def test_goods_at_the_limit_need_no_e_way_bill_and_services_never_do(business):
    buyer = CustomerFactory(business=business)
    assert warned(business, buyer, line(price=Decimal(50_000), rate=Decimal(0))) == {}
    assert "eway_bill" in warned(business, buyer, line(price=Decimal("50000.01"), rate=Decimal(0)))
    assert warned(business, buyer, line(price=Decimal(90_000), hsn="998729")) == {}


def test_an_unregistered_buyer_of_fifty_thousand_needs_address_and_state(business):
    buyer = CustomerFactory(business=business, kind="unregistered", state_code="", address="")
    small, large = line(price=Decimal("42372.87")), line(price=Decimal("42372.88"))
    assert "buyer_details" not in warned(business, buyer, small, round_off=False)
    assert warned(business, buyer, large, round_off=False)["buyer_details"] == "customer_id"


def test_a_gstin_of_another_state_than_the_address_is_warned_of(business):
    buyer = CustomerFactory(business=business, state_code="27", gstin=gstin("29", 1))
    assert warned(business, buyer)["gstin_state"] == "customer_id"


def test_what_keeps_a_draft_from_being_issued_is_said_before(business):
    assert warned(business, None, LineData()) == {"customer_missing": "customer_id", "lines_missing": "lines"}
    buyer = CustomerFactory(business=business)
    tomorrow = days_ago(-1)
    assert warned(business, buyer, date=tomorrow) == {"date_ahead": "date"}


def test_a_date_before_the_last_issued_one_is_warned_of(business):
    issued(business)
    assert warned(business, CustomerFactory(business=business), date=days_ago(1)) == {"date_order": "date"}


def test_a_supplier_without_an_address_is_warned_of():
    business = BusinessFactory(address="")
    assert warned(business, CustomerFactory(business=business)) == {"supplier_address": "business"}


def test_a_deleted_draft_takes_its_lines_along(business):
    stored = draft(business)
    invoices.delete_draft(business, None, stored.pk)
    assert not Invoice.objects.exists()
    assert not InvoiceLine.objects.exists()


def test_the_first_rate_row_holds_before_its_day(business):
    ware = ProductFactory(business=business, rate="-1")
    ProductRate.objects.create(product=ware, rate=18, valid_from=today())
    assert ware.rate_on(GST_BEGAN).rate == 18
