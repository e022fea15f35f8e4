"""GSTR-3B: which row a supply or a purchase goes to, and in which order credit pays."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gstbillingapp.gst.gstr3b import Credit, Inward, Pair, as_json, gstr3b, set_off
from gstbillingapp.gst.outward import NOTHING, Advance, Amounts, Treatment
from gstbillingapp.gst.returns import Document
from tests.unit.gst.test_gstr1 import DAY, OCTOBER, OURS, THEIRS, bare, d, document, line, note


def summed(*documents, **more):
    return gstr3b(OURS, OCTOBER, documents, **more)


def test_outward_supplies_are_told_by_how_they_are_taxed():
    found = summed(
        document(line("1000.00"), bare(Treatment.NIL), bare(Treatment.NON_GST, "9.00"), buyer_gstin=THEIRS),
        document(line("300.00", intra=False), intra=False, sez=True, with_payment=True, buyer_gstin=THEIRS),
        document(line("200.00", "0", intra=False), intra=False, export=True),
    )
    assert found.taxable == Amounts(d("1000.00"), cgst=d("90.00"), sgst=d("90.00"))
    assert (found.zero_rated.taxable, found.zero_rated.igst) == (d("500.00"), d("54.00"))
    assert (found.exempt.taxable, found.non_gst.taxable) == (d("500.00"), d("9.00"))


def test_what_the_buyer_pays_the_tax_on_is_left_out():
    found = summed(document(buyer_gstin=THEIRS, rcm=True))
    assert found.taxable == NOTHING
    assert found.left_out.taxable == d("1000.00")


def test_notes_count_with_their_sign_and_advances_until_they_are_set_off():
    terms = {"number": "RV/1", "date": DAY, "place": "29", "intra": True, "rate": d("18")}
    advances = [
        Advance(amounts=Amounts(d("100.00"), cgst=d("9.00"), sgst=d("9.00")), **terms),
        Advance(
            amounts=Amounts(d("30.00"), cgst=d("2.70"), sgst=d("2.70")),
            doc=Document.ADVANCE_ADJUSTED,
            **terms,
        ),
    ]
    found = summed(
        document(),
        note(Document.CREDIT_NOTE, line("400.00")),
        note(Document.DEBIT_NOTE, line("10.00")),
        advances=advances,
    )
    assert found.taxable == Amounts(d("680.00"), cgst=d("61.20"), sgst=d("61.20"))


def test_consumers_in_other_states_are_told_by_state():
    found = summed(
        document(line("300.00", intra=False), intra=False),
        document(line("150000.00", intra=False), intra=False, place="32"),
        note(Document.CREDIT_NOTE, line("100.00", intra=False), intra=False),
        document(line("700.00", intra=False), intra=False, buyer_gstin=THEIRS),
    )
    assert {place: amounts.taxable for place, amounts in found.to_unregistered.items()} == {
        "33": d("200.00"),
        "32": d("150000.00"),
    }


def test_credit_is_told_by_source_and_what_may_not_be_used_is_taken_off():
    ten = Amounts(d("100.00"), cgst=d("5.00"), sgst=d("5.00"))
    found = summed(
        inward=[
            Inward(amounts=ten, intra=True),
            Inward(amounts=ten, intra=True, rcm=True),
            Inward(amounts=ten, intra=True, eligible=False),
            Inward(amounts=ten, intra=True, sign=-1),
            Inward(amounts=Amounts(d("100.00"), igst=d("18.00")), intra=False, source=Credit.IMPORT_OF_GOODS),
        ]
    )
    assert (found.credit[Credit.OTHER].cgst, found.ineligible.cgst, found.reversed.cgst) == (10, 5, 5)
    assert found.credit[Credit.REVERSE_CHARGE].cgst == found.reverse_charge.cgst == d("5.00")
    assert found.credit[Credit.IMPORT_OF_GOODS].igst == d("18.00")
    assert found.net_credit == Amounts(d("200.00"), d("18.00"), d("5.00"), d("5.00"))


def test_what_is_denied_and_what_is_given_back_have_rows_of_their_own():
    ten = Amounts(d("100.00"), cgst=d("5.00"), sgst=d("5.00"))
    found = summed(
        inward=[
            Inward(amounts=ten, intra=True, claimed=False, denied=True),
            Inward(amounts=ten, intra=True, sign=-1),
            Inward(amounts=ten, intra=True, eligible=False, sign=-1),
            Inward(amounts=ten, intra=True, rcm=True, sign=-1),
        ]
    )
    assert (found.credit, found.reverse_charge.cgst, found.net_credit.cgst) == ({}, d("-5.00"), d("-10.00"))
    told = as_json(found)["itc_elg"]
    assert [row["camt"] for row in told["itc_rev"]] == [0, d("10.00")]
    assert [row["camt"] for row in told["itc_inelg"]] == [0, d("5.00")]


def test_purchases_without_tax_give_no_credit_and_stand_in_table_5():
    value = Amounts(d("70.00"))
    found = summed(
        inward=[
            Inward(amounts=value, intra=True, treatment=Treatment.EXEMPT),
            Inward(amounts=value, intra=False, treatment=Treatment.NIL),
            Inward(amounts=value, intra=False, treatment=Treatment.NON_GST),
        ]
    )
    assert found.credit == {}
    assert found.exempt_inward == Pair(inter=d("70.00"), intra=d("70.00"))
    assert found.non_gst_inward == Pair(inter=d("70.00"))


def test_the_file_has_the_portals_names():
    found = as_json(summed(document(line("300.00", intra=False), intra=False)))
    assert (found["gstin"], found["ret_period"]) == (OURS, "102026")
    assert found["sup_details"]["osup_det"] == {
        "txval": d("300.00"),
        "iamt": d("54.00"),
        "camt": d("0.00"),
        "samt": d("0.00"),
        "csamt": d("0.00"),
    }
    assert found["inter_sup"]["unreg_details"] == [{"pos": "33", "txval": d("300.00"), "iamt": d("54.00")}]
    assert [row["ty"] for row in found["itc_elg"]["itc_avl"]] == ["IMPG", "IMPS", "ISRC", "ISD", "OTH"]


def amounts(igst: str, cgst: str = "0", sgst: str = "0", cess: str = "0") -> Amounts:
    return Amounts(d("0.00"), d(igst), d(cgst), d(sgst), d(cess))


@pytest.mark.parametrize(
    ("owed", "credit", "cash"),
    [
        # IGST credit of 100: 40 for IGST, then where own credit falls short, 10 for CGST and 50 of SGST's 60
        (amounts("40", "30", "60"), amounts("100", "20", "0"), ["0", "0", "10", "0"]),
        # CGST credit pays CGST, then IGST; SGST is left alone
        (amounts("40", "30", "60"), amounts("0", "100", "0"), ["0", "0", "60", "0"]),
        # SGST credit never pays CGST
        (amounts("0", "30", "60"), amounts("0", "0", "100"), ["0", "30", "0", "0"]),
        # IGST credit is used up on CGST and SGST before theirs is (s.49A)
        (amounts("0", "50", "50"), amounts("60", "50", "50"), ["0", "0", "0", "0"]),
        (amounts("10", "0", "0", "7"), amounts("0", "0", "0", "5"), ["10", "0", "0", "2"]),
    ],
)
def test_credit_pays_in_the_order_of_the_law(owed, credit, cash):
    assert [row.cash for row in set_off(owed, credit)] == [Decimal(text) for text in cash]


def test_igst_credit_goes_first_even_where_own_credit_would_do():
    igst, cgst, sgst, _ = set_off(amounts("0", "50", "50"), amounts("60", "50", "50"))
    assert cgst.by_igst + sgst.by_igst == d("60")
    assert igst.cash == cgst.cash == sgst.cash == 0


ANY = st.integers(0, 10**7).map(lambda paise: Decimal(paise) / 100)
OWED = st.builds(Amounts, st.just(d("0.00")), ANY, ANY, ANY, ANY)


@given(OWED, OWED)
def test_nothing_is_paid_twice_and_no_credit_is_spent_that_is_not_there(owed, credit):
    rows = set_off(owed, credit)
    for row in rows:
        assert min(row.by_igst, row.by_cgst, row.by_sgst, row.by_cess, row.cash) >= 0
    assert sum(row.by_igst for row in rows) <= credit.igst
    assert sum(row.by_cgst for row in rows) <= credit.cgst
    assert sum(row.by_sgst for row in rows) <= credit.sgst
    igst, cgst, sgst, _ = rows
    assert (cgst.by_sgst, sgst.by_cgst) == (0, 0)
    # as long as anything else is owed in cash, no credit that could have paid it is left
    if igst.cash or cgst.cash or sgst.cash:
        assert sum(row.by_igst for row in rows) == min(credit.igst, owed.igst + owed.cgst + owed.sgst)
