"""GST returns: the section of GSTR-1 a document belongs in, and the days returns are due.

Due days here are those of the rules; extensions are announced by notification and passed in as data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.money import ZERO
from gstbillingapp.gst.numbers import financial_year, financial_year_start
from gstbillingapp.gst.states import REGISTRABLE


class Document(StrEnum):
    """What is reported: an invoice, a note on one, an advance taken or an advance set off."""

    INVOICE = "INV"
    CREDIT_NOTE = "CRN"
    DEBIT_NOTE = "DBN"
    ADVANCE = "ADV"
    ADVANCE_ADJUSTED = "ADJ"


class Section(StrEnum):
    """Sections of GSTR-1, by the names its JSON has."""

    B2B = "b2b"
    B2CL = "b2cl"
    B2CS = "b2cs"
    CDNR = "cdnr"
    CDNUR = "cdnur"
    EXP = "exp"
    NIL = "nil"
    AT = "at"
    TXPD = "txpd"


# Since 1 August 2024 by Notification 12/2024; "above", not "from".
B2CL_LIMITS = ((date(2024, 8, 1), Decimal(100_000)), (date(2017, 7, 1), Decimal(250_000)))


class Reported(NamedTuple):
    """A document as GSTR-1 sees it. `value` is rupees with tax, that of the original invoice for a note.

    `date` likewise is the original's; None applies the limits of today's law. `against` is the section of the
    invoice a note amends; without it, the section that invoice would be in. `all_exempt` is a document with
    nothing taxable on it.
    """

    doc: Document = Document.INVOICE
    buyer_registered: bool = False
    inter_state: bool = False
    value: Decimal = ZERO
    date: date | None = None
    sez: bool = False
    export: bool = False
    deemed_export: bool = False
    with_payment: bool = False
    all_exempt: bool = False
    against: Section | None = None


class Gstr1Entry(NamedTuple):
    """Where a document goes and the codes it carries there, empty where the section has no such field.

    `inv_typ` (b2b, cdnr) is R, DE, SEWP or SEWOP; `ntty` C or D; `typ` (cdnur) B2CL, EXPWP or EXPWOP;
    `exp_typ` (exp) WPAY or WOPAY.
    """

    section: Section
    inv_typ: str = ""
    ntty: str = ""
    typ: str = ""
    exp_typ: str = ""


def gstr1_section(reported: Reported) -> Gstr1Entry:
    """Classify a document for GSTR-1.

    A note against a small consumer sale or a nil-rated one has no section of its own: it is netted there.
    """
    if reported.doc is Document.ADVANCE:
        return Gstr1Entry(section=Section.AT)
    if reported.doc is Document.ADVANCE_ADJUSTED:
        return Gstr1Entry(section=Section.TXPD)
    original = reported.against or _section_of_invoice(reported)
    if reported.doc is Document.INVOICE:
        return _invoice_entry(reported, original)
    return _note_entry(reported, original)


def b2cl_limit(day: date | None) -> Decimal:
    """Rupees above which an inter-state sale to a consumer is reported by itself."""
    if day is None:
        return B2CL_LIMITS[0][1]
    return next((limit for since, limit in B2CL_LIMITS if day >= since), B2CL_LIMITS[-1][1])


def _section_of_invoice(reported: Reported) -> Section:
    if reported.export:
        return Section.EXP
    if reported.all_exempt:
        return Section.NIL
    if reported.buyer_registered or reported.sez or reported.deemed_export:
        return Section.B2B
    large = reported.inter_state and reported.value > b2cl_limit(reported.date)
    return Section.B2CL if large else Section.B2CS


def _invoice_entry(reported: Reported, section: Section) -> Gstr1Entry:
    if section is Section.B2B:
        return Gstr1Entry(section=section, inv_typ=_invoice_type(reported))
    if section is Section.EXP:
        return Gstr1Entry(section=section, exp_typ="WPAY" if reported.with_payment else "WOPAY")
    return Gstr1Entry(section=section)


def _note_entry(reported: Reported, original: Section) -> Gstr1Entry:
    ntty = "C" if reported.doc is Document.CREDIT_NOTE else "D"
    if original is Section.B2B:
        return Gstr1Entry(section=Section.CDNR, inv_typ=_invoice_type(reported), ntty=ntty)
    if original is Section.B2CL:
        return Gstr1Entry(section=Section.CDNUR, ntty=ntty, typ="B2CL")
    if original is Section.EXP:
        typ = "EXPWP" if reported.with_payment else "EXPWOP"
        return Gstr1Entry(section=Section.CDNUR, ntty=ntty, typ=typ)
    return Gstr1Entry(section=original)


def _invoice_type(reported: Reported) -> str:
    if reported.sez:
        return "SEWP" if reported.with_payment else "SEWOP"
    return "DE" if reported.deemed_export else "R"


class Span(StrEnum):
    """How long a return's period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """A tax period. Made by `month`, `quarter` or `year`."""

    span: Span
    first: date

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """A calendar month."""
        return cls(Span.MONTH, date(year, month, 1))

    @classmethod
    def quarter(cls, year: int, month: int) -> Period:
        """The calendar quarter a month lies in."""
        return cls(Span.QUARTER, date(year, month - (month - 1) % 3, 1))

    @classmethod
    def year(cls, name: str) -> Period:
        """A financial year written like `2026-27`."""
        return cls(Span.YEAR, date(financial_year_start(name), 4, 1))

    @property
    def after(self) -> date:
        """The first day after the period."""
        months = {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12}[self.span]
        years, month = divmod(self.first.month - 1 + months, 12)
        return date(self.first.year + years, month + 1, 1)

    @property
    def last(self) -> date:
        """The last day of the period."""
        return self.after - timedelta(days=1)

    @property
    def code(self) -> str:
        """MMYYYY of the last month, as returns carry it."""
        return f"{self.last:%m%Y}"

    @property
    def label(self) -> str:
        """`Oct 2026`, `Jul–Sep 2026` or `FY 2026-27`."""
        if self.span is Span.YEAR:
            return f"FY {financial_year(self.first)}"
        months = f"{self.last:%b %Y}"
        return months if self.span is Span.MONTH else f"{self.first:%b}–{months}"


def months_before(day: date, count: int) -> date:
    """The first day of the month so many months before that of a day."""
    years, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(years, month + 1, 1)


class Form(StrEnum):
    """Returns and payments with a due day."""

    GSTR_1 = "GSTR-1"
    IFF = "IFF"
    GSTR_3B = "GSTR-3B"
    PMT_06 = "PMT-06"
    CMP_08 = "CMP-08"
    GSTR_4 = "GSTR-4"
    GSTR_9 = "GSTR-9"


# (form, span of the period) -> (months after the period's last month, day)
_DUE: dict[tuple[Form, Span], tuple[int, int]] = {
    (Form.GSTR_1, Span.MONTH): (1, 11),
    (Form.GSTR_1, Span.QUARTER): (1, 13),
    (Form.IFF, Span.MONTH): (1, 13),
    (Form.GSTR_3B, Span.MONTH): (1, 20),
    (Form.GSTR_3B, Span.QUARTER): (1, 24),
    (Form.PMT_06, Span.MONTH): (1, 25),
    (Form.CMP_08, Span.QUARTER): (1, 18),
    (Form.GSTR_4, Span.YEAR): (3, 30),
    (Form.GSTR_9, Span.YEAR): (9, 31),
}

# fmt: off
GROUP_22ND = frozenset({
    "22", "23", "24", "25", "26", "27", "29", "30", "31", "32", "33", "34", "35", "36", "37",
})
# fmt: on
"""States and territories of the south, west and centre, whose quarterly GSTR-3B is due two days earlier."""


@dataclass(frozen=True, slots=True)
class Extension:
    """A due day moved by notification, for all states or for those named."""

    form: Form
    period: Period
    due: date
    states: frozenset[str] = frozenset()

    def moves(self, form: Form, period: Period, state: str) -> bool:
        """Whether it is for this return of a business that is registered in that state."""
        is_theirs = not self.states or state in self.states
        return is_theirs and (self.form, self.period) == (form, period)


def due_date(form: Form, period: Period, *, state: str = "", extensions: Iterable[Extension] = ()) -> date:
    """The last day to file in time; the latest extension that applies wins over the rule.

    `state` (two digits) is needed for a quarterly GSTR-3B. Raises InputError on `period` when the form has no
    such period, and on `state`.
    """
    announced = [each.due for each in extensions if each.moves(form, period, state)]
    return max([_due_by_rule(form, period, state), *announced])


def _due_by_rule(form: Form, period: Period, state: str) -> date:
    if (form, period.span) not in _DUE:
        spans = [span for known, span in _DUE if known is form]
        raise InputError("period", f"a {' or a '.join(spans)} for {form}")
    months, day = _DUE[form, period.span]
    if (form, period.span) == (Form.GSTR_3B, Span.QUARTER):
        day = _quarterly_3b_day(state)
    # a period ends before its `after`, which is one month on already
    years, month = divmod(period.after.month - 1 + months - 1, 12)
    return date(period.after.year + years, month + 1, day)


def _quarterly_3b_day(state: str) -> int:
    if state not in REGISTRABLE | GROUP_22ND:
        raise InputError("state", "the code of the state of registration, on which the day depends")
    return 22 if state in GROUP_22ND else 24


class Filing(StrEnum):
    """How a business files."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    COMPOSITION = "composition"


def obligations(filing: Filing, month: Period) -> list[tuple[Form, Period]]:
    """What falls due for a month that has ended, in the order of due days.

    The optional IFF is left out. GSTR-9 is listed for whoever is not under composition; below ₹2 crore of
    turnover it has so far been waived year by year.
    """
    last = month.last
    quarter_ends, year_ends = last.month % 3 == 0, last.month == 3
    quarter = Period.quarter(last.year, last.month)
    forms: list[tuple[Form, Period]] = []
    if filing is Filing.MONTHLY:
        forms += [(Form.GSTR_1, month), (Form.GSTR_3B, month)]
    elif filing is Filing.QUARTERLY and quarter_ends:
        forms += [(Form.GSTR_1, quarter), (Form.GSTR_3B, quarter)]
    elif filing is Filing.QUARTERLY:
        forms.append((Form.PMT_06, month))
    elif quarter_ends:
        forms.append((Form.CMP_08, quarter))
    if year_ends:
        annual = Form.GSTR_4 if filing is Filing.COMPOSITION else Form.GSTR_9
        forms.append((annual, Period.year(financial_year(last))))
    return forms


def irp_deadline(invoice: date) -> date:
    """The last day the e-invoice portal takes an invoice from a supplier of ₹10 crore turnover and above.

    Thirty days, of which the invoice's own is the first.
    """
    return invoice + timedelta(days=29)


def credit_note_cut_off(year: str) -> date:
    """The last day a credit note for a supply of a financial year is declared, 30 November (CGST s.34(2)).

    The annual return ends it earlier, where that is filed before.
    """
    return date(financial_year_start(year) + 1, 11, 30)
