"""The published GST vectors, one test each: `pytest -m vectors`.

`GST_VECTORS=FILE` reads another file of the same shape. A section it lacks has no tests; a section nobody
here can read fails by name, so that nothing passes unread.
"""

import calendar
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gstbillingapp.gst import eway, gstin, numbers, rates, returns
from gstbillingapp.gst.calc import DocumentInput, LineInput, compute
from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.irn import DocumentType, irn
from gstbillingapp.gst.money import amount_in_words
from gstbillingapp.gst.states import STATES
from gstbillingapp.gst.upi import upi_uri

OWN_COPY = Path(__file__).resolve().parents[2] / "vectors.json"
Vector = dict[str, Any]


def check_calc(vector: Vector) -> None:
    given = dict(vector["input"])
    lines = tuple(LineInput(**_typed(LineInput, line)) for line in given.pop("lines"))
    result = compute(DocumentInput(lines=lines, **_typed(DocumentInput, given)))
    expected = dict(vector["expect"])
    if "lines" in expected:
        for found, wanted in zip(result.lines, expected.pop("lines"), strict=True):
            assert {name: str(getattr(found, name)) for name in wanted} == wanted
    assert {name: str(getattr(result, name)) for name in expected} == expected


def _typed(of: type, given: Vector) -> Vector:
    """The fields of a dataclass that a vector gives: numbers are written as text, state codes too."""
    kinds = {field.name: str(field.type) for field in fields(of)}
    return {
        name: Decimal(str(value)) if kinds[name] == "Decimal" else value
        for name, value in given.items()
        if name in kinds and value is not None
    }


def check_gstin(vector: Vector) -> None:
    assert gstin.is_valid(vector["gstin"]) is vector["valid"]
    assert gstin.reason(vector["gstin"]) == vector.get("reason", gstin.reason(vector["gstin"]))
    if vector["valid"]:
        assert gstin.parse(vector["gstin"]).number == vector["gstin"].strip().upper()
    else:
        with pytest.raises(InputError):
            gstin.parse(vector["gstin"])


def check_invoice_number(vector: Vector) -> None:
    assert numbers.is_rule46(vector["number"]) is vector["rule46"]
    assert numbers.is_irp_safe(vector["number"]) is vector["strict_irp_safe"]


def check_duplicate(vector: Vector) -> None:
    same_year = vector["same_fy"]
    assert (
        numbers.is_duplicate(vector["a"], vector["b"], same_financial_year=same_year) is vector["duplicate"]
    )


def check_words(vector: Vector) -> None:
    assert amount_in_words(Decimal(vector["amount"])) == vector["words"]


def check_irn(vector: Vector) -> None:
    on = _day(vector.get("date"))
    kind = DocumentType(vector["type"])
    assert irn(vector["gstin"], vector["fy"], kind, vector["number"], on=on) == vector["irn"]


def check_financial_year(vector: Vector) -> None:
    day = date.fromisoformat(vector["date"])
    assert numbers.financial_year(day) == vector["fy"]
    first, last = numbers.financial_year_bounds(vector["fy"])
    assert first <= day <= last


NOTES = {"CRN": "CRN", "DBN": "DBN", "INV": "INV", "BOS": "INV"}
ADVANCES = {"ADV", "ADVANCE", "AT", "RV", "RCV", "RECEIPT", "REFUND", "RFV"}


def check_gstr1_section(vector: Vector) -> None:
    entry = returns.gstr1_section(_reported(vector))
    assert entry.section == vector["section"]
    assert vector.get("inv_typ", entry.inv_typ) == entry.inv_typ
    assert vector.get("ntty", entry.ntty) == entry.ntty
    kind = entry.exp_typ if entry.section == returns.Section.EXP else entry.typ
    assert vector.get("typ", kind) == kind
    assert vector.get("exp_typ", entry.exp_typ) == entry.exp_typ


def _reported(vector: Vector) -> returns.Reported:
    against = str(vector.get("against", "")).lower()
    return returns.Reported(
        doc=_document(vector),
        buyer_registered=vector.get("buyer_gstin", False),
        inter_state=vector.get("inter", False),
        value=Decimal(vector.get("value", "0.00")),
        date=_day(vector.get("date")),
        sez=vector.get("sez", False),
        export=vector.get("export", False),
        deemed_export=vector.get("deemed_export", vector.get("deemed", False)),
        with_payment=vector.get("with_payment", against in ("expwp", "wpay")),
        all_exempt=vector.get("all_exempt", False),
        against=_section(against),
    )


def _document(vector: Vector) -> returns.Document:
    text = re.sub("[^A-Z]", "", str(vector.get("doc", "INV")).upper())
    if "ADJ" in text or "TXPD" in text or vector.get("adjusted"):
        return returns.Document.ADVANCE_ADJUSTED
    if text in ADVANCES or text.startswith("ADV") or vector.get("advance"):
        return returns.Document.ADVANCE
    return returns.Document(NOTES[text])


def _section(against: str) -> returns.Section | None:
    if not against:
        return None
    return returns.Section.EXP if against.startswith(("exp", "wpay", "wopay")) else returns.Section(against)


MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}


def check_due_date(vector: Vector) -> None:
    due = date.fromisoformat(vector["due"])
    if vector["form"].upper().startswith("IRP"):
        assert returns.irp_deadline(date.fromisoformat(vector["invoice"])) == due
        return
    form = returns.Form(re.match(r"IFF|[A-Z]+-\w+", vector["form"].upper())[0])
    period = _period(vector["period"])
    if period.span is returns.Span.MONTH and vector.get("freq") == "Q":
        period = returns.Period.quarter(period.first.year, period.first.month)
    assert returns.due_date(form, period, state=_state(vector.get("state", ""))) == due


def _period(text: str) -> returns.Period:
    """Read `2026-10`, `Oct 2026`, `2026-Q3(Jul-Sep)`, `2026-Q3`, `Jul-Sep 2026`, `Q2 FY 2026-27`, `2025-26`.

    A bare quarter is one of the calendar, a quarter beside a financial year one of that.
    """
    year = re.search(r"\d{4}", text)[0]
    names = [MONTHS[name[:3]] for name in re.findall(r"[a-z]{3,}", text.lower()) if name[:3] in MONTHS]
    quarter = re.search(r"Q([1-4])", text)
    financial = re.search(r"\d{4}-(\d\d)\b", text)
    is_financial = financial is not None and ("FY" in text or int(financial[1]) > 12)
    if quarter and not names:
        names = [int(quarter[1]) * 3 % 12 + 1 if is_financial else int(quarter[1]) * 3 - 2, 0]
    if is_financial and not names:
        return returns.Period.year(financial[0])
    if names:
        first_year = int(year) + (is_financial and names[0] < 4)
        make = returns.Period.quarter if len(names) > 1 else returns.Period.month
        return make(first_year, names[0])
    return returns.Period.month(int(year), int(financial[1]))


def _state(text: str) -> str:
    return next((code for code, state in STATES.items() if state.name.lower() == text.lower()), text)


def check_section14(vector: Vector) -> None:
    if "original" in vector:
        check_note_rate(vector)
        return
    days = {name: _day(vector.get(name)) for name in ("supply", "invoice", "payment")}
    change = date.fromisoformat(vector["change"])
    assert rates.side_of_change(change, **days) == vector["rate"]
    rate = rates.rate_at_change(Decimal(28), Decimal(18), change, **days)
    assert rate == {"old": 28, "new": 18}[vector["rate"]]


def check_note_rate(vector: Vector) -> None:
    """The product's rate has changed by the day of the note; the note keeps the invoice's."""
    day, rate = vector["original"].split("@")
    original, noted = date.fromisoformat(day.strip()), date.fromisoformat(vector["note_date"])
    history = [
        rates.RateRow(Decimal(rate), original, noted - timedelta(days=1)),
        rates.RateRow(Decimal(rate) + 1, noted),
    ]
    assert rates.rate_for_note(history, original) == Decimal(vector["rate"])
    assert rates.rate_on(history, noted) != Decimal(vector["rate"])


def check_upi(vector: Vector) -> None:
    amount = Decimal(vector["am"]) if vector.get("am") else None
    note, ref = vector.get("tn", ""), vector.get("tr", "")
    assert upi_uri(vector["pa"], vector["pn"], amount=amount, note=note, ref=ref) == vector["uri"]


def check_rates(vector: Vector) -> None:
    """A whole list of slabs, or one slab of it and the day it ends."""
    in_force = rates.rates_on(rates.SLABS, vector["day"])
    if "slabs" in vector:
        assert list(in_force) == sorted(map(_leading_number, vector["slabs"]))
        return
    rate = _leading_number(vector["slab"])
    assert rate in in_force
    ends = re.search(r"until (\d{4}-\d\d-\d\d)", vector["slab"])
    if ends:
        last = date.fromisoformat(ends[1])
        assert rate in rates.rates_on(rates.SLABS, last)
        assert rate not in rates.rates_on(rates.SLABS, last + timedelta(days=1))


def _leading_number(text: str) -> Decimal:
    return Decimal(re.match(r"[\d.]+", text)[0])


def rate_vectors(section: Vector) -> Iterator[Vector]:
    """`until_2025_09_21` and `from_2025_09_22` name a day; each holds a list of slabs."""
    for key, slabs in section.items():
        named = re.search(r"(\d{4})_(\d\d)_(\d\d)$", key)
        if not named:
            continue
        day = date(*map(int, named.groups()))
        yield {"id": key, "day": day, "slabs": slabs}
        yield from ({"id": f"{key}-{slab}", "day": day, "slab": slab} for slab in slabs)


def check_eway_bill(vector: Vector) -> None:
    if "value" in vector:
        limit = Decimal(vector.get("limit", eway.LIMIT))
        assert eway.is_required(Decimal(vector["value"]), limit=limit) is vector["required"]
    if "km" in vector:
        oversized = vector.get("odc", vector.get("oversized", False))
        assert eway.valid_days(vector["km"], oversized=oversized) == vector["days"]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


CHECKS: dict[str, Callable[[Vector], None]] = {
    "calc": check_calc,
    "gstin": check_gstin,
    "invoice_number": check_invoice_number,
    "invoice_number_duplicates": check_duplicate,
    "words": check_words,
    "irn": check_irn,
    "financial_year": check_financial_year,
    "gstr1_section": check_gstr1_section,
    "due_dates": check_due_date,
    "section14": check_section14,
    "upi": check_upi,
    "rates": check_rates,
    "eway_bill": check_eway_bill,
}


def _vectors(path: Path) -> Iterator[tuple[str, Vector]]:
    for section, content in json.loads(path.read_text(encoding="utf-8")).items():
        if section != "meta":
            found = rate_vectors(content) if section == "rates" else content
            yield from ((section, vector) for vector in found)


def _named(path: Path) -> list[Any]:
    """Each vector as a parameter; its place in the file tells apart what has the same name."""
    named = []
    for position, (section, vector) in enumerate(_vectors(path), 1):
        about = next(
            (vector[key] for key in ("id", "gstin", "number", "amount", "form", "date") if key in vector), ""
        )
        named.append(pytest.param(section, vector, id=f"{section}-{position}-{about}"))
    return named


@pytest.mark.vectors
@pytest.mark.parametrize(("section", "vector"), _named(Path(os.environ.get("GST_VECTORS") or OWN_COPY)))
def test_the_package_agrees_with_the_vector(section: str, vector: Vector) -> None:
    assert section in CHECKS, f"no reader for the section {section}"
    CHECKS[section](vector)


def test_every_section_of_the_own_copy_has_vectors() -> None:
    assert {section for section, _ in _vectors(OWN_COPY)} == set(CHECKS)
