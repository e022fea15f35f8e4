"""Lists: what is found, in which order, how fast, and never another's."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection

from gstbillingapp import queries
from gstbillingapp.actions import invoices
from gstbillingapp.models import Customer, Invoice, InvoiceStatus
from gstbillingapp.models.fields import today
from gstbillingapp.queries import customer_list, invoice_list, page_of, product_list
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    days_ago,
    draft,
    issued,
    line,
    paid,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_of_each(business) -> dict[str, Invoice]:
    """An invoice in every status."""
    late = {"date": days_ago(40), "due_date": days_ago(10)}
    found = {
        "overdue": issued(business, **late),
        "draft": draft(business, **late),
        "cancelled": issued(business, **late),
        "paid": issued(business, **late),
        "part_paid": issued(business),
        "issued": issued(business),
    }
    invoices.cancel(business, None, found["cancelled"].pk, "Wrong")
    paid(found["paid"])
    paid(found["part_paid"], "18")
    return found


def test_each_invoice_has_one_status_and_is_found_by_it(business, one_of_each):
    for status in InvoiceStatus.values:
        assert list(invoice_list(business, status=status)) == [one_of_each[status]]
        assert Invoice.objects.get(pk=one_of_each[status].pk).status == status


def test_an_invoice_is_overdue_from_the_day_after_it_was_due(business):
    invoice = issued(business)
    due = invoice.due_date
    next_day = due + datetime.timedelta(days=1)
    assert (invoice.status_on(due), invoice.status_on(next_day)) == ("issued", "overdue")
    assert not invoice_list(business, status="overdue", on=due).exists()
    assert invoice_list(business, status="overdue", on=next_day).get() == invoice


def test_an_unknown_status_or_order_is_refused(business):
    with pytest.raises(ValueError, match="late"):
        invoice_list(business, status="late")
    with pytest.raises(ValueError, match="sort must be one of"):
        invoice_list(business, sort="business__name")


@pytest.mark.parametrize("search", ["0002", "inv/26-27/0002", "ölm", "ÖLMÜHLE", "29AB", "90001", " 0002 "])
def test_an_invoice_is_found_by_number_name_gstin_and_phone(business, search):
    day = datetime.date(2026, 5, 5)
    walk_in = {"kind": "unregistered", "gstin": "", "phone": ""}
    issued(customer=CustomerFactory(business=business, name="Other", **walk_in), date=day)
    buyer = CustomerFactory(business=business, name="Ölmühle Traders", phone="+91 98450 90001")
    wanted = issued(customer=buyer, date=day)
    issued(customer=CustomerFactory(business=business, name="Third", **walk_in), date=day)
    assert list(invoice_list(business, search=search)) == [wanted]


@pytest.mark.parametrize("search", ["%", "_", "\\", "100%"])
def test_signs_of_a_pattern_are_searched_as_they_are(business, search):
    issued(business)
    assert not invoice_list(business, search=search).exists()


def test_filters_narrow_together(business):
    buyer = CustomerFactory(business=business)
    old, new = issued(customer=buyer, date=days_ago(9)), issued(customer=buyer)
    issued(business)
    assert set(invoice_list(business, customer_id=buyer.pk)) == {old, new}
    assert list(invoice_list(business, customer_id=buyer.pk, since=days_ago(1), until=today())) == [new]
    assert list(invoice_list(business, customer_id=buyer.pk, until=days_ago(9))) == [old]


def test_every_order_runs_both_ways(business):
    small = issued(business, date=days_ago(9), due_date=days_ago(8))
    large = issued(business, line(qty=Decimal(2)))
    for sort in queries.INVOICE_ORDERS:
        assert list(invoice_list(business, sort=sort)) == [small, large]
        assert list(invoice_list(business, sort=f"-{sort}")) == [large, small]


def test_numbers_sort_as_numbers_past_9999(business):
    first = issued(business)
    series = business.number_series.get()
    series.last = 9998
    series.save()
    rest = [issued(business) for _ in range(3)]
    assert [invoice.number[-5:] for invoice in rest] == ["/9999", "10000", "10001"]
    assert list(invoice_list(business, sort="number")) == [first, *rest]


def test_a_stranger_finds_nothing_of_it(people):
    theirs = people.stranger.membership.business
    invoice = issued(people.business, line(ProductFactory(business=people.business)))
    assert not invoice_list(theirs, search=invoice.buyer_name).exists()
    assert not invoice_list(theirs, customer_id=invoice.customer_id).exists()
    assert not customer_list(theirs).exists()
    assert not product_list(theirs).exists()


def test_customers_are_found_sorted_without_regard_to_case_and_without_the_archived(business):
    for name in ("beta", "Alpha", "Gamma"):
        CustomerFactory(business=business, name=name, is_archived=name == "Gamma", city="Hosur")
    assert [row.name for row in customer_list(business, search="hosur")] == ["Alpha", "beta"]
    assert [row.name for row in customer_list(business, archived=True)] == ["Gamma"]


def test_products_are_found_by_name_sku_and_hsn_with_their_rates(business, django_assert_num_queries):
    for n in range(3):
        ProductFactory(business=business, sku=f"W-{n}", hsn="8544")
    assert product_list(business, search="w-2").get().sku == "W-2"
    with django_assert_num_queries(2):
        assert {row.rate_on(today()).rate for row in product_list(business, search="8544")} == {18}


def test_what_runs_low_is_listed(business):
    low = ProductFactory(business=business, stock=5, reorder_level=4)
    ProductFactory(business=business, stock=5, reorder_level=1)
    issued(business, line(low))
    assert list(product_list(business, low=True)) == [low]
    assert list(queries.running_low(business)) == [low]


def customers_of(business, count: int) -> None:
    rows = [Customer(business=business, name=f"Buyer {n:03d}", kind="unregistered") for n in range(count)]
    for row in rows:
        row.set_keys()
    Customer.objects.bulk_create(rows)


def test_pages_follow_each_other_and_the_last_is_short(business):
    customers_of(business, 25)
    pages = [page_of(customer_list(business), number, 10) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [10, 10, 5]
    names = [row.name for page in pages for row in page]
    assert names == sorted(names)
    assert (pages[2].has_next(), pages[2].has_previous(), pages[2].paginator.count) == (False, True, 25)


@pytest.mark.parametrize(("asked", "given"), [("x", 1), (None, 1), (0, 3), (-4, 3), (99, 3)])
def test_a_page_that_is_not_there_gives_one_that_is(business, asked, given):
    customers_of(business, 25)
    assert page_of(customer_list(business), asked, 10).number == given


def test_a_list_is_counted_no_further_than_the_cap(business, monkeypatch):
    monkeypatch.setattr(queries, "COUNT_CAP", 12)
    customers_of(business, 25)
    page = page_of(customer_list(business), 2, 10)
    assert (page.paginator.count, page.paginator.is_capped, len(page)) == (12, True, 2)
    assert queries.capped_count(customer_list(business)) == (12, True)
    assert queries.capped_count(customer_list(business, search="024")) == (1, False)


def test_a_page_costs_two_queries_however_long_the_list_is(business, django_assert_num_queries):
    for _ in range(4):
        issued(business)
    for per_page in (1, 3):
        with django_assert_num_queries(2):
            assert [row.customer.name for row in page_of(invoice_list(business), 1, per_page)]


def test_every_order_of_invoices_is_read_off_an_index(business):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # a handful of rows is cheaper to sort than to look up
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    for sort in queries.INVOICE_ORDERS:
        for sign in ("", "-"):
            keys = invoice_list(business, sort=sign + sort).values_list("pk")[:50]
            plan = keys.explain().upper()
            assert "TEMP B-TREE" not in plan
            assert "SORT" not in plan
            assert "INVOICE_BY_" in plan


def test_a_list_is_the_same_by_whichever_road_it_is_read(business, one_of_each):
    for narrowing in ({"search": "ravi"}, {"status": "overdue"}, {"since": days_ago(50)}, {}):
        for sort in queries.INVOICE_ORDERS:
            plain = list(invoice_list(business, sort=f"-{sort}", **narrowing))
            assert plain
            for expected in (0, len(plain), queries.COUNT_CAP, queries.MANY):
                again = invoice_list(business, sort=f"-{sort}", expected=expected, **narrowing)
                assert list(again) == plain
                assert list(page_of(again, 1, counted=(len(plain), False))) == plain


def test_a_list_that_is_counted_already_is_turned_as_any_other(business, monkeypatch):
    monkeypatch.setattr(queries, "COUNT_CAP", 12)
    customers_of(business, 25)
    for counted in ((12, True), (25, False)):
        page = page_of(customer_list(business), 2, 10, counted=counted)
        assert (page.paginator.count, page.paginator.is_capped, len(page)) == (12, True, 2)
    assert list(page) == list(page_of(customer_list(business), 2, 10))
