"""GSTR-1 from documents: each section with the portal's names, and nothing lost between them."""

import datetime
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gstbillingapp.gst import portal_json
from gstbillingapp.gst.gstr1 import as_json, gstr1
from gstbillingapp.gst.outward import (
    Advance,
    Amounts,
    Nature,
    NumberRange,
    OutwardDocument,
    SupplyLine,
    Treatment,
    parts_of,
    total_of,
)
from gstbillingapp.gst.returns import Document, Period, Section

OCTOBER = Period.month(2026, 10)
OURS, THEIRS = "29AAACO1234C1ZR", "29AABCT1332L1ZT"
DAY = datetime.date(2026, 10, 9)


def d(text: str) -> Decimal:
    return Decimal(text)


def line(taxable: str = "1000.00", rate: str = "18", *, intra: bool = True, **terms) -> SupplyLine:
    """Goods with the tax that the rate makes of the value."""
    tax = (d(taxable) * d(rate) / 100).quantize(d("0.01"))
    half = tax / 2
    amounts = Amounts(d(taxable), cgst=half, sgst=half) if intra else Amounts(d(taxable), igst=tax)
    said = {"hsn": "8544", "description": "Copper wire", "unit": "MTR", "qty": d("10"), **terms}
    return SupplyLine(rate=d(rate), amounts=amounts, **said)


def bare(treatment: Treatment, taxable: str = "500.00") -> SupplyLine:
    return SupplyLine(
        rate=d("0"), amounts=Amounts(d(taxable)), treatment=treatment, hsn="4901", unit="NOS", qty=d("1")
    )


def document(*lines: SupplyLine, **terms) -> OutwardDocument:
    """An invoice to a consumer in the same state."""
    intra = terms.setdefault("intra", True)
    said = {"number": "INV/26-27/0001", "date": DAY, "place": "29" if intra else "33", **terms}
    rows = lines or (line(intra=intra),)
    total = total_of(each.amounts for each in rows)
    return OutwardDocument(lines=rows, **{"value": total.taxable + total.tax, **said})


def returned(*documents: OutwardDocument, **more) -> dict:
    return as_json(gstr1(OURS, OCTOBER, documents, **more))


def test_an_empty_period_has_a_head_and_no_section():
    assert returned() == {"gstin": OURS, "fp": "102026", "version": "GST3.0.4", "hash": "hash"}


def test_a_sale_to_a_registered_buyer_is_told_by_rate():
    sale = document(line("1000.00"), line("200.00"), line("300.00", "5"), buyer_gstin=THEIRS, rcm=True)
    [buyer] = returned(sale)["b2b"]
    assert buyer == {
        "ctin": THEIRS,
        "inv": [
            {
                "inum": "INV/26-27/0001",
                "idt": "09-10-2026",
                "val": d("1731.00"),
                "pos": "29",
                "rchrg": "Y",
                "inv_typ": "R",
                "itms": [
                    {"num": 1, "itm_det": items(5, "300.00", camt="7.50", samt="7.50")},
                    {"num": 2, "itm_det": items(18, "1200.00", camt="108.00", samt="108.00")},
                ],
            }
        ],
    }


def items(rate: int, taxable: str, **tax: str) -> dict:
    amounts = {name: d(amount) for name, amount in tax.items()}
    return {"rt": rate, "txval": d(taxable), **amounts, "csamt": d("0.00")}


@pytest.mark.parametrize(
    ("terms", "kind"),
    [
        ({"sez": True, "with_payment": True}, "SEWP"),
        ({"sez": True}, "SEWOP"),
        ({"deemed_export": True}, "DE"),
        ({}, "R"),
    ],
)
def test_what_a_registered_buyer_is_decides_the_type(terms, kind):
    sale = document(line(intra=False), intra=False, buyer_gstin=THEIRS, **terms)
    assert returned(sale)["b2b"][0]["inv"][0]["inv_typ"] == kind


def test_the_invoices_of_one_buyer_stand_together_in_their_order():
    sales = [
        document(number=number, buyer_gstin=buyer)
        for number, buyer in (("A1", THEIRS), ("A2", OURS), ("A3", THEIRS))
    ]
    found = {buyer["ctin"]: [each["inum"] for each in buyer["inv"]] for buyer in returned(*sales)["b2b"]}
    assert found == {OURS: ["A2"], THEIRS: ["A1", "A3"]}


@pytest.mark.parametrize(("value", "section"), [("100000.00", "b2cs"), ("100000.01", "b2cl")])
def test_a_consumer_in_another_state_is_told_of_by_itself_above_a_lakh(value, section):
    sale = document(line("84745.77", intra=False), intra=False, value=d(value))
    found = returned(sale)
    assert set(found) & {"b2cs", "b2cl"} == {section}


def test_before_august_2024_the_limit_is_two_and_a_half_lakh():
    sale = document(line("200000.00", intra=False), intra=False, date=datetime.date(2024, 7, 31))
    assert "b2cs" in returned(sale)


def test_a_large_sale_to_a_consumer_is_told_by_state():
    sale = document(line("100000.00", intra=False), intra=False)
    [state] = returned(sale)["b2cl"]
    assert state["pos"] == "33"
    [invoice] = state["inv"]
    assert invoice["itms"] == [{"num": 1, "itm_det": items(18, "100000.00", iamt="18000.00")}]
    assert "rchrg" not in invoice


def test_small_sales_to_consumers_are_one_row_for_each_state_and_rate():
    found = returned(
        document(),
        document(line("500.00"), line("100.00", "5")),
        document(line("700.00", intra=False), intra=False),
    )["b2cs"]
    assert [(row["sply_ty"], row["pos"], row["rt"], row["txval"]) for row in found] == [
        ("INTRA", "29", 5, d("100.00")),
        ("INTRA", "29", 18, d("1500.00")),
        ("INTER", "33", 18, d("700.00")),
    ]
    assert found[2] == {
        "sply_ty": "INTER",
        "pos": "33",
        "typ": "OE",
        "rt": 18,
        "txval": d("700.00"),
        "iamt": d("126.00"),
        "csamt": d("0.00"),
    }


@pytest.mark.parametrize(("with_payment", "kind"), [(True, "WPAY"), (False, "WOPAY")])
def test_an_export_is_told_with_its_lines_flat_even_where_they_bear_no_tax(with_payment, kind):
    lines = (line(intra=False), bare(Treatment.NIL))
    sale = document(*lines, intra=False, place="96", export=True, with_payment=with_payment)
    found = returned(sale)
    assert "nil" not in found
    [group] = found["exp"]
    assert group["exp_typ"] == kind
    assert [item["txval"] for item in group["inv"][0]["itms"]] == [d("500.00"), d("1000.00")]
    assert set(group["inv"][0]["itms"][0]) == {"rt", "txval", "iamt", "csamt"}


def test_what_bears_no_tax_is_told_apart_from_the_rest_of_its_invoice():
    lines = (line(), bare(Treatment.EXEMPT), bare(Treatment.NIL, "70.00"), bare(Treatment.NON_GST, "9.00"))
    found = returned(document(*lines, buyer_gstin=THEIRS))
    assert found["b2b"][0]["inv"][0]["itms"][0]["itm_det"]["txval"] == d("1000.00")
    assert found["b2b"][0]["inv"][0]["val"] == d("1759.00")
    assert found["nil"]["inv"] == [
        {
            "sply_ty": "INTRAB2B",
            "expt_amt": d("500.00"),
            "nil_amt": d("70.00"),
            "ngsup_amt": d("9.00"),
        }
    ]


@pytest.mark.parametrize(
    ("intra", "buyer", "kind"),
    [
        (False, THEIRS, "INTRB2B"),
        (True, THEIRS, "INTRAB2B"),
        (False, "", "INTRB2C"),
        (True, "", "INTRAB2C"),
    ],
)
def test_what_bears_no_tax_is_told_by_who_buys_and_where(intra, buyer, kind):
    found = returned(document(bare(Treatment.NIL), intra=intra, buyer_gstin=buyer))
    assert [row["sply_ty"] for row in found["nil"]["inv"]] == [kind]


def note(doc: Document, *lines: SupplyLine, **terms) -> OutwardDocument:
    return document(*lines, doc=doc, number="CN/26-27/0001", original_date=DAY, **terms)


@pytest.mark.parametrize(("doc", "letter"), [(Document.CREDIT_NOTE, "C"), (Document.DEBIT_NOTE, "D")])
def test_a_note_to_a_registered_buyer_is_told_by_itself_and_positive(doc, letter):
    [buyer] = returned(note(doc, buyer_gstin=THEIRS))["cdnr"]
    [told] = buyer["nt"]
    assert (told["ntty"], told["nt_num"], told["nt_dt"]) == (letter, "CN/26-27/0001", "09-10-2026")
    assert (told["val"], told["itms"][0]["itm_det"]["txval"]) == (d("1180.00"), d("1000.00"))
    assert (told["rchrg"], told["inv_typ"], told["pos"]) == ("N", "R", "29")


def test_a_note_goes_where_its_invoice_went_by_that_ones_value():
    small = note(Document.CREDIT_NOTE, line("10.00", intra=False), intra=False, original_value=d("100000.01"))
    [told] = returned(small)["cdnur"]
    assert (told["typ"], told["ntty"], told["pos"]) == ("B2CL", "C", "33")


def test_a_note_on_an_export_names_no_place():
    credit = note(
        Document.CREDIT_NOTE, line(intra=False), intra=False, export=True, place="96", with_payment=True
    )
    [told] = returned(credit)["cdnur"]
    assert told["typ"] == "EXPWP"
    assert "pos" not in told


def test_a_note_on_a_small_sale_or_on_what_bears_no_tax_is_netted_there():
    found = returned(
        document(line(), bare(Treatment.NIL)),
        note(Document.CREDIT_NOTE, line("300.00"), bare(Treatment.NIL, "100.00"), original_value=d("1680")),
        note(Document.DEBIT_NOTE, line("20.00"), original_value=d("1680")),
    )
    assert [row["txval"] for row in found["b2cs"]] == [d("720.00")]
    assert found["b2cs"][0]["camt"] == d("64.80")
    assert found["nil"]["inv"][0]["nil_amt"] == d("400.00")


def test_advances_are_told_by_state_and_rate_without_their_tax():
    terms = {"number": "RV/1", "date": DAY, "place": "29", "intra": True}
    both = [
        Advance(rate=d("18"), amounts=Amounts(d("100.00"), cgst=d("9.00"), sgst=d("9.00")), **terms),
        Advance(rate=d("18"), amounts=Amounts(d("50.00"), cgst=d("4.50"), sgst=d("4.50")), **terms),
        Advance(
            rate=d("5"),
            amounts=Amounts(d("200.00"), igst=d("10.00")),
            doc=Document.ADVANCE_ADJUSTED,
            **terms | {"place": "33", "intra": False},
        ),
    ]
    found = returned(advances=both)
    assert found["at"] == [
        {
            "pos": "29",
            "sply_ty": "INTRA",
            "itms": [
                {
                    "rt": 18,
                    "ad_amt": d("150.00"),
                    "camt": d("13.50"),
                    "samt": d("13.50"),
                    "csamt": d("0.00"),
                }
            ],
        }
    ]
    assert [(row["pos"], row["sply_ty"]) for row in found["txpd"]] == [("33", "INTER")]
    assert found["txpd"][0]["itms"][0]["iamt"] == d("10.00")


def test_the_hsn_summary_has_businesses_and_others_apart_and_takes_notes_off():
    found = returned(
        document(line(qty=d("10.126")), buyer_gstin=THEIRS),
        note(Document.CREDIT_NOTE, line("400.00", qty=d("4")), buyer_gstin=THEIRS),
        document(line("70.00", description="")),
    )["hsn"]
    [ours] = found["hsn_b2b"]
    assert (ours["num"], ours["hsn_sc"], ours["uqc"], ours["rt"]) == (1, "8544", "MTR", 18)
    assert (ours["qty"], ours["txval"], ours["camt"], ours["iamt"]) == (
        d("6.13"),
        d("600.00"),
        d("54.00"),
        d("0.00"),
    )
    assert [row["txval"] for row in found["hsn_b2c"]] == [d("70.00")]


def test_what_has_no_hsn_is_in_its_section_and_in_no_row_of_table_12():
    sales = document(line("100.00", hsn=""), line("50.00")), document(line("70.00", hsn=""), number="INV/2")
    found = returned(*sales)
    assert {name: [row["hsn_sc"] for row in rows] for name, rows in found["hsn"].items()} == {
        "hsn_b2c": ["8544"]
    }
    assert sum(row["txval"] for row in found["b2cs"]) == d("220.00")
    assert "hsn" not in returned(document(line(hsn="")))


def test_a_service_has_no_quantity_in_the_hsn_summary():
    [row] = returned(document(line(hsn="998729", unit="OTH")))["hsn"]["hsn_b2c"]
    assert (row["uqc"], row["qty"]) == ("NA", d("0.00"))


def test_numbers_are_told_by_kind_with_what_was_cancelled():
    ranges = [
        NumberRange(nature=Nature.CREDIT_NOTE, first="CN/1", last="CN/2", total=2, cancelled=0),
        NumberRange(nature=Nature.INVOICE, first="INV/1", last="INV/9", total=9, cancelled=2),
        NumberRange(nature=Nature.INVOICE, first="X/1", last="X/1", total=1, cancelled=0),
    ]
    invoices, notes = returned(ranges=ranges)["doc_issue"]["doc_det"]
    assert (invoices["doc_num"], notes["doc_num"]) == (1, 5)
    assert invoices["docs"] == [
        {"num": 1, "from": "INV/1", "to": "INV/9", "totnum": 9, "cancel": 2, "net_issue": 7},
        {"num": 2, "from": "X/1", "to": "X/1", "totnum": 1, "cancel": 0, "net_issue": 1},
    ]


def test_a_union_territory_without_a_legislature_travels_in_samt():
    sale = document(place="04", buyer_gstin=THEIRS)
    assert returned(sale)["b2b"][0]["inv"][0]["itms"][0]["itm_det"]["samt"] == d("90.00")


def test_amounts_are_written_from_their_digits():
    text = portal_json.dumps(
        {"a": d("0.1") + d("0.2"), "b": [d("120000000.07"), 18, d("0.25"), d("-0.005")], "c": 'क"'}
    )
    assert text == '{"a":0.30,"b":[120000000.07,18,0.25,-0.01],"c":"क\\""}'
    assert json.loads(text, parse_float=Decimal)["b"][0] == d("120000000.07")


def test_what_has_no_place_in_a_return_is_refused():
    with pytest.raises(TypeError, match="float"):
        portal_json.dumps({"val": 0.1})


def lines_at_random() -> st.SearchStrategy[SupplyLine]:
    paise = st.integers(1, 10**9).map(lambda number: Decimal(number) / 100)
    taxed = st.builds(
        lambda taxable, rate: line(str(taxable), rate), paise, st.sampled_from(["5", "18", "40"])
    )
    untaxed = st.builds(
        lambda taxable, treatment: bare(treatment, str(taxable)),
        paise,
        st.sampled_from([Treatment.EXEMPT, Treatment.NIL, Treatment.NON_GST]),
    )
    return taxed | untaxed


def documents_at_random() -> st.SearchStrategy[OutwardDocument]:
    return st.builds(
        lambda rows, doc, buyer, export, intra: document(
            *rows, doc=doc, buyer_gstin="" if export else buyer, export=export, intra=intra and not export
        ),
        st.lists(lines_at_random(), min_size=1, max_size=4),
        st.sampled_from([Document.INVOICE, Document.CREDIT_NOTE, Document.DEBIT_NOTE]),
        st.sampled_from(["", THEIRS]),
        st.booleans(),
        st.booleans(),
    )


@given(st.lists(documents_at_random(), max_size=8))
def test_every_rupee_of_every_document_is_in_one_section_and_in_the_hsn_summary(documents):
    found = gstr1(OURS, OCTOBER, documents)
    expected = total_of(each.signed(total_of(row.amounts for row in each.lines)) for each in documents)
    assert total_of(found.amounts(section) for section in Section) == expected
    assert total_of(row.amounts for row in [*found.hsn_b2b, *found.hsn_b2c]) == expected
    for each in documents:
        assert sorted(map(id, each.lines)) == sorted(id(row) for part in parts_of(each) for row in part.lines)
