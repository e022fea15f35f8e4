"""GSTR-3B: the summary of a period, and how its tax may be paid out of credit.

Supplies whose tax the buyer pays (reverse charge, table 4B of GSTR-1) are no part of 3.1: the portal's own
statement leaves them out too. Field names are the portal's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from gstbillingapp.gst.money import ARITHMETIC, ZERO
from gstbillingapp.gst.outward import (
    NOTHING,
    Advance,
    Amounts,
    OutwardDocument,
    Part,
    Treatment,
    parts_of,
    total_of,
)
from gstbillingapp.gst.returns import Period, Section

Json = dict[str, Any]


class Credit(StrEnum):
    """Where input tax comes from, by the portal's names of the rows of table 4(A)."""

    IMPORT_OF_GOODS = "IMPG"
    IMPORT_OF_SERVICES = "IMPS"
    REVERSE_CHARGE = "ISRC"
    DISTRIBUTED = "ISD"
    OTHER = "OTH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inward:
    """A purchase, or a part of one at one rate; `sign` -1 takes it back.

    `eligible` False is tax that s.17(5) keeps from being credited, `claimed` False tax that nobody asks for.
    `denied` is tax that is asked for and not given: too late (s.16(4)), or of another state; told in 4(D)(2).
    `netted` is a vendor's credit note: it lowers 4(A) (Notification 14/2022), others take back in 4(B)(2).
    `rcm` is tax that the business itself owes. `treatment` other than taxable puts the value into table 5.
    """

    amounts: Amounts
    intra: bool
    source: Credit = Credit.OTHER
    eligible: bool = True
    claimed: bool = True
    denied: bool = False
    rcm: bool = False
    treatment: Treatment = Treatment.TAXABLE
    sign: int = 1
    netted: bool = False

    def signed(self) -> Amounts:
        """The amounts as they count."""
        return self.amounts if self.sign > 0 else self.amounts.negated()


@dataclass(frozen=True, slots=True)
class Pair:
    """Values between states and within one."""

    inter: Decimal = ZERO
    intra: Decimal = ZERO


@dataclass(slots=True)
class Gstr3b:
    """The summary. 3.1: `taxable` to `non_gst`. 3.2: `to_unregistered` by place.

    4: `credit` (A), `ineligible` (B)(1), `reversed` (B)(2), `denied` (D)(2).
    5: `exempt_inward` and `non_gst_inward`. `left_out` are the outward supplies whose tax the buyers pay.
    """

    gstin: str
    period: Period
    taxable: Amounts = NOTHING
    zero_rated: Amounts = NOTHING
    exempt: Amounts = NOTHING
    reverse_charge: Amounts = NOTHING
    non_gst: Amounts = NOTHING
    left_out: Amounts = NOTHING
    to_unregistered: dict[str, Amounts] = field(default_factory=dict)
    credit: dict[Credit, Amounts] = field(default_factory=dict)
    ineligible: Amounts = NOTHING
    reversed: Amounts = NOTHING
    denied: Amounts = NOTHING
    exempt_inward: Pair = Pair()
    non_gst_inward: Pair = Pair()

    @property
    def net_credit(self) -> Amounts:
        """4(C): what may be used; tax that may not, or no longer, is reversed in 4(B)."""
        taken_off = self.ineligible.plus(self.reversed)
        return total_of(self.credit.values()).plus(taken_off.negated())

    @property
    def payable(self) -> Amounts:
        """6.1, tax on outward supplies; that of reverse charge is paid in cash besides."""
        return self.taxable.plus(self.zero_rated)


def gstr3b(
    gstin: str,
    period: Period,
    documents: Iterable[OutwardDocument],
    advances: Iterable[Advance] = (),
    inward: Sequence[Inward] = (),
) -> Gstr3b:
    """Add a period up."""
    found = Gstr3b(gstin, period)
    _add_outward(found, [part for document in documents for part in parts_of(document)])
    found.taxable = found.taxable.plus(total_of(advance.signed for advance in advances))
    for purchase in inward:
        _add_inward(found, purchase)
    found.exempt_inward = _pair(row for row in inward if row.treatment in (Treatment.EXEMPT, Treatment.NIL))
    found.non_gst_inward = _pair(row for row in inward if row.treatment is Treatment.NON_GST)
    return found


# The rows of 3.1 that are of outward supplies, and what the buyers pay the tax of.
OUTWARD = ("taxable", "zero_rated", "exempt", "non_gst", "left_out")


def _add_outward(found: Gstr3b, parts: Iterable[Part]) -> None:
    """Sort lines by the row they count in, and add each row up once: a month has thousands of them."""
    rows: dict[str, list[Amounts]] = {name: [] for name in OUTWARD}
    to_unregistered: defaultdict[str, list[Amounts]] = defaultdict(list)
    for part in parts:
        document = part.document
        if part.section is Section.NIL:
            _sort_untaxed(rows, part)
            continue
        row = "zero_rated" if document.is_zero_rated else "left_out" if document.rcm else "taxable"
        amounts = part.each()
        rows[row] += amounts
        if row == "taxable" and not document.intra and not document.buyer_gstin:
            to_unregistered[document.place] += amounts
    for name, amounts in rows.items():
        setattr(found, name, total_of(amounts))
    found.to_unregistered = {place: total_of(amounts) for place, amounts in to_unregistered.items()}


def _sort_untaxed(rows: dict[str, list[Amounts]], part: Part) -> None:
    for line, amounts in zip(part.lines, part.each(), strict=True):
        rows["non_gst" if line.treatment is Treatment.NON_GST else "exempt"].append(amounts)


def _add_inward(found: Gstr3b, row: Inward) -> None:
    if row.treatment is not Treatment.TAXABLE:
        return
    if row.rcm:
        found.reverse_charge = found.reverse_charge.plus(row.signed())
    if row.denied:
        found.denied = found.denied.plus(row.signed())
    if row.claimed:
        _add_credit(found, row)


def _add_credit(found: Gstr3b, row: Inward) -> None:
    """Claimed by mistake, it goes back in 4(B)(2) (Circular 170/2022); of what s.17(5) blocks, none was."""
    if row.sign < 0 and not row.netted:
        found.reversed = found.reversed.plus(row.amounts) if row.eligible else found.reversed
        return
    source = Credit.REVERSE_CHARGE if row.rcm and row.source is Credit.OTHER else row.source
    found.credit[source] = found.credit.get(source, NOTHING).plus(row.signed())
    if not row.eligible:
        found.ineligible = found.ineligible.plus(row.signed())


def _pair(rows: Iterable[Inward]) -> Pair:
    inter = intra = ZERO
    for row in rows:
        value = row.signed().taxable
        if row.intra:
            intra = ARITHMETIC.add(intra, value)
        else:
            inter = ARITHMETIC.add(inter, value)
    return Pair(inter, intra)


def as_json(found: Gstr3b) -> Json:
    """The whole return."""
    return {
        "gstin": found.gstin,
        "ret_period": found.period.code,
        "sup_details": {
            "osup_det": {"txval": found.taxable.taxable} | _tax(found.taxable),
            "osup_zero": {
                "txval": found.zero_rated.taxable,
                "iamt": found.zero_rated.igst,
                "csamt": found.zero_rated.cess,
            },
            "osup_nil_exmp": {"txval": found.exempt.taxable},
            "isup_rev": {"txval": found.reverse_charge.taxable} | _tax(found.reverse_charge),
            "osup_nongst": {"txval": found.non_gst.taxable},
        },
        "inter_sup": {
            "unreg_details": [
                {"pos": place, "txval": amounts.taxable, "iamt": amounts.igst}
                for place, amounts in sorted(found.to_unregistered.items())
            ],
            "comp_details": [],
            "uin_details": [],
        },
        "itc_elg": _credit(found),
        "inward_sup": {
            "isup_details": [
                {"ty": "GST", "inter": found.exempt_inward.inter, "intra": found.exempt_inward.intra},
                {"ty": "NONGST", "inter": found.non_gst_inward.inter, "intra": found.non_gst_inward.intra},
            ]
        },
    }


def _credit(found: Gstr3b) -> Json:
    return {
        "itc_avl": [{"ty": source.value} | _tax(found.credit.get(source, NOTHING)) for source in Credit],
        "itc_rev": [{"ty": "RUL"} | _tax(found.ineligible), {"ty": "OTH"} | _tax(found.reversed)],
        "itc_net": _tax(found.net_credit),
        "itc_inelg": [{"ty": "RUL"} | _tax(NOTHING), {"ty": "OTH"} | _tax(found.denied)],
    }


def _tax(amounts: Amounts) -> Json:
    return {"iamt": amounts.igst, "camt": amounts.cgst, "samt": amounts.sgst, "csamt": amounts.cess}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOff:
    """Tax of one kind: what is owed, and how much of it each kind of credit pays."""

    kind: str
    owed: Decimal
    by_igst: Decimal = ZERO
    by_cgst: Decimal = ZERO
    by_sgst: Decimal = ZERO
    by_cess: Decimal = ZERO

    @property
    def cash(self) -> Decimal:
        """What is left to pay in money."""
        left = self.owed
        for paid in (self.by_igst, self.by_cgst, self.by_sgst, self.by_cess):
            left = ARITHMETIC.subtract(left, paid)
        return left


class _Purse:
    """Credit of the four kinds while it is spent; negative credit is none."""

    def __init__(self, credit: Amounts) -> None:
        kinds = ("igst", "cgst", "sgst", "cess")
        self.left = {kind: max(ZERO, getattr(credit, kind)) for kind in kinds}

    def spend(self, kind: str, wanted: Decimal) -> Decimal:
        """Take as much as there is of what is wanted."""
        taken = max(ZERO, min(wanted, self.left[kind]))
        self.left[kind] = ARITHMETIC.subtract(self.left[kind], taken)
        return taken


def set_off(owed: Amounts, credit: Amounts) -> list[SetOff]:
    """By CGST s.49, 49A, 49B and Rule 88A: all IGST credit first, CGST and SGST never for each other.

    IGST credit left after IGST goes where a kind's own credit falls short, and only then elsewhere: that
    leaves the least to pay in cash.
    """
    sub, add = ARITHMETIC.subtract, ARITHMETIC.add
    purse = _Purse(credit)
    igst = purse.spend("igst", owed.igst)
    cgst = purse.spend("igst", sub(owed.cgst, purse.left["cgst"]))
    sgst = purse.spend("igst", sub(owed.sgst, purse.left["sgst"]))
    cgst = add(cgst, purse.spend("igst", sub(owed.cgst, cgst)))
    sgst = add(sgst, purse.spend("igst", sub(owed.sgst, sgst)))
    own_cgst = purse.spend("cgst", sub(owed.cgst, cgst))
    own_sgst = purse.spend("sgst", sub(owed.sgst, sgst))
    rest = sub(owed.igst, igst)
    by_cgst = purse.spend("cgst", rest)
    by_sgst = purse.spend("sgst", sub(rest, by_cgst))
    return [
        SetOff(kind="IGST", owed=owed.igst, by_igst=igst, by_cgst=by_cgst, by_sgst=by_sgst),
        SetOff(kind="CGST", owed=owed.cgst, by_igst=cgst, by_cgst=own_cgst),
        SetOff(kind="SGST/UTGST", owed=owed.sgst, by_igst=sgst, by_sgst=own_sgst),
        SetOff(kind="Cess", owed=owed.cess, by_cess=purse.spend("cess", owed.cess)),
    ]
