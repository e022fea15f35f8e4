"""The state codes of GST: who can be registered, where a supply can take place, which are UTGST territories.

Source: the GSTIN and e-invoice code lists as reprinted in public code; 25 (Daman and Diu) was absorbed in 26
on 26 January 2020, 28 is Andhra Pradesh before Telangana was parted from it.
"""

from __future__ import annotations

from dataclasses import dataclass

OTHER_TERRITORY = "97"
ABROAD = "96"
CENTRE = "99"


@dataclass(frozen=True, slots=True)
class State:
    """A code of the list. `union_territory` means one that levies UTGST, having no legislature of its own."""

    code: str
    name: str
    union_territory: bool = False
    replaced_by: str = ""

    @property
    def label(self) -> str:
        """The state as an invoice prints it: `Karnataka (29)`."""
        return f"{self.name} ({self.code})"


STATES: dict[str, State] = {
    state.code: state
    for state in (
        State("01", "Jammu and Kashmir"),
        State("02", "Himachal Pradesh"),
        State("03", "Punjab"),
        State("04", "Chandigarh", union_territory=True),
        State("05", "Uttarakhand"),
        State("06", "Haryana"),
        State("07", "Delhi"),
        State("08", "Rajasthan"),
        State("09", "Uttar Pradesh"),
        State("10", "Bihar"),
        State("11", "Sikkim"),
        State("12", "Arunachal Pradesh"),
        State("13", "Nagaland"),
        State("14", "Manipur"),
        State("15", "Mizoram"),
        State("16", "Tripura"),
        State("17", "Meghalaya"),
        State("18", "Assam"),
        State("19", "West Bengal"),
        State("20", "Jharkhand"),
        State("21", "Odisha"),
        State("22", "Chhattisgarh"),
        State("23", "Madhya Pradesh"),
        State("24", "Gujarat"),
        State("25", "Daman and Diu", union_territory=True, replaced_by="26"),
        State("26", "Dadra and Nagar Haveli and Daman and Diu", union_territory=True),
        State("27", "Maharashtra"),
        State("28", "Andhra Pradesh (before division)", replaced_by="37"),
        State("29", "Karnataka"),
        State("30", "Goa"),
        State("31", "Lakshadweep", union_territory=True),
        State("32", "Kerala"),
        State("33", "Tamil Nadu"),
        State("34", "Puducherry"),
        State("35", "Andaman and Nicobar Islands", union_territory=True),
        State("36", "Telangana"),
        State("37", "Andhra Pradesh"),
        State("38", "Ladakh", union_territory=True),
        State(OTHER_TERRITORY, "Other territory", union_territory=True),
        State(ABROAD, "Outside India"),
        State(CENTRE, "Centre jurisdiction"),
    )
}

CURRENT = tuple(s for s in STATES.values() if not s.replaced_by and s.code not in (ABROAD, CENTRE))
"""States and territories a business or a buyer in India can be in today."""

CHOICES: tuple[tuple[str, str], ...] = tuple((state.code, state.label) for state in CURRENT)
"""`CURRENT` as (code, label) pairs for a form."""

UTGST_CODES = frozenset(state.code for state in STATES.values() if state.union_territory)
REGISTRABLE = frozenset(state.code for state in CURRENT) | {CENTRE}
"""Codes a GSTIN of today may begin with; 99 is given to suppliers abroad (OIDAR)."""


def current_code(code: str) -> str:
    """The code that stands for this one today: 25 -> 26, 28 -> 37, any other unchanged."""
    state = STATES.get(code)
    return state.replaced_by if state and state.replaced_by else code


def state_name(code: str) -> str:
    """The name of a code, or an empty string for a code that does not exist."""
    state = STATES.get(code)
    return state.name if state else ""


def state_label(code: str) -> str:
    """`Karnataka (29)`, or an empty string for a code that does not exist."""
    state = STATES.get(code)
    return state.label if state else ""
