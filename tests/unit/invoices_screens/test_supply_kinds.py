"""Every kind of supply, from what is typed into the editor to the issued invoice, its page and its papers."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from gstbillingapp.models import BuyerKind, Customer, Invoice, Scheme
from gstbillingapp.pdf.sheet import Sheet
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.invoice_sheet import sheet_of
from tests.factories import CustomerFactory, gstin
from tests.unit.invoices_screens.typing_forms import LAMP, typed
from tests.unit.screens.people import Person

pytestmark = pytest.mark.once

NEW = "/invoices/new/"
VECTORS: dict[str, dict[str, Any]] = {
    vector["id"]: vector
    for vector in json.loads((Path(__file__).resolve().parents[2] / "vectors.json").read_text())["calc"]
}
AMOUNTS = ("taxable", "cgst", "sgst", "igst", "cess", "round_off", "total")
HEADINGS = {
    "CGST+SGST": {"CGST ₹", "SGST ₹"},
    "CGST+UTGST": {"CGST ₹", "UTGST ₹"},
    "IGST": {"IGST ₹"},
    "NONE": set(),
}
BEFORE_THE_REFORM = {"date": "2025-09-01", "due_date": "2025-10-01"}  # 28 per cent, and cess
LUT = "AD290426001372K"


def supplier(person: Person, state_code: str = "29", scheme: str = Scheme.REGULAR) -> None:
    """The person's business is in that state, under that scheme, and has a LUT."""
    business = person.business
    business.state_code, business.scheme, business.lut_number = state_code, scheme, LUT
    business.gstin = "" if scheme == Scheme.UNREGISTERED else gstin(state_code, 900)
    business.save()


def buyer(person: Person, **terms: Any) -> Customer:
    kind = terms.get("kind", BuyerKind.REGULAR)
    numberless = {} if kind in (BuyerKind.REGULAR, BuyerKind.SEZ) else {"gstin": ""}
    return CustomerFactory(business=person.business, **numberless, **terms)


def issued_by_form(person: Person, customer: Customer, *rows: dict[str, str], **fields: str) -> Invoice:
    """The invoice that is there when the form was sent and the question confirmed."""
    known = set(Invoice.objects.values_list("pk", flat=True))
    response = person.client.post(NEW, typed(customer, *rows, **{"do": "issue-confirmed", **fields}))
    refused = response.context["summary"] if response.context else []
    assert response.status_code == 302, [problem.message for problem in refused]
    found = Invoice.objects.select_related("business", "customer").exclude(pk__in=known)
    invoice: Invoice = found.get()
    assert invoice.state == "issued"
    return invoice


def words_of(text: str) -> str:
    body = text.partition("<body")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


class Shown:
    """What is said of an issued invoice: on its page, on the printed paper, and in its file."""

    def __init__(self, person: Person, invoice: Invoice) -> None:
        self.page = words_of(person.client.get(invoice.get_absolute_url()).text)
        self.paper = words_of(person.client.get(reverse("invoice_print", args=[invoice.pk])).text)
        self.sheet: Sheet = sheet_of(invoice)

    def everywhere(self, words: str) -> bool:
        return words in self.page and self.on_papers(words)

    def on_papers(self, words: str) -> bool:
        return words in self.paper and words in str(self.sheet)

    def headings(self) -> set[str]:
        """The columns of tax: on the paper and in the file the same."""
        named = {column.label for column in self.sheet.lines.columns} & set().union(*HEADINGS.values())
        assert all(heading in self.paper for heading in named)
        assert not any(f" {heading}" in self.paper for heading in {"CGST ₹", "IGST ₹"} - named)
        return named


def row_of(line: dict[str, str], inclusive: bool, composition: bool) -> dict[str, str]:
    """A line of a vector as somebody types it."""
    row = {"description": "Ware", "hsn": "8539", "qty": line["qty"], "price": line["price"]}
    if not composition:
        row["rate"] = "exempt" if line.get("exempt") else line["rate"]
    row |= {name: line[name] for name in ("cess_pct", "cess_per_unit") if name in line}
    if "disc_pct" in line:
        row |= {"discount": line["disc_pct"], "discount_kind": "pct"}
    return row | ({"price_includes_tax": "on"} if inclusive else {})


def issue_vector(person: Person, given: dict[str, Any]) -> Invoice:
    supplier(person, given["supplier_state"], "composition" if given.get("composition") else "regular")
    kind = BuyerKind.SEZ if given.get("sez") else BuyerKind.REGULAR
    kind = BuyerKind.OVERSEAS if given.get("export") else kind
    customer = buyer(person, kind=kind, state_code=given["place_of_supply"])
    rows = [
        row_of(line, given.get("inclusive", False), given.get("composition", False))
        for line in given["lines"]
    ]
    fields = {name: "on" for name in ("zero_rated", "rcm") if given.get(name)}
    fields["doc_discount"] = given.get("doc_disc", "")
    is_old = any(line["rate"] == "28" or "cess_per_unit" in line for line in given["lines"])
    return issued_by_form(person, customer, *rows, **fields, **(BEFORE_THE_REFORM if is_old else {}))


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_a_published_case_typed_into_the_editor_is_issued_and_printed_to_the_paisa(
    owner: Person, vector: dict[str, Any]
) -> None:
    invoice = issue_vector(owner, vector["input"])
    expected = vector["expect"]
    assert {name: str(getattr(invoice, name)) for name in AMOUNTS} == {
        name: expected[name] for name in AMOUNTS
    }
    for line, wanted in zip(invoice.lines.all(), expected.get("lines", []), strict=False):
        assert {name: str(getattr(line, name)) for name in wanted} == wanted
    shown = Shown(owner, invoice)
    assert shown.everywhere(money(invoice.total))
    assert shown.everywhere(money(invoice.taxable))
    all_exempt = all(line.get("exempt") for line in vector["input"]["lines"])
    assert shown.headings() == (set() if all_exempt else HEADINGS[expected["mode"]])
    for name in ("cgst", "igst", "cess"):
        if getattr(invoice, name):
            assert shown.everywhere(money(getattr(invoice, name)))


ZERO_RATED = "under bond or letter of undertaking without payment of integrated tax"
WITH_TAX = "on payment of integrated tax"
TO_SEZ, ABROAD = "Supply to SEZ unit or SEZ developer for authorised operations", "Supply meant for export"


@pytest.mark.parametrize(
    ("kind", "state", "fields", "sentence", "total"),
    [
        (BuyerKind.SEZ, "29", {}, f"{TO_SEZ} {WITH_TAX}", 236),
        (BuyerKind.SEZ, "29", {"zero_rated": "on"}, f"{TO_SEZ} {ZERO_RATED}", 200),
        (BuyerKind.OVERSEAS, "96", {}, f"{ABROAD} {WITH_TAX}", 236),
        (BuyerKind.OVERSEAS, "96", {"zero_rated": "on"}, f"{ABROAD} {ZERO_RATED}", 200),
    ],
)
def test_supplies_to_an_sez_and_abroad_say_whether_tax_was_paid_and_show_the_lut(
    owner: Person, kind: str, state: str, fields: dict[str, str], sentence: str, total: int
) -> None:
    supplier(owner)
    invoice = issued_by_form(owner, buyer(owner, kind=kind, state_code=state), **fields)
    shown = Shown(owner, invoice)
    assert (invoice.total, invoice.cgst, invoice.sez) == (total, 0, kind == BuyerKind.SEZ)
    assert shown.headings() == {"IGST ₹"}
    assert shown.everywhere(sentence)
    assert (LUT in shown.page and f"LUT {LUT}" in shown.paper) is bool(fields)
    assert (("LUT", LUT) in shown.sheet.facts) is bool(fields)


def test_reverse_charge_shows_the_tax_and_leaves_it_to_the_customer(owner: Person) -> None:
    supplier(owner)
    invoice = issued_by_form(owner, buyer(owner), rcm="on")
    shown = Shown(owner, invoice)
    assert (invoice.cgst, invoice.sgst, invoice.total, invoice.balance) == (18, 18, 200, 200)
    assert shown.everywhere("Tax is payable on reverse charge")
    assert shown.everywhere("CGST, paid by the customer")
    assert "Total payable ₹200.00" in shown.paper


def test_a_deemed_export_bears_tax_and_says_what_it_is(owner: Person) -> None:
    supplier(owner)
    invoice = issued_by_form(owner, buyer(owner), deemed_export="on")
    assert (invoice.deemed_export, invoice.total) == (True, 236)
    assert Shown(owner, invoice).everywhere("Deemed export under section 147 of the CGST Act")


@pytest.mark.parametrize(
    ("scheme", "kind", "state"),
    [
        (Scheme.REGULAR, BuyerKind.UNREGISTERED, "29"),
        (Scheme.REGULAR, BuyerKind.SEZ, "29"),
        (Scheme.REGULAR, BuyerKind.OVERSEAS, "96"),
        (Scheme.COMPOSITION, BuyerKind.REGULAR, "29"),
    ],
)
def test_a_deemed_export_to_whom_there_is_none_is_refused_beside_its_box(
    owner: Person, scheme: str, kind: str, state: str
) -> None:
    supplier(owner, scheme=scheme)
    customer = buyer(owner, kind=kind, state_code=state)
    row = {**LAMP} if scheme == Scheme.REGULAR else {k: v for k, v in LAMP.items() if k != "rate"}
    page = owner.client.post(NEW, typed(customer, row, deemed_export="on"))
    assert list(page.context["form"].errors) == ["deemed_export"]
    assert page.context["form"].has_advanced
    assert not Invoice.objects.exists()


def test_a_composition_dealer_gives_a_bill_of_supply_without_a_column_of_tax(owner: Person) -> None:
    supplier(owner, scheme=Scheme.COMPOSITION)
    invoice = issued_by_form(owner, buyer(owner), {k: v for k, v in LAMP.items() if k != "rate"})
    shown = Shown(owner, invoice)
    assert shown.sheet.title == "Bill of supply"
    assert shown.everywhere("Composition taxable person, not eligible to collect tax on supplies")
    assert shown.headings() == set()


def test_who_is_not_registered_gives_an_invoice_without_gstin_and_tax(owner: Person) -> None:
    supplier(owner, scheme=Scheme.UNREGISTERED)
    invoice = issued_by_form(owner, buyer(owner), {k: v for k, v in LAMP.items() if k != "rate"})
    shown = Shown(owner, invoice)
    assert (shown.sheet.title, invoice.total, shown.headings()) == ("Invoice", 200, set())
    assert owner.business.gstin == ""
    assert not any(line.text.startswith("GSTIN") for line in shown.sheet.supplier_lines)


@pytest.mark.parametrize(
    ("reason", "words"), [("exempt", "Exempt"), ("nil", "Nil rated"), ("non_gst", "Outside GST")]
)
def test_what_bears_no_tax_is_a_bill_of_supply_and_says_why_beside_what_does(
    owner: Person, reason: str, words: str
) -> None:
    supplier(owner)
    alone = Shown(owner, issued_by_form(owner, buyer(owner), LAMP | {"rate": reason}))
    assert (alone.sheet.title, alone.headings()) == ("Bill of supply", set())
    assert "SGST" not in alone.page
    mixed = Shown(owner, issued_by_form(owner, buyer(owner), LAMP, LAMP | {"rate": reason}))
    assert (mixed.sheet.title, mixed.headings()) == ("Tax invoice", HEADINGS["CGST+SGST"])
    assert mixed.everywhere(words)


def test_taxed_and_exempt_goods_to_a_buyer_without_gstin_are_an_invoice_cum_bill_of_supply(
    owner: Person,
) -> None:
    supplier(owner)
    customer = buyer(owner, kind=BuyerKind.UNREGISTERED)
    shown = Shown(owner, issued_by_form(owner, customer, LAMP, LAMP | {"rate": "exempt"}))
    assert shown.sheet.title == "Invoice-cum-bill of supply"


@pytest.mark.parametrize(
    ("cess", "amount"), [({"cess_pct": "12"}, 24), ({"cess_per_unit": "4.17"}, Decimal("8.34"))]
)
def test_cess_by_per_cent_and_by_unit_has_a_column_of_its_own(
    owner: Person, cess: dict[str, str], amount: Decimal
) -> None:
    supplier(owner)
    invoice = issued_by_form(owner, buyer(owner), LAMP | cess, **BEFORE_THE_REFORM)
    assert invoice.cess == amount
    assert "Cess ₹" in [column.label for column in Shown(owner, invoice).sheet.lines.columns]
    assert Shown(owner, invoice).everywhere(money(invoice.cess))


@pytest.mark.parametrize(
    ("row", "shown_as", "taxable"),
    [
        ({"discount": "7.5", "discount_kind": "pct"}, "7.5%", 185),
        ({"discount": "15", "discount_kind": "amt"}, "15.00", 185),
    ],
)
def test_a_discount_on_a_line_is_typed_in_per_cent_or_rupees(
    owner: Person, row: dict[str, str], shown_as: str, taxable: int
) -> None:
    supplier(owner)
    invoice = issued_by_form(owner, buyer(owner), LAMP | row)
    assert invoice.taxable == taxable
    assert Shown(owner, invoice).everywhere(shown_as)


def test_a_discount_on_the_whole_and_prices_with_tax_go_together(owner: Person) -> None:
    supplier(owner)
    with_tax = LAMP | {"price": "118", "price_includes_tax": "on"}
    invoice = issued_by_form(owner, buyer(owner), with_tax, doc_discount="36")
    assert (invoice.taxable, invoice.total) == (Decimal("169.50"), 200)
    assert Shown(owner, invoice).on_papers("Discount on the whole, taken off above")
    assert Shown(owner, invoice).everywhere("with tax")


@pytest.mark.parametrize(("round_off", "total"), [("on", 232), ("", Decimal("231.76"))])
def test_rounding_to_the_rupee_is_a_choice_of_each_invoice(
    owner: Person, round_off: str, total: Decimal
) -> None:
    supplier(owner)
    fields = {"round_off": round_off} if round_off else {}
    posted = typed(buyer(owner), LAMP | {"price": "98.20"}, do="issue-confirmed")
    owner.client.post(NEW, {k: v for k, v in posted.items() if k != "round_off"} | fields)
    invoice = Invoice.objects.select_related("business", "customer").get()
    assert invoice.total == total
    assert Shown(owner, invoice).everywhere(money(invoice.total))
    assert Shown(owner, invoice).on_papers("Round-off") is bool(round_off)


def test_freight_is_added_as_a_line_that_bears_the_rate_of_the_goods(owner: Person) -> None:
    supplier(owner)
    customer = buyer(owner)
    page = owner.client.post(NEW, typed(customer, LAMP | {"rate": "5"}, {}, do="add-freight"))
    added = page.context["lines"].forms[1]
    freight = {name: added[name].value() for name in ("description", "hsn", "qty", "unit", "rate")}
    assert freight == {
        "description": "Freight",
        "hsn": "996511",
        "qty": "1",
        "unit": "OTH",
        "rate": "5",
    }
    invoice = issued_by_form(owner, customer, LAMP | {"rate": "5"}, freight | {"price": "100"})
    assert (invoice.taxable, invoice.total) == (300, 315)
    assert invoice.lines.last().is_service
    assert invoice.place_reason.endswith("the registered buyer's address")  # as of goods, which it goes with
    assert Shown(owner, invoice).everywhere("Freight")


def test_freight_can_be_added_first_and_where_no_tax_is_charged(owner: Person) -> None:
    supplier(owner, scheme=Scheme.COMPOSITION)
    page = owner.client.post(NEW, typed(buyer(owner), {}, do="add-freight"))
    assert page.context["lines"].forms[0]["description"].value() == "Freight"
    assert 'id="freight-template"' in page.text
