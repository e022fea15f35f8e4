"""What needs care before a period is filed: slips that the portal refuses, or that an officer asks about."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.urls import reverse

from gstbillingapp.actions.advice import NAMED_FROM, hsn_digits
from gstbillingapp.gst import gstin
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.outward import OutwardDocument, SupplyLine, Treatment
from gstbillingapp.gst.rates import REFORM, kept_for, rates_on
from gstbillingapp.gst.states import current_code, state_label
from gstbillingapp.models import Business, GstRate, Invoice, InvoiceState, Note, NumberSeries
from gstbillingapp.models.fields import day_text, plain_number
from gstbillingapp.returns.books import Books, Row
from gstbillingapp.returns.calendar import period_under_way
from gstbillingapp.returns.filed import begins, filed_before

LEAST_DIGITS = 4  # of an HSN on an invoice to a registered buyer (Notification 78/2020)
GAPS_NAMED = 5  # numbers in one sentence


@dataclass(frozen=True, slots=True)
class Care:
    """Something to mend. `label` and `url` are of the document; `code` names the rule."""

    code: str
    label: str
    message: str
    url: str = ""


def care_of(books: Books) -> list[Care]:
    """Everything that needs care, document by document, then the numbers and the drafts."""
    slabs: dict[datetime.date, frozenset[object]] = {}
    rates = list(GstRate.objects.all())
    found: list[Care] = []
    digits_of_all = hsn_digits(books.business)
    for document in books.documents:
        day = document.original_date or document.date  # a note bears the rate of its invoice (s.34)
        if day not in slabs:
            slabs[day] = frozenset(rates_on(rates, day))
        found += _of_document(document, slabs[day], digits_of_all)
    rest = (
        *(_of_others(books), _of_filed(books), _of_late(books), _of_advances(books)),
        *(_of_numbers(books), _of_drafts(books)),
    )
    return [*found, *chain.from_iterable(rest)]


# What a reminder calls each.
SHORTLY = {
    "hsn_missing": "no HSN",
    "hsn_short": "HSN too short",
    "rate_not_in_force": "rate not in force",
    "rate_kept": "rate of other goods",
    "gstin_invalid": "wrong GSTIN",
    "gstin_state": "wrong state",
    "buyer_details": "buyer's address missing",
    "place_missing": "no place of supply",
    "other_gstin": "another GSTIN",
    "composition": "issued under composition",
    "rcm_unregistered": "reverse charge without GSTIN",
    "issued_late": "issued late",
    "lut_missing": "LUT missing",
    "cancelled_after_filing": "cancelled after filing",
    "issued_after_filing": "issued after filing",
    "advance_late": "advance told late",
    "advance_after_filing": "advance changed after filing",
    "gap": "gap in numbers",
    "draft": "draft",
}


def in_care(found: Iterable[Care]) -> int:
    """How many documents, or series of numbers, need care."""
    return len({care.label for care in found})


def words_of(found: Collection[Care]) -> str:
    """The sum of it in a sentence; empty for nothing."""
    count = in_care(found)
    if not count:
        return ""
    kinds = {care.code for care in found}
    reasons = ", ".join(words for code, words in SHORTLY.items() if code in kinds)
    return f"{count} {'invoice needs' if count == 1 else 'invoices need'} care ({reasons})"


def _of_document(document: OutwardDocument, slabs: frozenset[object], digits_of_all: int) -> list[Care]:
    row = cast(Row, document.key)
    found = [
        *_of_hsn(document, digits_of_all or (LEAST_DIGITS if document.buyer_gstin else 0)),
        *_of_rates(document, slabs),
        *_of_buyer(row, document),
        *_of_place(row),
    ]
    return [Care(code, row.number, message, row.url) for code, message in found]


Found = Iterator[tuple[str, str]]
Times = tuple[datetime.datetime, datetime.datetime | None]  # of issuing, and of cancelling


def _of_hsn(document: OutwardDocument, needed: int) -> Found:
    wanting = [line for line in document.lines if len(line.hsn) < needed]
    if not wanting:
        return
    missing = [line for line in wanting if not line.hsn]
    if missing:
        yield "hsn_missing", f"{_lines(missing)} without HSN or SAC; {needed} digits are needed."
    short = sorted({line.hsn for line in wanting if line.hsn})
    if short:
        yield "hsn_short", f"{', '.join(short)} is too short: {needed} digits are needed."


def _of_rates(document: OutwardDocument, slabs: frozenset[object]) -> Found:
    unknown = [line for line in document.lines if line.rate not in slabs]
    wrong = {line.rate for line in unknown if line.treatment is Treatment.TAXABLE} if unknown else ()
    if wrong:
        words = ", ".join(f"{plain_number(rate)} %" for rate in sorted(wrong))
        yield (
            "rate_not_in_force",
            f"{words} is no rate of tax on {day_text(document.original_date or document.date)}.",
        )
    yield from _of_slabs(document, slabs)


def _of_slabs(document: OutwardDocument, slabs: frozenset[object]) -> Found:
    """Slabs in force that have ended for all but a few goods."""
    day = document.original_date or document.date
    found = {(line.rate, kept_for(line.rate, line.hsn, day)) for line in document.lines if line.rate in slabs}
    for rate, goods in sorted(pair for pair in found if pair[1]):
        yield "rate_kept", f"{plain_number(rate)} % is only for {goods} since {day_text(REFORM)}."


def _of_buyer(row: Row, document: OutwardDocument) -> Found:
    if row.rcm and not row.buyer_gstin:
        yield "rcm_unregistered", "The buyer is to pay the tax on reverse charge, but has no GSTIN."
    if row.buyer_gstin:
        if gstin.reason(row.buyer_gstin) is not gstin.Reason.OK:
            yield "gstin_invalid", f"{row.buyer_gstin} is no GSTIN: the portal refuses it."
        elif row.buyer_state_code and current_code(row.buyer_gstin[:2]) != current_code(row.buyer_state_code):
            yield (
                "gstin_state",
                f"The GSTIN {row.buyer_gstin} is of {state_label(row.buyer_gstin[:2])}, the address of "
                f"{state_label(row.buyer_state_code)}.",
            )
    elif not row.export and document.value >= NAMED_FROM:
        facts = {"name": row.buyer_name, "address": row.buyer_address, "state": row.buyer_state_code}
        missing = [name for name, value in facts.items() if not value]
        if missing:
            least = indian_format(NAMED_FROM, places=0)
            yield "buyer_details", f"From {least} on it names the buyer's {' and '.join(missing)}."


def _of_place(row: Row) -> Found:
    if not state_label(row.place_of_supply):
        yield "place_missing", "No place of supply."
    if row.zero_rated and not row.supplier_lut_number:
        yield "lut_missing", "Without tax, but the LUT has no number."


def _lines(lines: list[SupplyLine]) -> str:
    return "1 line" if len(lines) == 1 else f"{len(lines)} lines"


def _of_others(books: Books) -> Iterator[Care]:
    for row in books.left_out:
        if row.is_cancelled:
            continue
        if row.supplier_gstin == books.business.gstin:
            words = "A bill of supply of the composition scheme: it is left out here."
            yield Care("composition", row.number, words, row.url)
        else:
            issued_with = row.supplier_gstin or "none"
            words = f"Issued with another GSTIN ({issued_with}) than the one that files: it is left out here."
            yield Care("other_gstin", row.number, words, row.url)


def _of_late(books: Books) -> Iterator[Care]:
    """What was issued in this period with the date of an earlier one, after that one's GSTR-1 was filed."""
    until = begins(books.until, 1)
    earlier = [each for each in books.filings if each.first < books.since and each.filed_at < until]
    if not earlier:
        return
    kinds: list[tuple[QuerySet[Any], str]] = [
        (Invoice.objects.filter(state=InvoiceState.ISSUED), "issued_at"),
        (Note.objects.of_supplies().standing(), "created_at"),
    ]
    for rows, issued in kinds:
        times = {f"{issued}__gte": begins(books.since), f"{issued}__lt": until}
        ours = {"business": books.business, "supplier_gstin": books.business.gstin, "composition": False}
        dated = rows.filter(date__lt=books.since, **ours, **times).order_by("date", "id")
        for row in dated:
            late = filed_before(earlier, row.date, getattr(row, issued))
            if late is not None:
                words = (
                    f"Dated {day_text(row.date)} and issued after {late.form} for {late.period.label} was "
                    "filed: add it to this return on the portal."
                )
                yield Care("issued_late", row.number, words, row.get_absolute_url())


def _of_advances(books: Books) -> Iterator[Care]:
    """What was recorded or taken back of an advance after the return that should have told it was filed."""
    for move in books.moves:
        missed, row = move.missed, move.voucher
        if missed is None:
            continue
        late = f"{move.what} after {missed.form} for {missed.period.label} was filed"
        if books.since <= move.date <= books.until:
            words = f"{late}: it counts in this return. See that the portal has it once."
            yield Care("advance_late", row.number, words, row.url)
        elif books.since <= missed.period.last <= books.until:
            later = period_under_way(books.business, move.date).label
            words = f"{late}: what was filed stays, and it counts in the return for {later}."
            yield Care("advance_after_filing", row.number, words, row.url)


def _of_filed(books: Books) -> Iterator[Care]:
    """What was issued or cancelled after the period's GSTR-1 was filed has to be amended in a later one."""
    filed = next((each for each in books.filings if each.first >= books.since), None)
    if filed is None:
        return
    changed = _changed_after(books, filed.filed_at)
    for row in books.rows:
        issued_at, cancelled_at = changed.get((bool(row.kind), row.pk), (None, None))
        if issued_at is None:
            continue
        if cancelled_at and cancelled_at > filed.filed_at > issued_at:
            words = "Cancelled after GSTR-1 was filed: amend it in a later return."
            yield Care("cancelled_after_filing", row.number, words, row.url)
        elif issued_at > filed.filed_at and not row.is_cancelled:
            words = "Issued after GSTR-1 was filed: report it in a later return."
            yield Care("issued_after_filing", row.number, words, row.url)


def _changed_after(books: Books, filed_at: datetime.datetime) -> dict[tuple[bool, int], Times]:
    """Of the invoices and notes issued or cancelled after that, when they were: by whether a note, and id."""
    changed: dict[tuple[bool, int], Times] = {}
    kinds: list[tuple[bool, QuerySet[Any], str]] = [
        (False, Invoice.objects.exclude(state=InvoiceState.DRAFT), "issued_at"),
        (True, Note.objects.all(), "created_at"),
    ]
    for is_note, rows, issued in kinds:
        later = Q(**{f"{issued}__gt": filed_at}) | Q(cancelled_at__gt=filed_at)
        found = rows.filter(later, business=books.business, date__gte=books.since, date__lte=books.until)
        for pk, *times in found.values_list("pk", issued, "cancelled_at"):
            changed[is_note, pk] = (times[0], times[1])
    return changed


def _of_numbers(books: Books) -> Iterator[Care]:
    series: defaultdict[tuple[bool, str, str], set[int]] = defaultdict(set)
    for row in books.rows:
        series[bool(row.kind), row.financial_year, row.series].add(row.sequence)
    for (of_notes, year, stem), used in sorted(series.items()):
        numbered = Note.objects.all() if of_notes else Invoice.objects.all()
        missing = _missing(books, numbered, year, stem, used)
        if missing:
            yield Care("gap", f"Series {stem.rstrip('/-')}", _gap_words(stem, missing))


def _missing(books: Books, numbered: "QuerySet[Any]", year: str, stem: str, used: set[int]) -> list[int]:
    """Numbers between the one before the period's first and its last that no document of the year has.

    What is before the first of a series was given by another program.
    """
    wanted = set(range(max(1, min(used) - 1), max(used) + 1)) - used
    if wanted:
        first = _first_of(books.business, year, stem)
        wanted = {number for number in wanted if number >= first}
    if not wanted:
        return []
    elsewhere = numbered.filter(
        business=books.business,
        financial_year=year,
        sequence__gte=min(wanted),
        sequence__lte=max(wanted),
        number__startswith=stem,
    )
    return sorted(wanted - set(elsewhere.values_list("sequence", flat=True)))


def _first_of(business: Business, year: str, stem: str) -> int:
    series = NumberSeries.objects.filter(
        business=business, financial_year=year, prefix=stem.partition("/")[0].upper()
    )
    return series.values_list("first", flat=True).first() or 1


def _gap_words(stem: str, missing: list[int]) -> str:
    named = ", ".join(f"{stem}{number:04d}" for number in missing[:GAPS_NAMED])
    more = f" and {len(missing) - GAPS_NAMED} more" if len(missing) > GAPS_NAMED else ""
    return f"No document has the number {named}{more}: numbers run without a gap."


def _of_drafts(books: Books) -> Iterator[Care]:
    drafts = Invoice.objects.filter(
        business=books.business, state=InvoiceState.DRAFT, date__gte=books.since, date__lte=books.until
    ).select_related("customer")
    for draft in drafts.order_by("date", "id"):
        party = f" for {draft.party}" if draft.party else ""
        yield Care(
            "draft",
            str(draft),
            f"Still a draft{party}, dated {day_text(draft.date)}: issue it, date it later, or delete it.",
            reverse("invoice", args=[draft.pk]),
        )
