"""The GST functions with anything at all: a value or the package's own error, and sums that add up."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gstbillingapp.gst import calc, eway, gstin, hsn, irn, money, numbers, place, returns, states, upi
from gstbillingapp.gst.errors import InputError

pytestmark = pytest.mark.once

as_said = settings(settings.get_profile("fuzz"))

TEXTS = st.one_of(
    st.text(max_size=40),
    st.text("0123456789ABCZabcz-/@ .", max_size=20),
    st.sampled_from(
        ["29", "96", "97", "99", "25", "27AAPFU0939F1ZV", "2026-27", "2026-28", "9999-00", "0000-01"]
    ),
    # Digits of other scripts, which int() and \\d take for numbers.
    st.text("०१२३४५६७८९２０６-", max_size=8),
)
DECIMALS = st.one_of(st.decimals(), st.decimals(allow_nan=False, allow_infinity=False, places=2))
DAYS = st.dates()
FLAGS = st.booleans()


def attempt(call: Callable[[], Any]) -> tuple[Any, InputError | None]:
    """What a call gives, or the package's own error; any other is not expected and goes on."""
    try:
        return call(), None
    except InputError as error:
        return None, error


PARSERS: list[tuple[Callable[..., Any], tuple[st.SearchStrategy[Any], ...]]] = [
    (gstin.reason, (TEXTS,)),
    (gstin.is_valid, (TEXTS,)),
    (gstin.parse, (TEXTS,)),
    (hsn.check, (TEXTS, st.sampled_from(place.Kind))),
    (numbers.is_rule46, (TEXTS,)),
    (numbers.is_irp_safe, (TEXTS,)),
    (numbers.number_key, (TEXTS,)),
    (numbers.financial_year, (DAYS,)),
    (numbers.financial_year_start, (TEXTS,)),
    (numbers.financial_year_bounds, (TEXTS,)),
    (numbers.format_number, (TEXTS, TEXTS, st.integers())),
    (numbers.last_of_series, (TEXTS,)),
    (irn.irn, (TEXTS, TEXTS, st.sampled_from(irn.DocumentType), TEXTS)),
    (states.state_name, (TEXTS,)),
    (states.state_label, (TEXTS,)),
    (states.current_code, (TEXTS,)),
    (upi.is_address, (TEXTS,)),
    (upi.reference, (TEXTS,)),
    (upi.upi_uri, (TEXTS, TEXTS)),
    (eway.valid_days, (st.integers(),)),
    (money.amount_in_words, (DECIMALS,)),
    (returns.Period.year, (TEXTS,)),
    (returns.credit_note_cut_off, (TEXTS,)),
]


@pytest.mark.parametrize(
    ("parser", "arguments"), PARSERS, ids=[f"{f.__module__}.{f.__qualname__}" for f, _ in PARSERS]
)
def test_a_parser_gives_a_value_or_the_packages_own_error(parser, arguments):
    @as_said
    @given(st.tuples(*arguments))
    def holds(given_arguments):
        _, refused = attempt(lambda: parser(*given_arguments))
        assert refused is None or (refused.field and refused.allowed)

    holds()


@pytest.mark.parametrize("year", ["２０２６-２७", "२०२६-२७", "9999-00", "0000-01"])
def test_a_year_that_no_calendar_here_has_is_no_financial_year(year):
    for judge in (
        numbers.financial_year_bounds,
        lambda year: irn.irn("0" * 15, year, irn.DocumentType.INVOICE, "1"),
    ):
        with pytest.raises(InputError, match=r"^financial_year"):
            judge(year)


@as_said
@given(
    st.sampled_from(place.Kind),
    st.fixed_dictionaries(
        {"supplier_state": TEXTS, "buyer_state": TEXTS, "delivery_state": TEXTS},
        optional=dict.fromkeys(["registered", "overseas", "sez", "delivered_to_third_person"], FLAGS),
    ),
)
def test_a_place_of_supply_is_a_place_or_an_error_that_names_the_field(kind, terms):
    found, refused = attempt(lambda: place.place_of_supply(kind, **terms))
    if refused:
        assert refused.field in terms
    else:
        assert found.code in states.STATES
        assert found.reason.startswith(states.state_name(found.code))


CODES = st.sampled_from(sorted(states.STATES))


@settings(settings.get_profile("fuzz"), max_examples=200)
@given(st.sampled_from(place.Kind), CODES, CODES | st.just(""), CODES | st.just(""), FLAGS, FLAGS)
def test_every_pair_of_states_has_a_place_of_supply_or_says_why_not(
    kind, supplier, buyer, delivery, registered, sez
):
    terms = {"supplier_state": supplier, "buyer_state": buyer, "delivery_state": delivery}
    found, refused = attempt(lambda: place.place_of_supply(kind, **terms, registered=registered, sez=sez))
    if refused:
        assert refused.field in terms
    else:
        assert found.inter_state is place.is_inter_state(
            supplier, found.code, sez=sez, export=found.code == "96"
        )


LINES = st.builds(
    calc.LineInput,
    qty=DECIMALS,
    price=DECIMALS,
    rate=DECIMALS,
    disc_pct=DECIMALS,
    disc_amt=DECIMALS,
    exempt=FLAGS,
)


@settings(settings.get_profile("fuzz"), max_examples=100)
@given(
    st.builds(
        calc.DocumentInput,
        supplier_state=TEXTS | CODES,
        place_of_supply=TEXTS | CODES,
        lines=st.lists(LINES, max_size=3).map(tuple),
        rcm=FLAGS,
        inclusive=FLAGS,
        round_off=FLAGS,
        doc_disc=DECIMALS,
    )
)
def test_a_document_of_any_numbers_is_computed_or_refused_by_field(document):
    result, refused = attempt(lambda: calc.compute(document))
    if refused:
        assert refused.field
    else:
        assert result.total == result.total_before_round + result.round_off


PAISE = st.integers(1, 10**10).map(lambda paise: Decimal(paise).scaleb(-2))
RATES = st.sampled_from([Decimal(rate) for rate in ("0", "0.25", "3", "5", "12", "18", "28", "40")])


@settings(settings.get_profile("fuzz"), max_examples=200)
@given(PAISE, RATES, st.sampled_from(["29", "27"]))
@example(Decimal("0.01"), Decimal(40), "29")
def test_a_price_with_its_tax_put_in_and_taken_out_again_is_the_price(price, rate, buyer):
    """To the paisa of each tax: what is rounded going in is not known coming out."""

    def computed(amount: Decimal, *, inclusive: bool) -> calc.DocumentResult:
        line = calc.LineInput(qty=Decimal(1), price=amount, rate=rate)
        return calc.compute(
            calc.DocumentInput(
                supplier_state="29",
                place_of_supply=buyer,
                lines=(line,),
                inclusive=inclusive,
                round_off=False,
            )
        )

    on_top = computed(price, inclusive=False)
    inside = computed(on_top.total, inclusive=True)
    assert inside.total == on_top.total
    assert abs(inside.taxable - price) <= Decimal("0.02")


PREFIXES = st.from_regex(r"[A-Za-z1-9][A-Za-z0-9/-]{0,8}", fullmatch=True)


@as_said
@given(PREFIXES, DAYS.filter(lambda day: day.year > 2017), st.integers(1, 10**8))
def test_numbers_of_a_series_are_lawful_and_never_the_same(prefix, day, sequence):
    year = numbers.financial_year(day)
    pair = (sequence, sequence + 1)
    written, refused = attempt(lambda: [numbers.format_number(prefix, year, n) for n in pair])
    if refused:
        assert refused.field in ("prefix", "financial_year")
        assert sequence + 1 > numbers.last_of_series(prefix) or day.year >= 9998
    else:
        number, following = written
        assert numbers.is_rule46(number)
        assert numbers.is_irp_safe(number)
        assert not numbers.is_duplicate(number, following, same_financial_year=True)


@as_said
@given(st.dates(min_value=date(1001, 1, 1), max_value=date(9999, 3, 31)))
def test_every_day_lies_in_its_financial_year(day):
    first, last = numbers.financial_year_bounds(numbers.financial_year(day))
    assert first <= day <= last
