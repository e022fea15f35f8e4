"""GSTR-1: what was supplied in a period, as the dict that the portal takes as JSON.

Field names are the portal's. Numbers are `Decimal` with two decimals, to be written by `portal_json.dumps`.
UTGST travels in `samt`. A section without rows is left out, as the portal has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from gstbillingapp.gst.money import ARITHMETIC, ZERO, round2
from gstbillingapp.gst.outward import (
    NOTHING,
    Advance,
    Amounts,
    Nature,
    NumberRange,
    OutwardDocument,
    Part,
    SupplyLine,
    Treatment,
    parts_of,
    total_of,
)
from gstbillingapp.gst.returns import Document, Period, Section

VERSION = "GST3.0.4"  # of the portal's offline tool, whose files look like this one
NATURES = {
    Nature.INVOICE: "Invoices for outward supply",
    Nature.SELF_INVOICE: "Invoices for inward supply from unregistered person",
    Nature.DEBIT_NOTE: "Debit Note",
    Nature.CREDIT_NOTE: "Credit Note",
    Nature.RECEIPT_VOUCHER: "Receipt Voucher",
    Nature.PAYMENT_VOUCHER: "Payment Voucher",
    Nature.REFUND_VOUCHER: "Refund Voucher",
}
# A service has no quantity: chapter 99 is counted in no unit.
SERVICE, NO_UNIT = "99", "NA"
DESCRIPTION_LENGTH = 30

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class HsnTotal:
    """A row of table 12: all supplies of one code, unit and rate."""

    hsn: str
    description: str
    unit: str
    rate: Decimal
    qty: Decimal
    amounts: Amounts


@dataclass
class Gstr1:
    """A period's documents; sections and table 12 are made of them when they are asked for."""

    gstin: str
    period: Period
    documents: Sequence[OutwardDocument]
    advances: dict[Section, list[Advance]] = field(default_factory=dict)
    ranges: list[NumberRange] = field(default_factory=list)

    @cached_property
    def parts(self) -> dict[Section, list[Part]]:
        """What each section has of the documents, in the order they were given."""
        sorted_in: dict[Section, list[Part]] = {}
        for document in self.documents:
            for part in parts_of(document):
                sorted_in.setdefault(part.section, []).append(part)
        return sorted_in

    @cached_property
    def hsn_b2b(self) -> list[HsnTotal]:
        """Table 12 of what registered buyers had."""
        return hsn_totals(document for document in self.documents if document.buyer_gstin)

    @cached_property
    def hsn_b2c(self) -> list[HsnTotal]:
        """Table 12 of what everybody else had."""
        return hsn_totals(document for document in self.documents if not document.buyer_gstin)

    def amounts(self, section: Section) -> Amounts:
        """What a section comes to: credit notes count against, and so do advances set off."""
        if section in (Section.AT, Section.TXPD):
            return total_of(advance.signed for advance in self.advances.get(section, ()))
        return total_of(amounts for part in self.parts.get(section, ()) for amounts in part.each())

    def count(self, section: Section) -> int:
        """How many documents, or advances, a section tells of."""
        return len(self.parts.get(section, ())) + len(self.advances.get(section, ()))


def gstr1(
    gstin: str,
    period: Period,
    documents: Iterable[OutwardDocument],
    advances: Iterable[Advance] = (),
    ranges: Iterable[NumberRange] = (),
) -> Gstr1:
    """The return of a period's documents, in the order they are given."""
    found = Gstr1(gstin, period, list(documents), ranges=list(ranges))
    for advance in advances:
        section = Section.AT if advance.doc is Document.ADVANCE else Section.TXPD
        found.advances.setdefault(section, []).append(advance)
    return found


def as_json(found: Gstr1) -> Json:
    """The whole return."""
    body: Json = {"gstin": found.gstin, "fp": found.period.code, "version": VERSION, "hash": "hash"}
    for section, build in SECTIONS.items():
        if rows := build(found.parts.get(section, [])):
            body[section.value] = rows
    for section in (Section.AT, Section.TXPD):
        if rows := _advances(found.advances.get(section, [])):
            body[section.value] = rows
    # The portal takes no row without a code, and up to ₹5 crore it asks for none of consumers' (Notification
    # 78/2020); one that is missing beside a GSTIN needs care.
    tables = {"hsn_b2b": found.hsn_b2b, "hsn_b2c": found.hsn_b2c}
    hsn = {name: _hsn([row for row in rows if row.hsn]) for name, rows in tables.items()}
    if any(hsn.values()):
        body["hsn"] = {name: rows for name, rows in hsn.items() if rows}
    if found.ranges:
        body["doc_issue"] = {"doc_det": _issued(found.ranges)}
    return body


def portal_day(day: date) -> str:
    """dd-mm-yyyy."""
    return f"{day:%d-%m-%Y}"


def portal_rate(rate: Decimal) -> Decimal | int:
    """A rate as the portal shows it: 18, or 0.25."""
    return int(rate) if rate == rate.to_integral_value() else rate


def _b2b(parts: Sequence[Part]) -> list[Json]:
    return [
        {"ctin": ctin, "inv": [_invoice(part) | _standing(part) for part in group]}
        for ctin, group in _grouped(parts, lambda part: part.document.buyer_gstin)
    ]


def _b2cl(parts: Sequence[Part]) -> list[Json]:
    return [
        {"pos": place, "inv": [_invoice(part) for part in group]}
        for place, group in _grouped(parts, lambda part: part.document.place)
    ]


def _exp(parts: Sequence[Part]) -> list[Json]:
    return [
        {"exp_typ": kind, "inv": [_exported(part) for part in group]}
        for kind, group in _grouped(parts, lambda part: part.entry.exp_typ)
    ]


def _cdnr(parts: Sequence[Part]) -> list[Json]:
    return [
        {"ctin": ctin, "nt": [_note(part) | _standing(part) for part in group]}
        for ctin, group in _grouped(parts, lambda part: part.document.buyer_gstin)
    ]


def _cdnur(parts: Sequence[Part]) -> list[Json]:
    return [{"typ": part.entry.typ} | _note(part) | _place_of_b2cl(part) for part in parts]


def _b2cs(parts: Sequence[Part]) -> list[Json]:
    """One row for each state and rate, notes taken off; none where notes have taken everything."""
    totals: dict[tuple[bool, str, Decimal], Amounts] = {}
    for part in parts:
        for rate, amounts in _by_rate(part.lines).items():
            key = (part.document.intra, part.document.place, rate)
            totals[key] = totals.get(key, NOTHING).plus(part.document.signed(amounts))
    return [
        {"sply_ty": _supply_type(intra), "pos": place, "typ": "OE", "rt": portal_rate(rate)}
        | _taxed(amounts, intra=intra)
        for (intra, place, rate), amounts in sorted(totals.items(), key=_intra_first)
        if amounts != NOTHING
    ]


def _intra_first(row: tuple[tuple[bool, str, Decimal], Amounts]) -> tuple[bool, str, Decimal]:
    intra, place, rate = row[0]
    return (not intra, place, rate)


NIL_FIELDS = {Treatment.EXEMPT: "expt_amt", Treatment.NIL: "nil_amt", Treatment.NON_GST: "ngsup_amt"}
NIL_TYPES = ("INTRB2B", "INTRAB2B", "INTRB2C", "INTRAB2C")


def nil_type(document: OutwardDocument) -> str:
    """The row of table 8: between states or within one, to a registered person or another."""
    return f"{'INTRA' if document.intra else 'INTR'}{'B2B' if document.buyer_gstin else 'B2C'}"


def _nil(parts: Sequence[Part]) -> Json:
    rows: dict[str, dict[str, Decimal]] = {}
    for part in parts:
        row = rows.setdefault(nil_type(part.document), dict.fromkeys(NIL_FIELDS.values(), ZERO))
        for line in part.lines:
            name = NIL_FIELDS[line.treatment]
            row[name] = ARITHMETIC.add(row[name], part.document.signed(line.amounts).taxable)
    inv = [{"sply_ty": kind, **rows[kind]} for kind in NIL_TYPES if kind in rows]
    return {"inv": inv} if inv else {}


def _advances(advances: Sequence[Advance]) -> list[Json]:
    """Tables 11A and 11B: by state, and there by rate. `ad_amt` is the advance without tax."""
    totals: dict[tuple[bool, str], dict[Decimal, Amounts]] = {}
    for advance in advances:
        rates = totals.setdefault((advance.intra, advance.place), {})
        rates[advance.rate] = rates.get(advance.rate, NOTHING).plus(advance.amounts)
    return [
        {
            "pos": place,
            "sply_ty": _supply_type(intra),
            "itms": [
                {"rt": portal_rate(rate), "ad_amt": rates[rate].taxable} | _tax(rates[rate], intra=intra)
                for rate in sorted(rates)
            ],
        }
        for (intra, place), rates in sorted(totals.items(), key=lambda row: (not row[0][0], row[0][1]))
    ]


SECTIONS: Mapping[Section, Callable[[Sequence[Part]], list[Json] | Json]] = {
    Section.B2B: _b2b,
    Section.B2CL: _b2cl,
    Section.B2CS: _b2cs,
    Section.CDNR: _cdnr,
    Section.CDNUR: _cdnur,
    Section.EXP: _exp,
    Section.NIL: _nil,
}


def _grouped(parts: Sequence[Part], key: Callable[[Part], str]) -> list[tuple[str, list[Part]]]:
    """The parts by a key, the keys in order, the documents of each in the order they came."""
    return [(name, list(group)) for name, group in groupby(sorted(parts, key=key), key=key)]


def _invoice(part: Part) -> Json:
    document = part.document
    return {
        "inum": document.number,
        "idt": portal_day(document.date),
        "val": document.value,
        "itms": _items(part),
    }


def _standing(part: Part) -> Json:
    document = part.document
    return {
        "pos": document.place,
        "rchrg": "Y" if document.rcm else "N",
        "inv_typ": part.entry.inv_typ,
    }


def _note(part: Part) -> Json:
    document = part.document
    return {
        "ntty": part.entry.ntty,
        "nt_num": document.number,
        "nt_dt": portal_day(document.date),
        "val": document.value,
        "itms": _items(part),
    }


def _place_of_b2cl(part: Part) -> Json:
    return {"pos": part.document.place} if part.entry.typ == "B2CL" else {}


def _exported(part: Part) -> Json:
    """The lines stand flat here. Shipping bills are added on the portal, where the customs' are known."""
    invoice = _invoice(part)
    invoice["itms"] = [
        {"rt": portal_rate(rate), "txval": amounts.taxable, "iamt": amounts.igst, "csamt": amounts.cess}
        for rate, amounts in _by_rate(part.lines).items()
    ]
    return invoice


def _items(part: Part) -> list[Json]:
    return [
        {
            "num": position,
            "itm_det": {"rt": portal_rate(rate)} | _taxed(amounts, intra=part.document.intra),
        }
        for position, (rate, amounts) in enumerate(_by_rate(part.lines).items(), start=1)
    ]


def _by_rate(lines: Iterable[SupplyLine]) -> dict[Decimal, Amounts]:
    """The lines added up by rate, the lowest first."""
    totals: dict[Decimal, Amounts] = {}
    for line in lines:
        totals[line.rate] = totals.get(line.rate, NOTHING).plus(line.amounts)
    return dict(sorted(totals.items()))


def _taxed(amounts: Amounts, *, intra: bool) -> Json:
    return {"txval": amounts.taxable} | _tax(amounts, intra=intra)


def _tax(amounts: Amounts, *, intra: bool) -> Json:
    """Only the kinds of tax that the supply can bear."""
    kinds = {"camt": amounts.cgst, "samt": amounts.sgst} if intra else {"iamt": amounts.igst}
    return {**kinds, "csamt": amounts.cess}


def _supply_type(intra: bool) -> str:
    return "INTRA" if intra else "INTER"


def hsn_totals(documents: Iterable[OutwardDocument]) -> list[HsnTotal]:
    """Table 12 of some documents, all their lines, by code, rate and unit; without what notes took back."""
    found: defaultdict[tuple[str, Decimal, str], list[tuple[OutwardDocument, SupplyLine]]] = defaultdict(list)
    for document in documents:
        for line in document.lines:
            unit = NO_UNIT if line.hsn.startswith(SERVICE) else line.unit
            found[line.hsn, line.rate, unit].append((document, line))
    rows = (_hsn_total(*key, supplies) for key, supplies in sorted(found.items(), key=itemgetter(0)))
    return [row for row in rows if row.qty or row.amounts != NOTHING]


def _hsn_total(
    hsn: str, rate: Decimal, unit: str, supplies: list[tuple[OutwardDocument, SupplyLine]]
) -> HsnTotal:
    counted = (ARITHMETIC.minus(line.qty) if document.is_credit else line.qty for document, line in supplies)
    with localcontext(ARITHMETIC):
        qty = Decimal(0) if hsn.startswith(SERVICE) else sum(counted, Decimal(0))
    return HsnTotal(
        hsn=hsn,
        description=supplies[0][1].description,
        unit=unit,
        rate=rate,
        qty=qty,
        amounts=total_of(document.signed(line.amounts) for document, line in supplies),
    )


def _hsn(rows: Sequence[HsnTotal]) -> list[Json]:
    return [
        {
            "num": position,
            "hsn_sc": row.hsn,
            "desc": row.description[:DESCRIPTION_LENGTH].strip(),
            "uqc": row.unit,
            "qty": round2(row.qty),
            "rt": portal_rate(row.rate),
            "txval": row.amounts.taxable,
            "iamt": row.amounts.igst,
            "camt": row.amounts.cgst,
            "samt": row.amounts.sgst,
            "csamt": row.amounts.cess,
        }
        for position, row in enumerate(rows, start=1)
    ]


def _issued(ranges: Sequence[NumberRange]) -> list[Json]:
    return [
        {
            "doc_num": int(nature),
            "doc_typ": words,
            "docs": [_docs(n, row) for n, row in enumerate(rows, start=1)],
        }
        for nature, words in NATURES.items()
        if (rows := [row for row in ranges if row.nature is nature])
    ]


def _docs(position: int, row: NumberRange) -> Json:
    return {
        "num": position,
        "from": row.first,
        "to": row.last,
        "totnum": row.total,
        "cancel": row.cancelled,
        "net_issue": row.total - row.cancelled,
    }
