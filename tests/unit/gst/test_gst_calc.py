"""Totals: what the vectors leave open."""

from dataclasses import replace
from decimal import Context, Decimal, localcontext

import pytest

from gstbillingapp.gst.calc import DocumentInput, LineInput, TaxMode, compute, problems, spread, tax_mode
from gstbillingapp.gst.errors import InputError

D = Decimal
ONE_LINE = LineInput(qty=D(1), price=D(1000), rate=D(18))


def document(*lines: LineInput, **given: object) -> DocumentInput:
    """Maharashtra to Maharashtra unless said otherwise."""
    return DocumentInput(**{"supplier_state": "27", "place_of_supply": "27", "lines": lines, **given})


def error_of(given: DocumentInput) -> InputError:
    with pytest.raises(InputError) as caught:
        compute(given)
    return caught.value


def test_a_discount_in_rupees_comes_off_the_line_once() -> None:
    line = LineInput(qty=D(3), price=D("33.33"), rate=D(18), disc_amt=D("9.99"))
    assert compute(document(line)).lines[0].taxable == D("90.00")


def test_a_discount_in_per_cent_is_rounded_together_with_the_amount() -> None:
    # 3 × 0.33 = 0.99; less 50 % is 0.495, which is 0.50; rounding the discount first would give 0.49
    line = LineInput(qty=D(3), price=D("0.33"), rate=D(0), disc_pct=D(50))
    assert compute(document(line)).lines[0].taxable == D("0.50")


def test_cess_is_a_component_of_an_inclusive_price() -> None:
    # 140 = 100 + 14 + 14 + 12
    line = LineInput(qty=D(1), price=D(140), rate=D(28), cess_pct=D(12))
    found = compute(document(line, inclusive=True)).lines[0]
    assert (found.taxable, found.cgst, found.sgst, found.cess) == (D(100), D(14), D(14), D(12))


def test_cess_by_quantity_comes_off_an_inclusive_price_before_the_per_cents() -> None:
    # 2 × 145 = 290; 2 × 20 of it is cess; 250 contains 25 %
    line = LineInput(qty=D(2), price=D(145), rate=D(25), cess_per_unit=D(20))
    found = compute(document(line, inclusive=True, place_of_supply="29")).lines[0]
    assert (found.taxable, found.igst, found.cess, found.total) == (D(200), D(50), D(40), D(290))


def test_a_document_discount_comes_off_inclusive_prices_before_tax_is_taken_out() -> None:
    lines = (LineInput(qty=D(1), price=D(118), rate=D(18)), LineInput(qty=D(1), price=D(118), rate=D(18)))
    result = compute(document(*lines, inclusive=True, doc_disc=D("118.00"), place_of_supply="29"))
    assert (result.taxable, result.igst, result.total) == (D(100), D(18), D(118))


def test_lines_with_and_without_tax_in_the_price_stand_in_one_document() -> None:
    lines = (
        LineInput(qty=D(1), price=D(118), rate=D(18), inclusive=True),
        LineInput(qty=D(1), price=D(100), rate=D(18)),
    )
    assert [line.taxable for line in compute(document(*lines)).lines] == [D(100), D(100)]


def test_freight_is_taxed_like_any_line() -> None:
    result = compute(document(ONE_LINE, LineInput(qty=D(1), price=D(100), rate=D(18))))
    assert result.total == D(1298)


def test_an_exempt_line_bears_neither_tax_nor_cess_whatever_its_rate() -> None:
    line = LineInput(qty=D(1), price=D(100), rate=D(18), cess_pct=D(12), cess_per_unit=D(5), exempt=True)
    assert compute(document(line)).tax == 0


def test_an_export_with_payment_of_tax_bears_igst() -> None:
    result = compute(document(ONE_LINE, export=True, place_of_supply="96"))
    assert (result.mode, result.igst, result.total) == (TaxMode.IGST, D(180), D(1180))


def test_an_sez_supply_under_lut_bears_no_tax_and_is_inter_state() -> None:
    result = compute(document(ONE_LINE, sez=True, zero_rated=True))
    assert (result.mode, result.tax, result.total) == (TaxMode.IGST, 0, D(1000))


def test_a_composition_dealer_charges_no_tax_even_on_a_line_with_a_rate() -> None:
    result = compute(document(ONE_LINE, composition=True))
    assert (result.mode, result.tax, result.total) == (TaxMode.NONE, 0, D(1000))


def test_an_unregistered_business_charges_no_tax() -> None:
    assert compute(document(ONE_LINE, registered=False)).mode is TaxMode.NONE


def test_reverse_charge_leaves_cess_out_of_the_payable_too() -> None:
    result = compute(document(replace(ONE_LINE, cess_pct=D(10)), rcm=True))
    assert (result.cess, result.tax, result.total) == (D(100), D(280), D(1000))


def test_without_rounding_the_payable_keeps_its_paise() -> None:
    result = compute(document(LineInput(qty=D(1), price=D("10.40")), round_off=False))
    assert (result.round_off, result.total) == (D(0), D("10.40"))


@pytest.mark.parametrize("code", ["04", "26", "31", "35", "38", "97"])
def test_a_territory_without_a_legislature_levies_utgst(code: str) -> None:
    mode = tax_mode(code, code)
    assert (mode, mode.state_tax_label) == (TaxMode.CGST_UTGST, "UTGST")


@pytest.mark.parametrize("code", ["01", "07", "34"])
def test_a_territory_with_a_legislature_levies_sgst(code: str) -> None:
    mode = tax_mode(code, code)
    assert (mode, mode.state_tax_label) == (TaxMode.CGST_SGST, "SGST")


def test_daman_and_diu_is_one_territory_with_dadra_and_nagar_haveli() -> None:
    assert tax_mode("25", "26") is TaxMode.CGST_UTGST


def test_the_ambient_decimal_context_cannot_change_a_total() -> None:
    big = LineInput(qty=D("999999.999"), price=D("9999999.99"), rate=D(18), disc_pct=D("3.33"))
    calm = compute(document(big, ONE_LINE, doc_disc=D("12345.67")))
    with localcontext(Context(prec=6, rounding="ROUND_DOWN")):
        assert compute(document(big, ONE_LINE, doc_disc=D("12345.67"))) == calm


def test_an_amount_a_hair_below_half_a_paisa_goes_down_however_large() -> None:
    # 10.000001 × 98765405009.999999 = 987654148865.404999999999; in 20 digits it would read as half a paisa
    line = LineInput(qty=D("10.000001"), price=D("98765405009.999999"))
    assert compute(document(line)).taxable == D("987654148865.40")


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("qty", D(-1), "between 0 and 99,99,99,999"),
        ("qty", D("0.0000001"), "a number with at most 6 decimals"),
        ("qty", D("NaN"), "a number"),
        ("qty", D("1E+30"), "between 0 and 99,99,99,999"),
        ("price", D(-5), "between 0 and 99,99,99,99,99,999"),
        ("price", D("Infinity"), "a number"),
        ("price", 1.5, "a Decimal"),
        ("price", "12", "a Decimal"),
        ("rate", D("100.5"), "between 0 and 100"),
        ("rate", D("1E-400000"), "a number with at most 3 decimals"),
        ("disc_pct", D(101), "between 0 and 100"),
        ("disc_amt", D("0.001"), "a number with at most 2 decimals"),
        ("disc_amt", D("1000.01"), "at most ₹1,000.00, the line's amount"),
        ("cess_pct", D(-1), "between 0 and 1,000"),
        ("cess_per_unit", D("sNaN"), "a number"),
    ],
)
def test_a_bad_number_is_refused_by_the_name_of_its_field(field: str, value: object, allowed: str) -> None:
    error = error_of(document(ONE_LINE, ONE_LINE, replace(ONE_LINE, **{field: value})))
    assert (error.field, error.line, error.name, error.allowed) == (f"lines[2].{field}", 2, field, allowed)


def test_a_trailing_zero_is_no_decimal_too_many() -> None:
    line = LineInput(qty=D("1.5000000000"), price=D("0E-30"), rate=D("18.000000"))
    assert compute(document(line)).total == 0


def test_a_rate_outside_the_slabs_of_the_day_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        compute(document(ONE_LINE), allowed_rates=(D(0), D("0.25"), D(40)))
    assert (caught.value.field, caught.value.allowed) == ("lines[0].rate", "one of 0, 0.25, 40")


def test_two_kinds_of_discount_on_one_line_are_refused() -> None:
    assert error_of(document(replace(ONE_LINE, disc_pct=D(1), disc_amt=D(1)))).field == "lines[0].disc_amt"


def test_a_document_discount_above_the_lines_is_refused() -> None:
    error = error_of(document(ONE_LINE, doc_disc=D("1000.01")))
    assert (error.field, error.line, error.allowed) == (
        "doc_disc",
        None,
        "at most ₹1,000.00, the sum of the lines",
    )


def test_a_negative_document_discount_is_refused() -> None:
    assert error_of(document(ONE_LINE, doc_disc=D("-0.01"))).field == "doc_disc"


@pytest.mark.parametrize("count", [0, 1001])
def test_a_document_has_between_one_and_a_thousand_lines(count: int) -> None:
    assert error_of(document(*[ONE_LINE] * count)).field == "lines"


def test_a_document_too_large_for_the_e_invoice_schema_is_refused() -> None:
    line = LineInput(qty=D(999), price=D("100000000000"), rate=D(18))
    assert error_of(document(line)).field == "lines"


def test_a_cess_above_the_price_that_contains_it_is_refused() -> None:
    line = LineInput(qty=D(1), price=D(10), rate=D(5), cess_per_unit=D(11))
    assert error_of(document(line, inclusive=True)).field == "lines[0].cess_per_unit"


@pytest.mark.parametrize(
    ("field", "code"), [("supplier_state", "00"), ("supplier_state", "96"), ("place_of_supply", "99")]
)
def test_a_state_that_does_not_exist_is_refused(field: str, code: str) -> None:
    assert error_of(document(ONE_LINE, **{field: code})).field == field


def test_a_domestic_supply_cannot_be_zero_rated() -> None:
    assert error_of(document(ONE_LINE, zero_rated=True)).field == "zero_rated"


def test_all_problems_are_found_at_once() -> None:
    given = document(
        replace(ONE_LINE, qty=D(-1)), replace(ONE_LINE, price=D("NaN"), rate=D(-1)), supplier_state=""
    )
    assert [error.field for error in problems(given)] == [
        "supplier_state",
        "lines[0].qty",
        "lines[1].price",
        "lines[1].rate",
    ]


def test_a_document_in_order_has_no_problems() -> None:
    assert problems(document(ONE_LINE)) == []


def test_the_paise_that_remain_of_a_spread_go_to_the_largest_remainders() -> None:
    # 0.10 over 1 : 1 : 4 is 0.016…, 0.016…, 0.066…: floors 0.01, 0.01, 0.06; two paise go to the earliest
    assert spread(D("0.10"), [D(1), D(1), D(4)]) == [D("0.02"), D("0.02"), D("0.06")]
