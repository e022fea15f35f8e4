"""Finding by whatever one has at hand: an amount, a number, a GSTIN or a phone, however they are spaced."""

from collections.abc import Callable
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from gstbillingapp.actions import set_offs
from gstbillingapp.actions.data import RefundData
from gstbillingapp.models import Customer, Receipt, Vendor
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    VendorFactory,
    advance,
    bill,
    days_ago,
    expense,
    gstin,
    issued,
    line,
    noted,
    owed_before,
    paid,
    paid_out,
    sent,
)
from tests.unit.screens.people import Person

Labels = dict[str, list[str]]


@pytest.fixture
def found(owner: Person, teammate: Person, stranger: Person) -> Callable[[str], Labels]:
    """What is suggested for some words, by group: to owner and teammate the same, to a stranger nothing."""

    def suggested(person: Person, text: str) -> Labels:
        groups: Labels = {}
        for row in person.client.get(reverse("search_lookup"), {"q": text}).json()["results"]:
            groups.setdefault(row["group"], []).append(row["label"])
        return groups

    def found(text: str) -> Labels:
        seen = suggested(owner, text)
        assert suggested(teammate, text) == seen
        assert suggested(stranger, text) == {}
        return seen

    return found


def test_every_noun_is_found_by_its_amount(owner: Person, found: Callable[[str], Labels]) -> None:
    business = owner.business
    customer = CustomerFactory(business=business, name="Asha Traders")
    lamp = line(price=Decimal("1000.50"))
    invoice = issued(business, lamp, customer=customer, round_off=False)
    offer = sent(business, lamp, customer=customer, round_off=False)
    note = noted(invoice)
    receipt = advance(customer, "731.25")
    opening = owed_before(customer, "642.10", reference="OLD/7")
    owed = bill(business)
    expense(business, amount=Decimal("555.55"), description="Shop shutter", payee="Ravi")
    paid(invoice, "77.70")
    paid_out(owed, "88.80")
    set_offs.refund(business, None, Receipt, receipt.pk, RefundData(amount=Decimal("99.90")))
    expected = {
        "1180.60": {"Invoices": [invoice.number], "Quotations": [offer.number]},
        "₹1,180.60": {"Invoices": [invoice.number], "Quotations": [offer.number]},
        "1180.59": {},
        "11.80": {"Credit and debit notes": [note.number]},
        "rs 731.25": {"Advances": [receipt.number]},
        "642.10": {"Owed from before": [opening.name]},
        "118/-": {"Bills": [owed.number]},
        "555": {"Expenses": ["Shop shutter"]},
        "77.70": {"Payments": ["₹77.70 received"]},
        "88.8": {"Payments": ["₹88.80 paid"]},
        "₹99.90": {"Payments": ["₹99.90 paid back"]},
    }
    assert {text: found(text) for text in expected} == expected


def test_an_amount_is_found_beside_the_numbers_that_have_its_digits(
    owner: Person, found: Callable[[str], Labels]
) -> None:
    numbers = [issued(owner.business, date=days_ago(11 - n)).number for n in range(12)]
    dear = issued(owner.business, line(price=Decimal("10.30"), rate=Decimal(0)), round_off=False)
    assert found("10")["Invoices"] == [numbers[9], dear.number]


@pytest.mark.parametrize(
    "typed", ["inv {year} 12", "INV 0012", "inv12", "inv/{year}/12", "INV-{year}-0012", "{year} 12", "0012"]
)
def test_a_number_is_found_however_it_is_spaced(
    owner: Person, found: Callable[[str], Labels], typed: str
) -> None:
    numbers = [issued(owner.business).number for _ in range(12)]
    year = numbers[-1].split("/")[1].replace("-", " ")
    assert found(typed.format(year=year))["Invoices"] == [numbers[-1]]


def test_notes_advances_and_quotations_are_found_by_their_numbers(
    owner: Person, found: Callable[[str], Labels]
) -> None:
    customer = CustomerFactory(business=owner.business)
    note, receipt = noted(issued(customer=customer)), advance(customer)
    offer = sent(owner.business, customer=customer)
    for paper, group in ((note, "Credit and debit notes"), (receipt, "Advances"), (offer, "Quotations")):
        prefix, year, place = paper.number.split("/")
        for typed in (paper.number, f"{prefix.lower()} {int(place)}", f"{prefix} {year} {place}"):
            assert found(typed) == {group: [paper.number]}


def test_a_bill_is_found_by_the_parts_of_its_number(owner: Person, found: Callable[[str], Labels]) -> None:
    bill(owner.business, number="PD-26/881")
    for typed in ("pd 881", "PD 26 881", "26/88", "881"):
        assert found(typed) == {"Bills": ["PD-26/881"]}


def test_an_expense_is_found_by_description_category_payee_vendor_and_reference(
    owner: Person, found: Callable[[str], Labels]
) -> None:
    depot = VendorFactory(business=owner.business, name="Polycab Depot")
    expense(
        owner.business,
        description="Diesel for the van",
        category="Fuel",
        payee="Hari",
        reference="HP/77",
        date=days_ago(200),
        vendor_id=depot.pk,
    )
    for typed in ("diesel", "fuel", "hari", "hp/77"):
        assert found(typed) == {"Expenses": ["Diesel for the van"]}
    assert found("polycab") == {"Vendors": ["Polycab Depot"], "Expenses": ["Diesel for the van"]}
    page = owner.client.get(reverse("expense_list"), {"q": "polycab"}).text
    assert "Diesel for the van" in page


@pytest.mark.parametrize("stored", ["9845012345", "98450 12345", "+91 98450-12345", "(098450) 12345"])
@pytest.mark.parametrize("typed", ["9845012345", "98450 12345", "+91 98450 12345", "09845012345"])
def test_a_phone_is_found_however_it_is_spaced(
    owner: Person, found: Callable[[str], Labels], stored: str, typed: str
) -> None:
    for make in (CustomerFactory, VendorFactory):
        make(business=owner.business, name="Lamp House", phone=stored)
    assert found(typed) == {"Customers": ["Lamp House"], "Vendors": ["Lamp House"]}
    for name in ("customer_list", "vendor_list", "customer_lookup", "vendor_lookup"):
        assert "Lamp House" in owner.client.get(reverse(name), {"q": typed}).text


def test_a_gstin_is_found_however_it_is_spaced(owner: Person, found: Callable[[str], Labels]) -> None:
    number = gstin("29", 77)
    CustomerFactory(business=owner.business, name="Lamp House", gstin=number)
    spaced = f"{number[:2]} {number[2:7]} {number[7:11]} {number[11:]}"
    for typed in (number.lower(), spaced, spaced[:8]):
        assert found(typed) == {"Customers": ["Lamp House"]}


def test_papers_of_whom_the_words_find_are_found(owner: Person, found: Callable[[str], Labels]) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders")
    old, new = (advance(customer, date=days_ago(age)) for age in (2, 1))
    opening = owed_before(customer)
    assert found("asha") == {
        "Customers": ["Asha Traders"],
        "Advances": [new.number, old.number],
        "Owed from before": [opening.name],
    }


def test_the_list_is_not_offered_for_an_amount_that_it_does_not_look_for(owner: Person) -> None:
    issued(owner.business)
    page = owner.client.get(reverse("search"), {"q": "₹118"}).text
    assert "All in invoices" not in page
    assert "All in invoices" in owner.client.get(reverse("search"), {"q": "0001"}).text


@pytest.mark.parametrize("asked", [{}, {"q": "qqqq"}])
def test_the_empty_page_says_what_can_be_searched_and_what_can_be_done_next(
    owner: Person, teammate: Person, stranger: Person, asked: dict[str, str]
) -> None:
    for person in (owner, teammate, stranger):
        page = person.client.get(reverse("search"), asked).text
        assert "What can be searched for" in page
        assert "98450 12345" in page
        assert f'href="{reverse("invoice_new")}"' in page
        assert f'href="{reverse("expense_new")}"' in page


def suggested(person: Person, name: str, text: str) -> list[str]:
    """The names that a type-ahead offers."""
    return [row["name"] for row in person.client.get(reverse(name), {"q": text}).json()["results"]]


NAMES = ("Zari Lamps", "Blamp Works", "Old Lamp House", "Lamp Palace", "Lampworks")
IN_ORDER = ["Lamp Palace", "Lampworks", "Old Lamp House", "Zari Lamps", "Blamp Works"]


@pytest.mark.parametrize("noun", ["customer", "vendor", "product"])
def test_beginnings_of_names_are_offered_first_then_those_of_words_then_the_rest(
    owner: Person, teammate: Person, stranger: Person, noun: str
) -> None:
    make = {"customer": CustomerFactory, "vendor": VendorFactory, "product": ProductFactory}[noun]
    for name in NAMES:
        make(business=owner.business, name=name)
    make(business=owner.business, name="Lamp archived", is_archived=True)
    for person in (owner, teammate):
        assert suggested(person, f"{noun}_lookup", "lamp") == IN_ORDER
    assert suggested(stranger, f"{noun}_lookup", "lamp") == []


def test_an_exact_code_is_offered_before_names_that_begin_with_it(owner: Person, stranger: Person) -> None:
    for name, sku, hsn in (("8539 bulb", "A", "9405"), ("Lamp", "B", "8539"), ("Wire", "8539", "8544")):
        ProductFactory(business=owner.business, name=name, sku=sku, hsn=hsn)
    assert suggested(owner, "product_lookup", "8539") == ["Lamp", "Wire", "8539 bulb"]
    assert suggested(owner, "bill_products", "8539") == ["Lamp", "Wire", "8539 bulb"]
    assert suggested(stranger, "product_lookup", "8539") == []


@pytest.mark.parametrize("noun", ["customer", "vendor"])
def test_an_exact_gstin_or_phone_is_offered_first(owner: Person, stranger: Person, noun: str) -> None:
    make = {"customer": CustomerFactory, "vendor": VendorFactory}[noun]
    number = gstin("29", 77)
    make(business=owner.business, name=f"{number} and sons")
    make(business=owner.business, name="Zari Lamps", gstin=number, phone="080-2222 3333")
    make(business=owner.business, name="08022223333 House")
    assert suggested(owner, f"{noun}_lookup", number.lower())[0] == "Zari Lamps"
    assert suggested(owner, f"{noun}_lookup", "080 2222 3333")[0] == "Zari Lamps"
    assert suggested(stranger, f"{noun}_lookup", number) == []


def test_what_is_typed_without_a_script_is_offered_in_the_same_order(owner: Person) -> None:
    for name in NAMES:
        CustomerFactory(business=owner.business, name=name)
    page = owner.client.post(reverse("invoice_new"), {"customer_name": "lamp", "lines-TOTAL_FORMS": "0"}).text
    places = [page.index(name) for name in IN_ORDER]
    assert places == sorted(places)


def test_phones_stored_before_are_found_however_they_are_spaced(
    owner: Person, found: Callable[[str], Labels]
) -> None:
    for model, make in ((Customer, CustomerFactory), (Vendor, VendorFactory)):
        row = make(business=owner.business, name="Lamp House", phone="+91 (98450) 123-45")
        as_before = " ".join((row.name.casefold(), row.gstin.casefold(), row.phone, row.city.casefold()))
        model.objects.filter(pk=row.pk).update(search_key=as_before)
    migration = import_module("gstbillingapp.migrations.0025_close_up_phones")
    migration.close_up_phones(apps, None)
    assert found("98450 12345") == {"Customers": ["Lamp House"], "Vendors": ["Lamp House"]}
    for model in (Customer, Vendor):
        stored = model.objects.get().search_key
        row = model.objects.get()
        row.save()
        assert row.search_key == stored
