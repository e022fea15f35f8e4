"""What rows of a file do: columns by their headings, who is meant, and the checks of the forms."""

import datetime
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from delivery.models import Letter
from gstbillingapp.actions import exporting, products
from gstbillingapp.actions.importing import SUBJECTS
from gstbillingapp.gst.rates import GST_BEGAN
from gstbillingapp.models import (
    BuyerKind,
    Customer,
    EventKind,
    OpeningBalance,
    Product,
    StockMovement,
    StockReason,
)
from tests.factories import CustomerFactory, ProductFactory, gstin
from tests.support.inbox_client import state_equals_events
from tests.unit.imports.conftest import checked, counts, csv, imported, problems
from tests.unit.preferences.conftest import choose, keys
from tests.unit.screens.people import Person


@pytest.mark.parametrize(
    ("subject", "headings", "guessed"),
    [
        (
            "customers",
            ["Party Name", "GST No.", "Mobile", "Group", "PIN CODE"],
            ["name", "gstin", "phone", "", "pincode"],
        ),
        ("customers", ["Display Name", "GST Treatment", "Place of Supply"], ["name", "kind", "state_code"]),
        # "Rate" alone is the price of another program; beside a GST rate of our own it is not taken for one.
        (
            "products",
            ["Item Name", "Item code", "HSN/SAC", "Rate", "GST %"],
            ["name", "sku", "hsn", "rate", ""],
        ),
        ("products", ["Name", "Price", "GST rate", "Opening Qty"], ["name", "price", "rate", "stock"]),
        (
            "opening",
            ["Ledger Name", "Bill No", "Outstanding", "As on"],
            ["name", "reference", "amount", "date"],
        ),
        ("customers", ["Name", "Name", "Foo"], ["name", "", ""]),
    ],
)
def test_columns_are_guessed_by_their_headings(subject: str, headings: list[str], guessed: list[str]) -> None:
    found = SUBJECTS[subject].guess(headings)
    assert found == {name: place for place, name in enumerate(guessed) if name}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_no_heading_means_two_columns_and_each_has_its_own(subject) -> None:
    own = [column.label for column in subject.columns]
    assert subject.guess(own) == {column.name: place for place, column in enumerate(subject.columns)}
    assert set(subject.headings) == {column.name for column in subject.columns}


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("file_type", ["csv", "xlsx"])
def test_the_sample_file_is_right(owner: Person, subject: str, file_type: str) -> None:
    if subject == "opening":
        imported(owner, exporting.sample("customers", "csv"))
    job = imported(owner, exporting.sample(subject, file_type), subject)
    assert (problems(job), counts(job)) == ([], (1, 0, 0, 0))


def test_a_customer_comes_in_with_all_that_its_row_says(owner: Person) -> None:
    number = gstin("27", 3)
    imported(owner, csv("Party Name;GST No;Mobile;State", f"Mehta & Sons;{number.lower()};98450 12345;MH"))
    customer = Customer.objects.get()
    assert (customer.business, customer.name, customer.gstin) == (owner.business, "Mehta & Sons", number)
    assert (customer.kind, customer.state_code, customer.phone) == (BuyerKind.REGULAR, "27", "98450 12345")
    assert "mehta" in customer.search_key


def test_a_customer_abroad_comes_in_with_the_country_or_for_now_without(owner: Person) -> None:
    rows = "Lanka Lights,Overseas,Sri Lanka", "Gulf Imports,Overseas,", "Ravi,,India", "Asha,,Nepal"
    job = imported(owner, csv("Name,Registration,Country", *rows))
    assert [(row, column) for row, column, _ in problems(job)] == [(5, "Country")]
    countries = dict(Customer.objects.values_list("name", "country"))
    assert countries == {"Lanka Lights": "Sri Lanka", "Gulf Imports": "", "Ravi": ""}
    imported(owner, csv("Name,City", "Lanka Lights,Colombo"))
    assert Customer.objects.get(name="Lanka Lights").country == "Sri Lanka"


def test_what_the_form_refuses_is_refused_row_by_row_with_the_column_and_what_is_allowed(
    owner: Person,
) -> None:
    rows = ["Name,GSTIN,PIN code,State", "Asha,29ABCDE1234F1ZZ,0123,Atlantis", ",,,", ",,560001,", "Ravi,,,"]
    job = checked(owner, csv(*rows))
    assert counts(job) == (1, 0, 0, 2)
    assert [(row, column) for row, column, _ in problems(job)] == [
        (2, "GSTIN"),
        (2, "PIN code"),
        (2, "State"),
        (4, "Name"),
    ]
    assert "6 digits" in problems(job)[1][2]
    assert not Customer.objects.exists(), "checking changes nothing"


@pytest.mark.parametrize(
    ("row", "finds"),
    [
        ("{gstin},Another name,", "registered"),
        (",Ravi Traders,", "plain"),
        (",RAVI traders,+91 98450-00001", "plain"),
        (",Ravi Traders,9111111111", None),
        ("{other},Ravi Traders,9845000001", "plain"),
        ("{other},Somebody,", None),
    ],
)
def test_a_customer_is_known_again_by_gstin_else_by_name_and_phone(
    owner: Person, row: str, finds: str | None
) -> None:
    plain = {"kind": BuyerKind.UNREGISTERED, "gstin": "", "phone": "98450 00001"}
    stored = {
        "registered": CustomerFactory(business=owner.business, name="Registered"),
        "plain": CustomerFactory(business=owner.business, name="Ravi Traders", **plain),
    }
    CustomerFactory(name="Ravi Traders", gstin=stored["registered"].gstin)  # of somebody else
    written = row.format(gstin=stored["registered"].gstin, other=gstin("29", 77))
    job = imported(owner, csv("GSTIN,Name,Phone,City", written + ",Hubli"))
    assert (problems(job), counts(job)) == ([], (0, 1, 0, 0) if finds else (1, 0, 0, 0))
    if finds:
        stored[finds].refresh_from_db()
        assert stored[finds].city == "Hubli"


def test_an_empty_cell_changes_nothing_and_a_gstin_registers(owner: Person) -> None:
    stored = CustomerFactory(
        business=owner.business,
        name="Ravi",
        kind=BuyerKind.UNREGISTERED,
        gstin="",
        state_code="29",
        city="Hubli",
    )
    imported(owner, csv("Name,GSTIN,City,E-mail", f"Ravi,{gstin('27', 5)},,ravi@example.in"))
    stored.refresh_from_db()
    assert (stored.kind, stored.state_code, stored.city) == (BuyerKind.REGULAR, "27", "Hubli")
    assert stored.email == "ravi@example.in"
    assert "ravi@example.in" in stored.search_key


def test_a_row_that_says_what_is_stored_already_changes_nothing(owner: Person) -> None:
    stored = CustomerFactory(business=owner.business, name="Ravi")
    job = imported(owner, csv("Name,GSTIN", f"Ravi,{stored.gstin}"))
    assert counts(job) == (0, 0, 1, 0)
    assert Customer.objects.get().updated_at == stored.updated_at


def test_one_of_two_that_are_meant_as_much_as_one_another_is_not_chosen(owner: Person) -> None:
    for _ in range(2):
        CustomerFactory(business=owner.business, name="Ravi")
    [(_, column, message)] = problems(checked(owner, csv("Name,City", "Ravi,Hubli")))
    assert (column, "GSTIN or the phone" in message) == ("Name", True)


def test_two_rows_of_a_file_about_the_same_are_told_of_the_second(owner: Person) -> None:
    number = gstin()
    job = imported(owner, csv("Name,GSTIN", f"Asha,{number}", "Ravi,", f"Asha 2,{number.lower()}", "ravi,"))
    assert [(row, "this GSTIN" in message) for row, _, message in problems(job)] == [(4, True), (5, True)]
    assert "Row 2" in problems(job)[0][2]
    assert Customer.objects.count() == 2


def test_existing_customers_are_left_alone_where_that_is_chosen(owner: Person) -> None:
    CustomerFactory(business=owner.business, name="Ravi", city="Hubli")
    job = imported(owner, csv("Name,City", "Ravi,Mysuru", "Asha,Mysuru"), update_existing=False)
    assert counts(job) == (1, 0, 1, 0)
    assert Customer.objects.get(name="Ravi").city == "Hubli"


def test_a_product_comes_in_with_its_rate_and_its_opening_stock(owner: Person) -> None:
    rows = ["Item name,SKU,HSN,Unit,Selling price,GST %,Opening stock,Min stock"]
    rows += ['Wire,W-1,8544,mtr,"1,250.50",18%,5,10', "Repair,,998719,,500,18,,"]
    job = imported(owner, csv(*rows), "products")
    assert (problems(job), counts(job)) == ([], (2, 0, 0, 0))
    wire, repair = Product.objects.get(name="Wire"), Product.objects.get(name="Repair")
    assert (wire.unit, wire.price, wire.stock, wire.kind) == ("MTR", Decimal("1250.5"), 5, "goods")
    assert (repair.kind, repair.unit, repair.stock) == ("service", "NOS", 0)
    rate = wire.rates.get()
    assert (rate.rate, rate.valid_from) == (18, GST_BEGAN)
    [movement] = StockMovement.objects.all()
    assert (movement.product, movement.qty, movement.reason) == (wire, 5, StockReason.OPENING)
    assert movement.created_by == owner.membership.user
    assert wire.stock_level == "low", "it is in the list of those that run low"


def test_a_product_that_comes_in_low_or_gone_is_told_of_once_until_it_recovers(
    owner: Person, teammate: Person
) -> None:
    rows = [
        "Name,Price,GST rate,Opening stock,Reorder level",
        "Wire,1,18,5,5",
        "Cable,1,18,0,5",
        "Rope,1,18,6,5",
    ]
    user = owner.membership.user
    choose(teammate.membership.user, off=(EventKind.STOCK_LOW,))
    with state_equals_events(user.pk):
        imported(owner, csv(*rows), "products")
        imported(owner, csv("Name,Reorder level", "Wire,6", "Cable,6", "Rope,6"), "products")
    wire, cable, rope = (Product.objects.get(name=name) for name in ("Wire", "Cable", "Rope"))
    assert sorted(stock_keys(owner)) == sorted(
        [f"stock:{wire.pk}:low:1", f"stock:{cable.pk}:out:1", f"stock:{rope.pk}:low:1"]
    )
    assert not stock_keys(teammate)
    imported(owner, csv("Name,Reorder level", "Wire,1"), "products")
    imported(owner, csv("Name,Reorder level", "Wire,5"), "products")
    assert f"stock:{wire.pk}:low:2" in stock_keys(owner), "it had recovered"


def test_hundreds_that_come_in_low_cost_hardly_more_statements_than_as_many_that_do_not(
    owner: Person,
) -> None:
    choose(owner.membership.user, mailed=(EventKind.STOCK_LOW,))
    enough, low = (_statements(owner, stock) for stock in (9, 1))
    assert len(stock_keys(owner)) == Letter.objects.count() == 200
    assert low < enough + 40  # SQLite inserts some forty rows in a statement


def stock_keys(person: Person) -> list[str]:
    return [key for key in keys(person.membership.user) if key.startswith("stock:")]


def _statements(owner: Person, stock: int) -> int:
    rows = ["Name,Price,GST rate,Opening stock,Reorder level"]
    rows += [f"Wire {stock}-{number},1,18,{stock},5" for number in range(200)]
    with CaptureQueriesContext(connection) as said:
        imported(owner, csv(*rows), "products")
    return len(said)


def test_what_the_form_refuses_of_a_product_is_refused(owner: Person) -> None:
    job = checked(owner, csv("Name,Price,GST rate,HSN,Unit", "Wire,ten,17,85,foo"), "products")
    assert [column for _, column, _ in problems(job)] == ["HSN or SAC", "Unit", "Price", "GST rate"]
    assert not Product.objects.exists()


def test_a_product_is_known_again_by_its_sku_else_by_its_name(owner: Person) -> None:
    coded = ProductFactory(business=owner.business, name="Wire", sku="W-1", rate="18")
    plain = ProductFactory(business=owner.business, name="Lamp")
    other = ProductFactory(name="Wire", sku="W-1")
    rows = ["Name,SKU,Price,GST rate,Stock", "Cable,W-1,120,5,999", "lamp,L-1,90,18,", "Wire,W-2,10,18,"]
    job = imported(owner, csv(*rows), "products")
    assert (problems(job), counts(job)) == ([], (1, 2, 0, 0))
    for product in (coded, plain, other):
        product.refresh_from_db()
    assert (coded.name, coded.price, coded.stock) == ("Cable", 120, 100), "stock has moved since the list"
    assert [row.rate for row in coded.rates.order_by("valid_from")] == [18, 5], (
        "the old rate stays for its days"
    )
    assert (plain.name, plain.sku) == ("lamp", "L-1")
    assert (other.name, other.price) == ("Wire", 100)


def test_a_product_of_the_same_row_twice_changes_nothing(owner: Person) -> None:
    rows = csv("Name,Price,GST rate", "Wire,10,18")
    imported(owner, rows, "products")
    assert counts(imported(owner, rows, "products")) == (0, 0, 1, 0)


def test_opening_balances_are_of_the_customers_that_are_there(owner: Person) -> None:
    ravi = CustomerFactory(business=owner.business, name="Ravi")
    CustomerFactory(name="Stranger")
    rows = ["Customer,Amount,Date,Due date,Invoice number"]
    rows += ['Ravi,"1,23,456.78",31/03/2026,30 Apr 2026,OLD/1', "ravi,500,31-03-2026,,OLD/2"]
    rows += ["Stranger,5,31-03-2026,,", "Ravi,0,31-03-2026,,OLD/3", "Ravi,5,,,OLD/4", ",5,31-03-2026,,"]
    job = imported(owner, csv(*rows), "opening")
    assert counts(job) == (2, 0, 0, 4)
    assert [(row, column) for row, column, _ in problems(job)] == [
        (4, "Name"),
        (5, "Amount"),
        (6, "Date"),
        (7, "Name"),
    ]
    first = OpeningBalance.objects.get(reference="OLD/1")
    assert (first.business, first.customer, first.amount) == (owner.business, ravi, Decimal("123456.78"))
    assert (first.date, first.due_date) == (datetime.date(2026, 3, 31), datetime.date(2026, 4, 30))
    assert "₹1,23,456.78" in owner.client.get(ravi.get_absolute_url()).text


def test_an_opening_balance_of_the_same_invoice_takes_the_place_of_the_one_before(owner: Person) -> None:
    CustomerFactory(business=owner.business, name="Ravi")
    for amount, expected in (("500", (1, 0, 0, 0)), ("500", (0, 0, 1, 0)), ("600", (0, 1, 0, 0))):
        job = imported(
            owner, csv("Name,Amount,Date,Invoice no", f"Ravi,{amount},31-03-2026,OLD/1"), "opening"
        )
        assert counts(job) == expected
    assert OpeningBalance.objects.get().amount == 600


def test_a_customer_whom_an_opening_balance_takes_over_the_limit_is_told_of_once(owner: Person) -> None:
    imported(owner, csv("Name,Credit limit", 'Ravi,"1,000"', "Asha,"))
    told = owner.membership.user.notifications.filter(dedupe_key__contains=":limit:")
    rows = ["Name,Amount,Date,Invoice no", "Ravi,600,31-03-2026,1", "Asha,9000,31-03-2026,1"]
    imported(owner, csv(*rows), "opening")
    assert not told.exists()
    for _ in range(2):
        imported(owner, csv(*rows, "Ravi,600,31-03-2026,2"), "opening")
    assert told.get().title == "Ravi over limit: ₹1,200.00 of ₹1,000.00"
    imported(owner, csv("Name,Credit limit", "Ravi,5000"))
    assert told.get().is_read
    assert not Customer.objects.get(name="Ravi").is_over_limit


def test_hundreds_that_cross_their_limits_cost_hardly_more_statements_than_a_few(owner: Person) -> None:
    choose(owner.membership.user, mailed=(EventKind.CREDIT_LIMIT,))
    few, many = (_statements_over_limits(owner, count) for count in (3, 200))
    assert Customer.objects.filter(is_over_limit=True, limit_crossing=1).count() == 203
    assert Letter.objects.count() == 203
    assert many < few + 60  # SQLite inserts some forty rows in a statement
    raised = [f"Customer {count}-{number},9000" for count in (3, 200) for number in range(count)]
    imported(owner, csv("Name,Credit limit", *raised))
    assert not Customer.objects.filter(is_over_limit=True).exists()
    assert not owner.membership.user.notifications.filter(
        dedupe_key__contains=":limit:", is_read=False
    ).exists()


def _statements_over_limits(owner: Person, count: int) -> int:
    names = [f"Customer {count}-{number}" for number in range(count)]
    imported(owner, csv("Name,Credit limit", *(f"{name},1000" for name in names)))
    rows = ["Name,Amount,Date,Invoice no", *(f"{name},1200,31-03-2026,1" for name in names)]
    with CaptureQueriesContext(connection) as said:
        imported(owner, csv(*rows), "opening")
    return len(said)


def test_a_product_that_is_no_longer_low_by_its_new_reorder_level_is_no_news_any_more(owner: Person) -> None:
    product = ProductFactory(business=owner.business, stock=5, reorder_level=2)
    products.adjust_stock(owner.business, None, product.pk, Decimal(-4), "correction")
    told = owner.membership.user.notifications.get(dedupe_key__startswith="stock:")
    assert not told.is_read
    imported(owner, csv("Name,Reorder level", f"{product.name},0"), "products")
    told.refresh_from_db()
    assert told.is_read
    product.refresh_from_db()
    assert (product.stock, product.stock_level) == (1, "")


def test_a_date_that_could_be_meant_month_first_is_said_to_be_read_day_first(owner: Person) -> None:
    CustomerFactory(business=owner.business, name="Ravi")
    job = checked(owner, csv("Name,Amount,Date", "Ravi,5,03/04/2026"), "opening")
    assert (
        "Dates are read day first: 03/04/2026 is 3 Apr 2026." in owner.client.get(job.get_absolute_url()).text
    )


def test_dates_and_numbers_of_a_workbook_are_those_that_it_shows(owner: Person) -> None:
    CustomerFactory(business=owner.business, name="Ravi")
    book = Workbook()
    for row in (["Name", "Amount", "Date"], ["Ravi", 1250.5, datetime.date(2026, 3, 31)]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    imported(owner, file.getvalue(), "opening")
    balance = OpeningBalance.objects.get()
    assert (balance.amount, balance.date) == (Decimal("1250.50"), datetime.date(2026, 3, 31))


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("file_type", ["csv", "xlsx"])
def test_what_is_exported_is_imported_as_unchanged(owner: Person, subject: str, file_type: str) -> None:
    customers = [
        CustomerFactory(business=owner.business, phone="+91 98450 12345"),
        CustomerFactory(
            business=owner.business, kind=BuyerKind.OVERSEAS, state_code="96", country="Nepal", pincode=""
        ),
        CustomerFactory(business=owner.business, name="=cmd|'/c calc'!A1", is_archived=True),
    ]
    ProductFactory(business=owner.business, sku="-1", reorder_level=Decimal("2.5"))
    for customer in customers:
        OpeningBalance.objects.create(
            business=owner.business,
            customer=customer,
            amount=5,
            date=datetime.date(2026, 4, 3),
            reference="+1",
        )
    content = exporting.file(owner.business, subject, file_type)
    job = checked(owner, content, subject)
    assert (problems(job), job.unchanged, job.total) == ([], job.total, 1 if subject == "products" else 3)
