"""What people call states, units, kinds of buyers and the rest, as `cells.plain_key` has it."""

from gstbillingapp.gst.states import STATES, current_code
from gstbillingapp.models import BuyerKind, ProductKind, Supply
from gstbillingapp.models.units import UNITS
from gstbillingapp.sheets.cells import plain_key

# As on number plates, and as people write them besides.
_LETTERS = """
    01 JK, 02 HP, 03 PB, 04 CH, 05 UK UT Uttaranchal, 06 HR, 07 DL NewDelhi NCTofDelhi, 08 RJ, 09 UP, 10
    BR, 11 SK, 12 AR, 13 NL, 14 MN, 15 MZ, 16 TR, 17 ML, 18 AS, 19 WB, 20 JH, 21 OD OR Orissa, 22 CG CT
    Chattisgarh, 23 MP, 24 GJ, 26 DN DD DNHDD DadraandNagarHaveli, 27 MH, 29 KA, 30 GA, 31 LD, 32 KL, 33
    TN, 34 PY Pondicherry, 35 AN AndamanandNicobar, 36 TS TG Telengana, 37 AP, 38 LA, 96 Overseas
    Foreign Export OtherCountries
"""


def _states() -> dict[str, str]:
    letters = {code: rest for code, *rest in map(str.split, _LETTERS.split(","))}
    names: dict[str, str] = {}
    for code, state in STATES.items():
        spelt = {
            code,
            code.lstrip("0"),
            state.name,
            state.label,
            f"{code} {state.name}",
            *letters.get(code, []),
        }
        spelt.add(state.name.replace(" and ", " & "))
        names |= {plain_key(words): current_code(code) for words in spelt}
    return names


STATES_BY_NAME = _states()


def _by_words(*pairs: tuple[str, str]) -> dict[str, str]:
    """Each of the words between commas, and the value that it means."""
    return {plain_key(words): value for value, line in pairs for words in line.split(",")}


KINDS_OF_BUYER = _by_words(
    *((kind.value, f"{kind.value},{kind.label}") for kind in BuyerKind),
    (
        BuyerKind.REGULAR.value,
        "registered business, registered business - regular, registered - regular, B2B",
    ),
    (BuyerKind.UNREGISTERED.value, "unregistered business, consumer, B2C, no"),
    (BuyerKind.SEZ.value, "SEZ, SEZ unit, SEZ developer, special economic zone"),
    (BuyerKind.OVERSEAS.value, "export, foreign"),
)
KINDS_OF_PRODUCT = _by_words(
    (ProductKind.GOODS.value, "goods, good, product, products, item, inventory"),
    (ProductKind.SERVICE.value, "service, services, SAC"),
)
SUPPLIES = _by_words(
    *((supply.value, f"{supply.value},{supply.label}") for supply in Supply),
    (Supply.TAXABLE.value, "GST, yes"),
    (Supply.EXEMPT.value, "exempted, tax exempt"),
    (Supply.NON_GST.value, "non GST, non-GST supply"),
)
UNITS_BY_NAME = _by_words(
    *((code, f"{code},{name},{code} {name},{name} ({code}),{code}-{name}") for code, name in UNITS),
    ("NOS", "no, number, each, ea"),
    ("PCS", "pc, piece, pce"),
    ("KGS", "kg, kilo, kilogram, kilogramme, kilogrammes"),
    ("GMS", "g, gm, gram, grams"),
    ("LTR", "l, lt, ltrs, litre, liter, liters"),
    ("MLT", "ml, millilitres"),
    ("MTR", "m, mtrs, metre, meter, meters"),
    ("CMS", "cm, centimetre, centimeter, centimeters"),
    ("BOX", "boxes, bx"),
    ("DOZ", "dozen, dz"),
    ("PAC", "pack, packet, packets, pkt, pkts"),
    ("PRS", "pair, pr"),
    ("TON", "tonne"),
    ("SQF", "sq ft, sft, square foot"),
    ("SQM", "sq m, sqmtr, square metre, square meter, square meters"),
    ("BAG", "bag"),
    ("BTL", "bottle"),
    ("CTN", "carton"),
    ("ROL", "roll"),
    ("SET", "set"),
    ("UNT", "unit"),
)
