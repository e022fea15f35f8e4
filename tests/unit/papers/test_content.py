"""What stands on the PDF, read back out of it: what CGST Rule 46 asks for, field by field."""

import dataclasses
from decimal import Decimal

import pytest

from gstbillingapp.actions import invoices, payments
from gstbillingapp.gst.upi import reference, upi_uri
from gstbillingapp.models import BuyerKind, Invoice, Scheme
from gstbillingapp.models.fields import day_text
from gstbillingapp.pdf import fonts
from gstbillingapp.views.invoice_paper import paper_context
from gstbillingapp.views.invoice_sheet import sheet_of
from tests.factories import CustomerFactory, issued, line, paid
from tests.unit.papers.conftest import drawn, many, printed
from tests.unit.screens.people import Person

pytestmark = pytest.mark.once


def fresh(invoice: Invoice) -> Invoice:
    return Invoice.objects.select_related("business", "customer").get(pk=invoice.pk)


def test_it_says_all_that_rule_46_asks_for(owner: Person) -> None:
    business = owner.business
    customer = CustomerFactory(business=business, name="Asha Traders", phone="9845012345")
    stored = issued(
        business,
        line(qty=Decimal("2.5"), unit="KGS", disc_pct=Decimal(10)),
        customer=customer,
        notes="Rear gate",
        terms="No returns",
    )
    said = printed(stored).text
    for words in (
        business.name,
        business.legal_name,
        f"{business.address}, {business.city}, {business.pincode}",
        f"GSTIN {business.gstin}",
        "Tax invoice",
        "Original for recipient",
        f"Number {stored.number}",
        f"Date {day_text(stored.date)}",
        f"Due {day_text(stored.due_date)}",
        "Billed to Asha Traders",
        f"{customer.address}, {customer.city}, {customer.pincode}",
        "9845012345",
        f"GSTIN {customer.gstin}",
        "Place of supply Karnataka (29)",
        "Reverse charge No",
        "# Description HSN/SAC Qty UQC Rate ₹ Disc. Taxable ₹ CGST ₹ SGST ₹ Total ₹",
        "1 LED lamp 8539 2.5 KGS 100.00 10% 225.00 9% 20.25 9% 20.25 265.50",
        "Total 225.00 20.25 20.25 265.50",
        "Total payable ₹266.00",
        "Round-off ₹0.50",
        "Rupees Two Hundred Sixty-Six Only",
        "8539 2.5 KGS 18% 225.00 20.25 20.25 40.50",
        "Account 50200031415926",
        business.upi_id,
        "Scan to pay by UPI ₹266.00",
        "Authorised signatory",
        "Rear gate",
        "No returns",
        "Page 1 of 1",
    ):
        assert words in said, (words, said)


def test_it_says_of_itself_what_it_is_and_whose(owner: Person) -> None:
    stored = issued(owner.business)
    about = printed(stored).reader.metadata
    assert about is not None
    assert about.title == f"Tax invoice {stored.number}"
    assert about.author == owner.business.name
    assert about.subject == stored.party


def test_every_word_of_the_printed_page_is_in_the_file(owner: Person) -> None:
    owner.business.lut_number = "AD290426001372K"
    owner.business.signatory = "Asha Rao"
    owner.business.save()
    buyer = CustomerFactory(
        business=owner.business,
        state_code="33",
        ship_name="Site",
        ship_address="Plot 7",
        ship_state_code="27",
    )
    terms = {"cess_pct": Decimal(12), "disc_amt": Decimal(3)}
    stored = issued(owner.business, *many(3, **terms), customer=buyer, doc_discount=Decimal(20), rcm=True)
    paid(stored, "50")
    said, context = printed(stored).text, paper_context(fresh(stored))
    words = [context["title"], *context["declarations"], context["words"]]
    words += [value for _, value in context["facts"]]
    for row in [*context["lines"], *context["hsn_rows"]]:
        words += [str(value) for value in row.values() if isinstance(value, str)]
        words += [part for cell in row["cells"] for part in cell.values()]
    words += [part for row in context["totals"] for part in (row.label, row.value)]
    words += ["Site", "Plot 7", "Maharashtra (27)", "Asha Rao", "Balance due", "Paid ₹50.00"]
    assert [word for word in words if word not in said] == []


def test_between_states_it_has_igst_alone(owner: Person) -> None:
    said = printed(
        issued(owner.business, customer=CustomerFactory(business=owner.business, state_code="33"))
    ).text
    assert "IGST ₹ Total ₹" in said
    assert "18% 18.00 118.00" in said
    assert "CGST" not in said


def test_a_composition_dealer_gives_a_bill_of_supply_without_tax(owner: Person) -> None:
    owner.business.scheme = Scheme.COMPOSITION
    owner.business.save()
    said = printed(issued(owner.business, line(rate=None))).text
    assert "Bill of supply" in said
    assert "Composition taxable person, not eligible to collect tax on supplies" in said
    assert "GST ₹" not in said


def test_an_export_under_lut_says_so(owner: Person) -> None:
    owner.business.lut_number = "AD290426001372K"
    owner.business.save()
    buyer = CustomerFactory(
        business=owner.business, kind=BuyerKind.OVERSEAS, state_code="96", city="Colombo", country="Sri Lanka"
    )
    said = printed(issued(owner.business, customer=buyer, zero_rated=True)).text
    for words in (
        "Supply meant for export under bond or letter of undertaking without payment of integrated tax",
        "LUT AD290426001372K",
        "Place of supply Outside India (96)",
        "Country of destination Sri Lanka",
        f"Billed to {buyer.name} {buyer.address}, Colombo, {buyer.pincode} Sri Lanka",
    ):
        assert words in said, (words, said)


def test_an_issued_export_keeps_the_country_it_went_to(owner: Person) -> None:
    buyer = CustomerFactory(
        business=owner.business, kind=BuyerKind.OVERSEAS, state_code="96", country="Nepal"
    )
    stored = issued(owner.business, customer=buyer)
    type(buyer).objects.update(country="Bhutan")
    assert "Country of destination Nepal" in printed(stored).text


def test_nothing_is_said_of_a_country_where_goods_stay_in_india(owner: Person) -> None:
    assert "Country" not in printed(issued(owner.business)).text


def test_reverse_charge_and_lines_without_tax_are_said(owner: Person) -> None:
    lines = line(), line(description="Jute bag", rate=None, supply="exempt")
    said = printed(issued(owner.business, *lines, rcm=True)).text
    assert "Reverse charge Yes" in said
    assert "Tax is payable on reverse charge" in said
    assert "Exempt" in said


def test_a_cancelled_one_says_so_across_every_page_and_cannot_be_paid(owner: Person) -> None:
    stored = issued(owner.business, *many(60))
    assert "CANCELLED" not in printed(stored).text
    invoices.cancel(owner.business, None, stored.pk, "Twice")
    paper = printed(stored)
    assert len(paper.pages) > 1
    assert all("CANCELLED" in page for page in paper.pages)
    assert paper.codes() == []


def test_the_qr_code_pays_the_balance_by_upi_and_is_gone_when_it_is_paid(owner: Person) -> None:
    stored = issued(owner.business)
    paid(stored, "18")
    paper = printed(stored)
    pays = {"amount": Decimal(100), "note": stored.number, "ref": reference(stored.number)}
    link = upi_uri(owner.business.upi_id, owner.business.name, **pays)
    assert paper.codes() == [link]
    [tap] = [note.get_object()["/A"]["/URI"] for note in paper.reader.pages[0]["/Annots"]]
    assert tap == link
    paid(stored, "100")
    assert printed(stored).codes() == []


@pytest.mark.parametrize(
    "name",
    [
        "शर्मा विद्युत ट्रेडर्स एवं क्षेत्रीय सेवा केंद्र",
        "শর্মা অ্যান্ড সন্স",
        "ਪੰਜਾਬ ਟਰੇਡਰਜ਼",
        "શ્રી કૃષ્ણ ટ્રેડર્સ",
        "ଓଡ଼ିଶା ଟ୍ରେଡର୍ସ",
        "சென்னை வணிகர்கள்",
        "తెలుగు ట్రేడర్స్",
        "ಕನ್ನಡ ಟ್ರೇಡರ್ಸ್",
        "മലയാളം ട്രേഡേഴ്സ്",
        "Björk & Łukasz Žižek, Zürich",
    ],
)
def test_names_in_the_scripts_of_india_can_be_read_and_searched(name: str, owner: Person) -> None:
    paper = printed(issued(owner.business, customer=CustomerFactory(business=owner.business, name=name)))
    said = paper.text.replace(" ", "")
    missing = [word for word in name.split() if word not in said]
    # Where a vowel is written before its consonant, readers differ in the order they give the letters back.
    assert len(missing) <= len(name.split()) // 2, (missing, paper.text)
    assert paper.reader.metadata.subject == name
    used = paper.reader.pages[0]["/Resources"]["/Font"].values()
    names = [str(font.get_object()["/BaseFont"]) for font in used]
    assert any("Noto" in font for font in names) is bool(fonts.scripts_of(name)), names


def test_a_letter_that_no_font_has_is_a_box_and_no_error(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="株式会社 🙂 Tokyo")
    assert "Tokyo" in printed(issued(owner.business, customer=customer)).text


def test_what_would_turn_the_order_of_letters_is_not_printed(owner: Person) -> None:
    sheet = sheet_of(fresh(issued(owner.business)))
    turned = "Lamp \u202e00.001\u202c \u2066x\u2069\u200b\x07"
    assert "Lamp 00.001 x" in drawn(dataclasses.replace(sheet, signatory=turned, notes=turned)).text


def test_the_digest_follows_what_is_printed_and_nothing_else(owner: Person) -> None:
    stored = issued(owner.business)
    before = sheet_of(fresh(stored)).digest()
    owner.business.name = "New name"
    owner.business.save()
    assert sheet_of(fresh(stored)).digest() == before, "an issued invoice says what it said"
    first = paid(stored, "18")
    after = sheet_of(fresh(stored)).digest()
    assert after != before
    payments.reverse(owner.business, None, first.pk, "Bounced")
    assert sheet_of(fresh(stored)).digest() == before
    invoices.cancel(owner.business, None, stored.pk, "Twice")
    assert sheet_of(fresh(stored)).digest() not in (before, after)


def test_every_field_of_the_sheet_is_in_its_digest(owner: Person) -> None:
    sheet = sheet_of(fresh(issued(owner.business)))
    others = {
        field.name: dataclasses.replace(sheet, **{field.name: "other"}).digest()
        for field in dataclasses.fields(sheet)
    }
    assert sheet.digest() not in others.values()
    assert len(set(others.values())) == len(others)


def test_the_same_words_make_the_same_pages(owner: Person) -> None:
    sheet = sheet_of(fresh(issued(owner.business)))
    assert drawn(sheet).pages == drawn(sheet).pages
