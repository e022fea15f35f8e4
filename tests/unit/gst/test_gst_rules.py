"""Places, numbers, codes, rates, returns and papers: what the vectors leave open."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from gstbillingapp.gst import eway, gstin, hsn, numbers, papers, rates, returns
from gstbillingapp.gst.calc import DocumentInput, LineInput
from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.irn import DocumentType, irn
from gstbillingapp.gst.money import ZERO, amount_in_words, indian_format, round2
from gstbillingapp.gst.place import Kind, Place, is_inter_state, place_of_supply
from gstbillingapp.gst.returns import Extension, Filing, Form, Period, Reported, Section
from gstbillingapp.gst.states import CHOICES, state_label, state_name
from gstbillingapp.gst.upi import is_address, reference, upi_uri

D = Decimal


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"delivery_state": "29", "buyer_state": "33"}, Place("29", "Karnataka: delivery address", True)),
        (
            {"buyer_state": "27", "registered": True},
            Place("27", "Maharashtra: the registered buyer's address", False),
        ),
        ({"buyer_state": "29"}, Place("29", "Karnataka: the buyer's address on the invoice", True)),
        (
            {},
            Place(
                "27", "Maharashtra: the supplier's own state, as no address of the buyer is on record", False
            ),
        ),
        (
            {"overseas": True, "buyer_state": "96"},
            Place("96", "Outside India: export, the buyer is abroad", True),
        ),
        (
            {"overseas": True, "delivery_state": "29"},
            Place("29", "Karnataka: delivery address in India", True),
        ),
        (
            {
                "buyer_state": "33",
                "delivery_state": "29",
                "registered": True,
                "delivered_to_third_person": True,
            },
            Place("33", "Tamil Nadu: the registered buyer's address", True),
        ),
        (
            {"buyer_state": "33", "delivery_state": "29", "delivered_to_third_person": True},
            Place("29", "Karnataka: delivery address", True),
        ),
        (
            {"buyer_state": "27", "registered": True, "sez": True},
            Place(
                "27",
                "Maharashtra: the registered buyer's address, taxed as inter-state because it goes to an SEZ",
                True,
            ),
        ),
    ],
)
def test_goods_are_supplied_where_they_are_delivered(given: dict[str, object], expected: Place) -> None:
    assert place_of_supply(Kind.GOODS, supplier_state="27", **given) == expected


@pytest.mark.parametrize(
    ("given", "code", "reason"),
    [
        ({"buyer_state": "29", "registered": True}, "29", "Karnataka: the buyer's registration"),
        ({"buyer_state": "29", "delivery_state": "33"}, "29", "Karnataka: the buyer's address on record"),
        (
            {"delivery_state": "33"},
            "27",
            "Maharashtra: the supplier's own state, as no address of the buyer is on record",
        ),
        ({"overseas": True, "delivery_state": "29"}, "96", "Outside India: export, the buyer is abroad"),
    ],
)
def test_services_are_supplied_where_the_buyer_is(given: dict[str, object], code: str, reason: str) -> None:
    found = place_of_supply(Kind.SERVICE, supplier_state="27", **given)
    assert (found.code, found.reason) == (code, reason)


def test_an_old_code_of_daman_and_diu_is_supplied_in_the_merged_territory() -> None:
    assert place_of_supply(Kind.GOODS, supplier_state="26", delivery_state="25").code == "26"
    assert not is_inter_state("26", "25")


@pytest.mark.parametrize("field", ["supplier_state", "buyer_state", "delivery_state"])
def test_a_place_in_no_state_is_refused(field: str) -> None:
    with pytest.raises(InputError) as caught:
        place_of_supply(Kind.GOODS, **{"supplier_state": "27", field: "39"})
    assert caught.value.field == field


def test_a_form_offers_the_states_of_today_only() -> None:
    codes = [code for code, _ in CHOICES]
    assert len(codes) == 37
    assert not {"25", "28", "96", "99"} & set(codes)
    assert (state_name("29"), state_label("29"), state_name("00"), state_label("00")) == (
        "Karnataka",
        "Karnataka (29)",
        "",
        "",
    )


def test_a_gstin_tells_state_pan_and_category() -> None:
    found = gstin.parse(" 27aapfu0939f1zv\n")
    assert (found.number, found.state_code, found.state_name, found.pan, found.category) == (
        "27AAPFU0939F1ZV",
        "27",
        "Maharashtra",
        "AAPFU0939F",
        gstin.Category.REGULAR,
    )


@pytest.mark.parametrize(
    ("body", "category"),
    [
        ("20ALYPD6528PQC", gstin.Category.TAX_COLLECTOR),
        ("27AAPFU0939F1D", gstin.Category.TAX_DEDUCTOR),
        ("0717UNO00157UN", gstin.Category.UIN),
        ("9917SGP29001OS", gstin.Category.OIDAR),
        ("0717USA12345NR", gstin.Category.NON_RESIDENT),
    ],
)
def test_special_registrations_are_told_apart(body: str, category: gstin.Category) -> None:
    assert gstin.parse(body + gstin.check_digit(body)).category is category


def test_a_registration_without_a_pan_has_none() -> None:
    assert gstin.parse("0717UNO00157UNO").pan == ""


@pytest.mark.parametrize(
    ("number", "reason", "said"),
    [
        ("", "length", "15 characters long; this has 0"),
        ("27AAPFU0939F1ZVX", "length", "15 characters long; this has 16"),
        ("27AAPFU0939F0ZV", "format", "a state code, a PAN"),
        ("369296450896540", "format", "a state code, a PAN"),
        ("२७AAPFU0939F1ZV", "format", "a state code, a PAN"),
        (
            "25AAPFU0939F1ZZ",
            "state",
            "Daman and Diu (25) became Dadra and Nagar Haveli and Daman and Diu (26)",
        ),
        ("40AAPFU0939F1ZV", "state", "40 is none"),
        ("27AAPFU0939F1ZA", "check", "its last character does not fit"),
    ],
)
def test_a_wrong_gstin_is_refused_with_what_is_wrong(number: str, reason: str, said: str) -> None:
    assert gstin.reason(number) == reason
    with pytest.raises(InputError) as caught:
        gstin.parse(number, field="customer_gstin")
    assert caught.value.field == "customer_gstin"
    assert said in caught.value.allowed


@pytest.mark.parametrize("body", ["27AAPFU0939F1", "27aapfu0939f1z", "27AAPFU0939F1-"])
def test_a_check_digit_is_of_fourteen_capitals_and_digits(body: str) -> None:
    with pytest.raises(ValueError, match="fourteen"):
        gstin.check_digit(body)


def test_a_series_fits_in_sixteen_characters_as_long_as_it_can() -> None:
    assert numbers.format_number("INV", "2026-27", 42) == "INV/26-27/0042"
    assert numbers.format_number("INV", "2026-27", numbers.last_of_series("INV")) == "INV/26-27/999999"
    assert numbers.last_of_series("INVOICES") == 0


@pytest.mark.parametrize(
    ("prefix", "year", "sequence", "field"),
    [
        ("INV", "2026-27", 1_000_000, "prefix"),
        ("INVOICES", "2026-27", 1, "prefix"),
        ("0A", "2026-27", 1, "prefix"),
        ("", "2026-27", 1, "prefix"),
        ("A.B", "2026-27", 1, "prefix"),
        ("INV", "2026-27", 0, "sequence"),
        ("INV", "2026-28", 1, "financial_year"),
        ("INV", "26-27", 1, "financial_year"),
    ],
)
def test_a_number_the_law_refuses_is_never_formatted(
    prefix: str, year: str, sequence: int, field: str
) -> None:
    with pytest.raises(InputError) as caught:
        numbers.format_number(prefix, year, sequence)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("typed", "sequences"),
    [
        ("inv 42", [42]),
        ("INV/26-27/0042", [42]),
        ("inv/2026-27/42", [42]),
        ("26 27 42", [42, 262742]),
        ("0042", [42]),
        ("2627", [2627]),
        ("INV", []),
        ("INV 0", []),
        ("QTN 42", []),
        ("INV 1000000", []),
        ("٤٢", []),
        ("9" * 5000, []),
    ],
)
def test_what_is_typed_of_a_number_means_places_in_its_series(typed: str, sequences: list[int]) -> None:
    meant = {numbers.format_number("INV", "2026-27", sequence) for sequence in sequences}
    assert numbers.numbers_meant(typed, "INV", "2026-27") == meant


def test_a_line_break_after_a_number_is_refused() -> None:
    assert not numbers.is_rule46("INV/1\n")
    assert not numbers.is_irp_safe("INV/1\n")


def test_a_number_may_come_again_in_another_year() -> None:
    assert not numbers.is_duplicate("INV/1", "INV/1", same_financial_year=False)


def test_a_year_begins_in_april() -> None:
    assert numbers.financial_year(date(2026, 4, 1)) == "2026-27"
    assert numbers.financial_year_bounds("2026-27") == (date(2026, 4, 1), date(2027, 3, 31))
    assert numbers.financial_year_start("2099-00") == 2099


@pytest.mark.parametrize(
    ("code", "kind"),
    [("8471", Kind.GOODS), (" 847130 ", Kind.GOODS), ("84713010", Kind.GOODS), ("998313", Kind.SERVICE)],
)
def test_a_code_of_the_tariff_is_taken(code: str, kind: Kind) -> None:
    assert hsn.check(code, kind) == code.strip()


@pytest.mark.parametrize(
    ("code", "kind", "allowed"),
    [
        ("84AB", Kind.GOODS, "digits only"),
        ("", Kind.GOODS, "digits only"),
        ("८४७१", Kind.GOODS, "digits only"),
        ("84713", Kind.GOODS, "4, 6 or 8 digits long; this has 5"),
        ("99831300", Kind.SERVICE, "4 or 6 digits long; this has 8"),
        (
            "8471",
            Kind.SERVICE,
            "a code that begins with 99 for a service, and with another chapter for goods",
        ),
        ("9983", Kind.GOODS, "a code that begins with 99 for a service, and with another chapter for goods"),
    ],
)
def test_a_code_that_is_none_is_refused(code: str, kind: Kind, allowed: str) -> None:
    with pytest.raises(InputError) as caught:
        hsn.check(code, kind)
    assert (caught.value.field, caught.value.allowed) == ("hsn", allowed)


def test_a_large_business_shows_six_digits() -> None:
    assert hsn.required_digits(hsn.FIVE_CRORE, buyer_registered=True) == 4
    assert hsn.required_digits(hsn.FIVE_CRORE, buyer_registered=False) == 0
    assert hsn.required_digits(hsn.FIVE_CRORE + 1, buyer_registered=False) == 6
    with pytest.raises(InputError, match="6 digits long"):
        hsn.check("9983", Kind.SERVICE, least=6)


@dataclass(frozen=True)
class SoldLine:
    hsn: str
    unit: str
    rate: Decimal
    qty: Decimal
    taxable: Decimal
    cgst: Decimal = ZERO
    sgst: Decimal = ZERO
    igst: Decimal = ZERO
    cess: Decimal = ZERO


def test_an_hsn_summary_adds_up_by_code_unit_and_rate() -> None:
    rows = hsn.summary(
        [
            SoldLine("8471", "NOS", D("18.00"), D(2), D("200.00"), igst=D("36.00")),
            SoldLine("0902", "KGS", D(5), D("1.5"), D("100.00"), igst=D("5.00")),
            SoldLine("8471", "NOS", D(18), D(1), D("100.00"), igst=D("18.00"), cess=D("1.00")),
        ]
    )
    assert [(row.hsn, row.qty, row.taxable, row.igst, row.tax) for row in rows] == [
        ("0902", D("1.5"), D(100), D(5), D(5)),
        ("8471", D(3), D(300), D(54), D(55)),
    ]


HISTORY = (
    rates.RateRow(D(28), rates.GST_BEGAN, date(2025, 9, 21)),
    rates.RateRow(D(18), rates.REFORM),
)


def test_a_product_takes_the_rate_of_the_day() -> None:
    assert rates.rate_on(HISTORY, date(2025, 9, 21)) == 28
    assert rates.rate_on(HISTORY, date(2025, 9, 22)) == 18


def test_of_overlapping_rows_the_later_one_holds() -> None:
    rows = (rates.RateRow(D(5), date(2026, 1, 1)), rates.RateRow(D(18), date(2020, 1, 1)))
    assert rates.rate_on(rows, date(2026, 1, 1)) == 5


def test_a_day_before_any_rate_is_refused() -> None:
    with pytest.raises(InputError, match="2017-06-30 has none"):
        rates.rate_on(HISTORY, date(2017, 6, 30))


def test_the_tobacco_slab_ended_with_january_2026() -> None:
    assert D(28) in rates.rates_on(rates.SLABS, date(2026, 1, 31))
    assert rates.rates_on(rates.SLABS, date(2026, 2, 1)) == tuple(
        map(D, ("0", "0.1", "0.25", "1.5", "3", "5", "12", "18", "40"))
    )


BEFORE, CHANGE = date(2025, 9, 21), date(2025, 9, 22)


@pytest.mark.parametrize(
    ("supply", "invoice", "payment", "side"),
    [
        (BEFORE, CHANGE, CHANGE, "new"),
        (BEFORE, BEFORE, CHANGE, "old"),
        (BEFORE, CHANGE, BEFORE, "old"),
        (CHANGE, BEFORE, CHANGE, "new"),
        (CHANGE, BEFORE, BEFORE, "old"),
        (CHANGE, CHANGE, BEFORE, "new"),
        (BEFORE, CHANGE, None, "new"),
        (BEFORE, BEFORE, None, "old"),
    ],
)
def test_two_of_supply_invoice_and_payment_decide_the_rate(
    supply: date, invoice: date, payment: date | None, side: str
) -> None:
    assert rates.side_of_change(CHANGE, supply=supply, invoice=invoice, payment=payment) == side


@pytest.mark.parametrize(
    ("day", "section"),
    [(date(2024, 7, 31), Section.B2CS), (date(2024, 8, 1), Section.B2CL), (None, Section.B2CL)],
)
def test_the_limit_of_a_large_consumer_sale_is_that_of_its_day(day: date | None, section: Section) -> None:
    sale = Reported(inter_state=True, value=D("250000.00"), date=day)
    assert returns.gstr1_section(sale).section is section


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Reported(export=True, with_payment=True), returns.Gstr1Entry(section=Section.EXP, exp_typ="WPAY")),
        (Reported(export=True), returns.Gstr1Entry(section=Section.EXP, exp_typ="WOPAY")),
        (Reported(export=True, all_exempt=True), returns.Gstr1Entry(section=Section.EXP, exp_typ="WOPAY")),
        (Reported(sez=True), returns.Gstr1Entry(section=Section.B2B, inv_typ="SEWOP")),
        (Reported(deemed_export=True), returns.Gstr1Entry(section=Section.B2B, inv_typ="DE")),
        (Reported(buyer_registered=True), returns.Gstr1Entry(section=Section.B2B, inv_typ="R")),
        (Reported(doc=returns.Document.ADVANCE), returns.Gstr1Entry(section=Section.AT)),
        (Reported(doc=returns.Document.ADVANCE_ADJUSTED), returns.Gstr1Entry(section=Section.TXPD)),
        (
            Reported(doc=returns.Document.DEBIT_NOTE, sez=True, with_payment=True),
            returns.Gstr1Entry(section=Section.CDNR, inv_typ="SEWP", ntty="D"),
        ),
        (
            Reported(doc=returns.Document.CREDIT_NOTE, export=True, with_payment=True),
            returns.Gstr1Entry(section=Section.CDNUR, ntty="C", typ="EXPWP"),
        ),
        (
            Reported(doc=returns.Document.CREDIT_NOTE, against=Section.EXP),
            returns.Gstr1Entry(section=Section.CDNUR, ntty="C", typ="EXPWOP"),
        ),
        (
            Reported(doc=returns.Document.CREDIT_NOTE, against=Section.B2CS),
            returns.Gstr1Entry(section=Section.B2CS),
        ),
        (
            Reported(doc=returns.Document.CREDIT_NOTE, inter_state=True, value=D("100000.01")),
            returns.Gstr1Entry(section=Section.CDNUR, ntty="C", typ="B2CL"),
        ),
    ],
)
def test_a_document_goes_to_its_section_of_gstr1(given: Reported, expected: returns.Gstr1Entry) -> None:
    assert returns.gstr1_section(given) == expected


OCTOBER = Period.month(2026, 10)
SUMMER = Period.quarter(2026, 8)


@pytest.mark.parametrize(
    ("form", "period", "state", "due"),
    [
        (Form.GSTR_3B, OCTOBER, "", date(2026, 11, 20)),
        (Form.IFF, OCTOBER, "", date(2026, 11, 13)),
        (Form.GSTR_3B, SUMMER, "27", date(2026, 10, 22)),
        (Form.GSTR_3B, SUMMER, "09", date(2026, 10, 24)),
        (Form.GSTR_3B, SUMMER, "38", date(2026, 10, 24)),
        (Form.CMP_08, SUMMER, "", date(2026, 10, 18)),
        (Form.CMP_08, Period.quarter(2026, 12), "", date(2027, 1, 18)),
        (Form.GSTR_9, Period.year("2025-26"), "", date(2026, 12, 31)),
    ],
)
def test_a_return_is_due_on_its_day(form: Form, period: Period, state: str, due: date) -> None:
    assert returns.due_date(form, period, state=state) == due


def test_an_announced_extension_wins_where_it_applies() -> None:
    moved = Extension(Form.GSTR_3B, SUMMER, date(2026, 10, 31), frozenset({"33"}))
    assert returns.due_date(Form.GSTR_3B, SUMMER, state="33", extensions=[moved]) == date(2026, 10, 31)
    assert returns.due_date(Form.GSTR_3B, SUMMER, state="27", extensions=[moved]) == date(2026, 10, 22)
    assert returns.due_date(Form.GSTR_1, SUMMER, extensions=[moved]) == date(2026, 10, 13)
    everywhere = Extension(Form.GSTR_1, OCTOBER, date(2026, 11, 13))
    assert returns.due_date(Form.GSTR_1, OCTOBER, extensions=[everywhere]) == date(2026, 11, 13)


@pytest.mark.parametrize(
    ("form", "period", "field"),
    [(Form.CMP_08, OCTOBER, "period"), (Form.GSTR_9, SUMMER, "period"), (Form.GSTR_3B, SUMMER, "state")],
)
def test_a_return_without_its_period_or_state_has_no_due_day(form: Form, period: Period, field: str) -> None:
    with pytest.raises(InputError) as caught:
        returns.due_date(form, period)
    assert caught.value.field == field


def test_a_period_knows_its_days_and_its_names() -> None:
    december, year = Period.month(2026, 12), Period.year("2026-27")
    assert (SUMMER.first, SUMMER.last, SUMMER.code, SUMMER.label) == (
        date(2026, 7, 1),
        date(2026, 9, 30),
        "092026",
        "Jul–Sep 2026",
    )
    assert (december.last, december.code, december.label) == (date(2026, 12, 31), "122026", "Dec 2026")
    assert (year.first, year.last, year.label) == (date(2026, 4, 1), date(2027, 3, 31), "FY 2026-27")


@pytest.mark.parametrize(
    ("filing", "month", "forms"),
    [
        (Filing.MONTHLY, OCTOBER, [Form.GSTR_1, Form.GSTR_3B]),
        (Filing.QUARTERLY, OCTOBER, [Form.PMT_06]),
        (Filing.QUARTERLY, Period.month(2026, 12), [Form.GSTR_1, Form.GSTR_3B]),
        (Filing.COMPOSITION, OCTOBER, []),
        (Filing.COMPOSITION, Period.month(2027, 3), [Form.CMP_08, Form.GSTR_4]),
        (Filing.MONTHLY, Period.month(2027, 3), [Form.GSTR_1, Form.GSTR_3B, Form.GSTR_9]),
    ],
)
def test_what_a_business_files_for_a_month(filing: Filing, month: Period, forms: list[Form]) -> None:
    found = returns.obligations(filing, month)
    assert [form for form, _ in found] == forms
    days = [returns.due_date(form, period, state="27") for form, period in found]
    assert days == sorted(days)


def test_credit_notes_of_a_year_close_on_the_thirtieth_of_november() -> None:
    assert returns.credit_note_cut_off("2025-26") == date(2026, 11, 30)


def test_the_portal_ignores_case_since_june_2025() -> None:
    def reference_of(number: str, on: date | None = None) -> str:
        return irn("27AAPFU0939F1ZV", "2025-26", DocumentType.INVOICE, number, on=on)

    assert reference_of("inv/1") == reference_of("INV/1")
    assert reference_of("inv/1", date(2025, 6, 1)) == reference_of("INV/1", date(2025, 6, 1))
    assert reference_of("inv/1", date(2025, 5, 31)) != reference_of("INV/1", date(2025, 5, 31))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"gstin": "27AAPFU0939F1Z"}, "gstin"),
        ({"number": "INV.1"}, "number"),
        ({"year": "2025"}, "financial_year"),
        ({"on": date(2026, 4, 1)}, "on"),
    ],
)
def test_an_irn_of_something_that_is_no_invoice_is_refused(given: dict[str, object], field: str) -> None:
    valid = {"gstin": "27AAPFU0939F1ZV", "year": "2025-26", "kind": DocumentType.INVOICE, "number": "INV/1"}
    with pytest.raises(InputError) as caught:
        irn(**{**valid, **given})
    assert caught.value.field == field


def test_a_upi_link_keeps_the_names_of_other_scripts_and_asks_for_no_amount_when_nothing_is_due() -> None:
    uri = upi_uri("asha@oksbi", "आशा & Co @home", amount=D("0.00"))
    assert uri == "upi://pay?pa=asha@oksbi&pn=%E0%A4%86%E0%A4%B6%E0%A4%BE%20%26%20Co%20%40home&cu=INR"


@pytest.mark.parametrize(
    ("address", "amount", "field"),
    [
        ("asha", D(1), "upi_id"),
        ("asha@ok sbi", D(1), "upi_id"),
        ("a@oksbi&am=1", D(1), "upi_id"),
        ("asha@oksbi", D(-1), "amount"),
        ("asha@oksbi", D("1.005"), "amount"),
    ],
)
def test_a_upi_link_to_nowhere_or_for_no_amount_is_refused(address: str, amount: Decimal, field: str) -> None:
    with pytest.raises(InputError) as caught:
        upi_uri(address, "Asha", amount=amount)
    assert caught.value.field == field


def test_a_upi_reference_is_letters_and_digits() -> None:
    assert reference("INV/26-27/0001") == "INV26270001"
    assert len(reference("A" * 99)) == 35
    assert is_address("shop.1@okaxis")


def test_an_e_way_bill_is_needed_above_the_limit_of_the_state() -> None:
    assert eway.is_required(D("50000.01"))
    assert not eway.is_required(D("100000.00"), limit=D(100_000))


@pytest.mark.parametrize(
    ("km", "oversized", "days"), [(0, False, 1), (201, False, 2), (20, True, 1), (21, True, 2)]
)
def test_an_e_way_bill_holds_a_day_for_every_stage(km: int, oversized: bool, days: int) -> None:
    assert eway.valid_days(km, oversized=oversized) == days


@pytest.mark.parametrize("km", [-1, 4001])
def test_a_distance_the_portal_refuses_is_refused(km: int) -> None:
    with pytest.raises(InputError):
        eway.valid_days(km)


TAXED = LineInput(qty=D(1), price=D(100), rate=D(18))
EXEMPT = LineInput(qty=D(1), price=D(100), exempt=True)


@pytest.mark.parametrize(
    ("lines", "given", "registered", "title"),
    [
        ((TAXED,), {}, True, "Tax invoice"),
        ((TAXED, EXEMPT), {}, True, "Tax invoice"),
        ((TAXED, EXEMPT), {}, False, "Invoice-cum-bill of supply"),
        ((EXEMPT,), {}, True, "Bill of supply"),
        ((TAXED,), {"composition": True}, True, "Bill of supply"),
        ((TAXED,), {"registered": False}, True, "Invoice"),
    ],
)
def test_a_document_calls_itself_what_the_law_calls_it(
    lines: tuple[LineInput, ...], given: dict[str, bool], registered: bool, title: str
) -> None:
    document = DocumentInput(supplier_state="27", place_of_supply="27", lines=lines, **given)
    assert papers.title(document, buyer_registered=registered) == title


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ()),
        ({"composition": True}, ("Composition taxable person, not eligible to collect tax on supplies",)),
        ({"rcm": True}, ("Tax is payable on reverse charge",)),
        ({"export": True}, ("Supply meant for export on payment of integrated tax",)),
        (
            {"sez": True, "zero_rated": True},
            (
                "Supply to SEZ unit or SEZ developer for authorised operations "
                "under bond or letter of undertaking without payment of integrated tax",
            ),
        ),
    ],
)
def test_a_document_says_what_the_law_wants_said(given: dict[str, bool], said: tuple[str, ...]) -> None:
    document = DocumentInput(supplier_state="27", place_of_supply="27", lines=(TAXED,), **given)
    assert papers.declarations(document) == said


@pytest.mark.parametrize("amount", [D("-0.01"), D("NaN"), D("Infinity"), D("100000000000000"), 1, 1.0])
def test_an_amount_that_cannot_be_written_on_an_invoice_has_no_words(amount: object) -> None:
    with pytest.raises(InputError) as caught:
        amount_in_words(amount)
    assert caught.value.field == "amount"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.50", "Rupees Zero and Fifty Paise Only"),
        (
            "1234567.89",
            "Rupees Twelve Lakh Thirty-Four Thousand Five Hundred Sixty-Seven and Eighty-Nine Paise Only",
        ),
        ("100000000000", "Rupees Ten Thousand Crore Only"),
        ("10000000000000", "Rupees Ten Lakh Crore Only"),
    ],
)
def test_large_and_small_amounts_in_words(amount: str, words: str) -> None:
    assert amount_in_words(D(amount)) == words


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1234567.89", "₹12,34,567.89"),
        ("-0.24", "-₹0.24"),
        ("-0.001", "₹0.00"),
        ("999", "₹999.00"),
        ("1000", "₹1,000.00"),
        ("100000", "₹1,00,000.00"),
        ("0.005", "₹0.01"),
    ],
)
def test_money_is_written_the_indian_way(amount: str, text: str) -> None:
    assert indian_format(D(amount)) == text


def test_rounding_is_half_up_and_zero_has_no_sign() -> None:
    assert [str(round2(D(text))) for text in ("0.005", "-0.005", "2.675", "-0.001")] == [
        "0.01",
        "-0.01",
        "2.68",
        "0.00",
    ]
