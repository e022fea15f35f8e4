"""What holds for every document, number and amount."""

from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gstbillingapp.gst import gstin
from gstbillingapp.gst.calc import DocumentInput, DocumentResult, LineInput, compute, spread
from gstbillingapp.gst.money import PAISA, amount_in_words, indian_format

COMPONENTS = ("taxable", "cgst", "sgst", "igst", "cess")
STATES = st.sampled_from(["02", "04", "27", "29", "38"])
PAISE = st.integers(0, 10**9).map(lambda paise: Decimal(paise) * PAISA)
RATES = st.sampled_from([Decimal(rate) for rate in ("0", "0.1", "0.25", "3", "5", "12", "18", "28", "40")])

settings.register_profile("gst", deadline=None, max_examples=150, derandomize=True)
as_said = settings(settings.get_profile("gst"))


@st.composite
def line_inputs(draw: st.DrawFn) -> LineInput:
    return LineInput(
        qty=Decimal(draw(st.integers(0, 10**7))).scaleb(-3),
        price=draw(PAISE),
        rate=draw(RATES),
        exempt=draw(st.booleans()),
        disc_pct=Decimal(draw(st.integers(0, 10_000))).scaleb(-2),
        cess_pct=draw(st.sampled_from([Decimal(0), Decimal(12), Decimal(160)])),
    )


@st.composite
def documents(draw: st.DrawFn, *, inclusive: bool | None = None) -> DocumentInput:
    return DocumentInput(
        supplier_state=draw(STATES),
        place_of_supply=draw(STATES),
        lines=tuple(draw(st.lists(line_inputs(), min_size=1, max_size=6))),
        rcm=draw(st.booleans()),
        inclusive=draw(st.booleans()) if inclusive is None else inclusive,
        round_off=draw(st.booleans()),
    )


@as_said
@given(documents())
def test_every_total_is_the_sum_of_the_lines(document: DocumentInput) -> None:
    result = compute(document)
    for name in COMPONENTS:
        assert getattr(result, name) == sum(getattr(line, name) for line in result.lines)
    assert result.total_before_round == sum(line.total for line in result.lines)
    owed = result.taxable if document.rcm else result.taxable + result.tax
    assert result.total_before_round == owed


@as_said
@given(documents())
def test_the_payable_is_off_by_at_most_half_a_rupee_and_half_goes_up(document: DocumentInput) -> None:
    result = compute(document)
    assert Decimal("-0.50") < result.round_off <= Decimal("0.50")
    assert result.total == result.total_before_round + result.round_off
    assert result.total % 1 == 0 if document.round_off else result.round_off == 0


@as_said
@given(documents())
def test_every_amount_is_whole_paise_and_none_is_negative(document: DocumentInput) -> None:
    result = compute(document)
    for part in (result, *result.lines):
        for name in COMPONENTS:
            amount = getattr(part, name)
            assert amount.as_tuple().exponent == -2
            assert not amount.is_signed()


@as_said
@given(documents(inclusive=True))
def test_the_total_of_an_inclusive_line_is_its_price(document: DocumentInput) -> None:
    for line in compute(document).lines:
        assert line.taxable + line.tax == line.gross - line.discount


@as_said
@given(documents())
def test_centre_and_state_take_the_same_and_never_beside_igst(document: DocumentInput) -> None:
    for line in compute(document).lines:
        assert line.cgst == line.sgst
        assert not (line.cgst and line.igst)


@as_said
@given(documents(), st.integers(0, 100))
def test_a_document_discount_is_shared_to_the_paisa_and_pushes_no_line_below_zero(
    document: DocumentInput, per_cent: int
) -> None:
    plain = compute(document)
    whole = sum(line.gross - line.discount for line in plain.lines)
    discount = (whole * per_cent / 100).quantize(PAISA, "ROUND_DOWN")
    result = _discounted(document, discount)
    assert sum(line.doc_discount for line in result.lines) == discount
    for line in result.lines:
        assert 0 <= line.doc_discount <= line.gross - line.discount


def _discounted(document: DocumentInput, discount: Decimal) -> DocumentResult:
    return compute(DocumentInput(**{name: getattr(document, name) for name in _FIELDS}, doc_disc=discount))


_FIELDS = ("supplier_state", "place_of_supply", "lines", "rcm", "inclusive", "round_off")


@as_said
@given(st.lists(PAISE, min_size=1, max_size=40), st.data())
def test_shares_differ_from_the_exact_ones_by_less_than_a_paisa(
    weights: list[Decimal], data: st.DataObject
) -> None:
    whole = sum(weights)
    assume(whole > 0)
    amount = data.draw(st.integers(0, int(whole * 100))) * PAISA
    shares = spread(amount, weights)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - amount * weight / whole) < PAISA
        assert 0 <= share <= weight


ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def luhn_mod_36(text: str) -> int:
    """The textbook Luhn sum over base 36, check character included: 0 for a valid number."""
    total = 0
    for place, character in enumerate(reversed(text)):
        value = ALPHABET.index(character) * (2 if place % 2 else 1)
        total += sum(divmod(value, 36))
    return total % 36


@as_said
@given(st.text(ALPHABET, min_size=14, max_size=14))
def test_the_check_digit_is_that_of_luhn_in_base_36(body: str) -> None:
    assert luhn_mod_36(body + gstin.check_digit(body)) == 0


@as_said
@given(st.integers(0, 14), st.sampled_from(ALPHABET))
def test_one_wrong_character_never_passes_for_a_gstin(place: int, character: str) -> None:
    number = "27AAPFU0939F1ZV"
    assume(number[place] != character)
    assert not gstin.is_valid(number[:place] + character + number[place + 1 :])


# fmt: off
SMALL = [
    "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
    "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
]
# fmt: on
TENS = ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
VALUES = {word: value for value, word in enumerate(SMALL)} | {
    word: 20 + 10 * i for i, word in enumerate(TENS)
}
SCALES = {"Hundred": 100, "Thousand": 1_000, "Lakh": 100_000, "Crore": 10_000_000}


def number_of(words: str) -> int:
    """Read Indian number words back: the largest scale divides what is before it from what is after."""
    parts = words.replace("-", " ").split()
    for name, size in reversed(SCALES.items()):
        if name in parts:
            at = len(parts) - 1 - parts[::-1].index(name)
            after = " ".join(parts[at + 1 :])
            return number_of(" ".join(parts[:at])) * size + (number_of(after) if after else 0)
    return sum(VALUES[part] for part in parts)


@as_said
@given(st.one_of(st.integers(0, 10**15 + 99), st.integers(0, 10**6)))
def test_an_amount_in_words_reads_back_as_the_amount(paise: int) -> None:
    words = amount_in_words(Decimal(paise) * PAISA)
    body = words.removeprefix("Rupees ").removesuffix(" Only")
    rupees, _, rest = body.partition(" and ")
    assert number_of(rupees) * 100 + (number_of(rest.removesuffix(" Paise")) if rest else 0) == paise


@as_said
@given(st.integers(-(10**16), 10**16))
def test_grouping_an_amount_changes_none_of_its_digits(paise: int) -> None:
    amount = Decimal(paise) * PAISA
    text = indian_format(amount)
    assert Decimal(text.replace("₹", "").replace(",", "")) == amount
    groups = text.lstrip("-₹").partition(".")[0].split(",")
    assert all(len(group) == 2 for group in groups[1:-1])
    assert len(groups[-1]) == 3 if len(groups) > 1 else 1 <= len(groups[0]) <= 3
    assert 1 <= len(groups[0]) <= 3
