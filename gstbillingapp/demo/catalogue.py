"""Names, places and goods of the demo. Whoever is really called so is not meant."""

from dataclasses import dataclass

from gstbillingapp.gst.gstin import check_digit


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer of the demo; `kind` "" means by the GSTIN, which `firm` (P, F, C …) makes up."""

    name: str
    city: str
    state: str
    pincode: str
    address: str
    firm: str = "C"
    kind: str = "regular"
    country: str = ""


@dataclass(frozen=True, slots=True)
class Ware:
    """Goods or a service; `rates` are (per cent, first day) with "" for the beginning of GST."""

    name: str
    sku: str
    hsn: str
    unit: str
    price: str
    rates: tuple[tuple[str, str], ...] = (("18", ""),)
    stock: int = 0
    reorder: int | None = None
    kind: str = "goods"
    supply: str = "taxable"
    most: int = 20  # how many one buys at the most


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of an order: goods by their SKU, or by themselves where they are none of the catalogue's."""

    sku: str
    qty: str
    disc_pct: str = ""
    name: str = ""
    hsn: str = ""
    unit: str = ""
    price: str = ""
    supply: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An invoice of the demo that is the same on every machine, on a day of a month."""

    day: int
    buyer: str
    lines: tuple[Sold, ...]
    under_lut: bool = False
    rcm: bool = False
    cancelled: str = ""


def made_up_gstin(state: str, firm: str, name: str, n: int) -> str:
    """A GSTIN of the right shape: the PAN's fourth letter is the kind of holder, the fifth its initial."""
    letters = "".join(chr(65 + (n * factor + 7) % 26) for factor in (3, 5, 11))
    first = f"{state}{letters}{firm}{name[0].upper()}{(n * 7919 + 1203) % 10_000:04d}{chr(65 + n % 26)}1Z"
    return first + check_digit(first)


BUYERS = (
    Buyer("Sri Manjunatha Electricals", "Bengaluru", "29", "560053", "112 Sultanpet Main Road", "P"),
    Buyer("Brigade Facility Services", "Bengaluru", "29", "560001", "4th Floor, 29 Residency Road"),
    Buyer("Nandi Constructions", "Bengaluru", "29", "560079", "77 Chord Road, Rajajinagar", "F"),
    Buyer("Hegde & Sons", "Mangaluru", "29", "575001", "Hampankatta", "F"),
    Buyer("Mysore Light House", "Mysuru", "29", "570001", "23 Devaraja Urs Road", "P"),
    Buyer("Hubli Power Tools", "Hubballi", "29", "580020", "Koppikar Road", "F"),
    Buyer("Tungabhadra Agro Pumps", "Ballari", "29", "583101", "9 Car Street"),
    Buyer("Lakshmi Venkateshwara Traders", "Tumakuru", "29", "572101", "BH Road", "P"),
    Buyer("Malnad Resorts", "Shivamogga", "29", "577201", "Nehru Road"),
    Buyer("Deepam Interiors", "Bengaluru", "29", "560034", "5th Block, Koramangala", "F"),
    Buyer("Coastal Marine Engineers", "Udupi", "29", "576101", "Malpe Road"),
    Buyer("Asha Traders", "Bengaluru", "29", "560002", "18 SJP Road", "P"),
    Buyer("Annapoorna Hotels", "Chennai", "33", "600017", "41 Usman Road, T Nagar"),
    Buyer("Kongu Textile Machinery", "Coimbatore", "33", "641018", "132 Avinashi Road"),
    Buyer("Madurai Meenakshi Stores", "Madurai", "33", "625001", "6 West Masi Street", "P"),
    Buyer("Salem Steel Fabricators", "Salem", "33", "636007", "Five Roads", "F"),
    Buyer("Hosur Auto Components", "Hosur", "33", "635109", "SIPCOT Phase 1"),
    Buyer("Charminar Electricals", "Hyderabad", "36", "500095", "Troop Bazaar", "F"),
    Buyer("Cyber Towers Maintenance", "Hyderabad", "36", "500081", "Hitec City"),
    Buyer("Warangal Rural Electrics", "Warangal", "36", "506002", "JPN Road", "P"),
    Buyer("Vizag Port Contractors", "Visakhapatnam", "37", "530001", "Main Road, Old Post Office"),
    Buyer("Tirumala Lodging House", "Tirupati", "37", "517501", "Gandhi Road", "P"),
    Buyer("Krishna Delta Irrigation", "Vijayawada", "37", "520001", "Governorpet"),
    Buyer("Malabar Lighting Company", "Kozhikode", "32", "673001", "SM Street", "F"),
    Buyer("Backwater Cruises", "Alappuzha", "32", "688001", "Finishing Point Road"),
    Buyer("Periyar Rubber Works", "Kochi", "32", "682018", "Banerji Road"),
    Buyer("Dadar Electric Mart", "Mumbai", "27", "400014", "Ranade Road", "F"),
    Buyer("Sahyadri Infra Projects", "Pune", "27", "411004", "JM Road"),
    Buyer("Nagpur Orange Cold Storage", "Nagpur", "27", "440012", "Sitabuldi"),
    Buyer("Panjim Boutique Hotels", "Panaji", "30", "403001", "18th June Road"),
    Buyer("Sardar Switchgear House", "Ahmedabad", "24", "380001", "Relief Road", "F"),
    Buyer("Surat Diamond Lighting", "Surat", "24", "395003", "Varachha Road"),
    Buyer("Bhagirath Palace Traders", "Delhi", "07", "110006", "Chandni Chowk", "P"),
    Buyer("Gurugram Office Interiors", "Gurugram", "06", "122001", "Sohna Road"),
    Buyer("Howrah Cable Corporation", "Howrah", "19", "711101", "GT Road"),
    Buyer("Pondy Heritage Stays", "Puducherry", "34", "605001", "Rue Dumas", "F"),
    Buyer("Electronic City SEZ Developers", "Bengaluru", "29", "560100", "Phase 2, Hosur Road", "C", "sez"),
    Buyer("Sriperumbudur SEZ Assembly", "Sriperumbudur", "33", "602105", "SIPCOT SEZ", "C", "sez"),
    Buyer("Lanka Lights (Private) Limited", "Colombo", "", "", "42 Galle Road", "", "overseas", "Sri Lanka"),
    Buyer("Dubai Gulf Switchgear LLC", "Dubai", "", "", "Al Quoz 3", "", "overseas", "United Arab Emirates"),
    Buyer("Meena Krishnamurthy", "Bengaluru", "29", "560011", "31 7th Main, Jayanagar", "", "unregistered"),
    Buyer("Farhan Ahmed", "Bengaluru", "29", "560005", "12 Mosque Road, Frazer Town", "", "unregistered"),
    Buyer("Green Meadows Apartments", "Bengaluru", "29", "560066", "Whitefield", "", "unregistered"),
    Buyer("Sunita Deshpande", "Belagavi", "29", "590001", "Khade Bazaar", "", "unregistered"),
    Buyer("Joseph Mathew", "Kochi", "32", "682020", "Kadavanthra", "", "unregistered"),
    Buyer("Counter sales", "", "", "", "", "", "unregistered"),
)

REFORM = "2025-09-22"

WARES = (
    Ware("FR copper wire 1.0 sq mm, 90 m coil", "WIR-100", "854449", "ROL", "1480", stock=420, reorder=60),
    Ware("FR copper wire 1.5 sq mm, 90 m coil", "WIR-150", "854449", "ROL", "2130", stock=610, reorder=80),
    Ware("FR copper wire 2.5 sq mm, 90 m coil", "WIR-250", "854449", "ROL", "3420", stock=540, reorder=80),
    Ware("FR copper wire 4.0 sq mm, 90 m coil", "WIR-400", "854449", "ROL", "5260", stock=210, reorder=40),
    Ware("Armoured cable 3.5 core 25 sq mm", "CAB-325", "854460", "MTR", "412.50", stock=3200, most=120),
    Ware("Submersible flat cable 3 core 2.5 sq mm", "CAB-SUB", "854449", "MTR", "118", stock=4100, most=200),
    Ware("Cat 6 network cable, 305 m box", "CAB-CT6", "854449", "BOX", "7850", stock=64, reorder=15, most=4),
    Ware(
        "Modular switch 6 A, one way", "SWI-006", "853650", "NOS", "38.50", stock=5200, reorder=800, most=250
    ),
    Ware("Modular switch 16 A, one way", "SWI-016", "853650", "NOS", "92", stock=2400, reorder=400, most=120),
    Ware("Modular socket 6/16 A", "SOC-616", "853669", "NOS", "148", stock=2600, reorder=400, most=120),
    Ware(
        "Modular plate, 6 module, white", "PLT-006", "853810", "NOS", "164", stock=1400, reorder=200, most=80
    ),
    Ware("Fan regulator, 5 step", "REG-005", "853650", "NOS", "286", stock=900, reorder=120, most=40),
    Ware("USB charger module 2.1 A", "USB-021", "850440", "NOS", "645", stock=380, reorder=50, most=30),
    Ware(
        "MCB 10 A single pole, C curve", "MCB-110", "853620", "NOS", "176", stock=1800, reorder=250, most=80
    ),
    Ware("MCB 32 A double pole, C curve", "MCB-232", "853620", "NOS", "592", stock=720, reorder=100, most=30),
    Ware("RCCB 40 A, 30 mA, double pole", "RCB-240", "853630", "NOS", "1890", stock=260, reorder=40, most=12),
    Ware("Distribution board 8 way, double door", "DBX-008", "853710", "NOS", "2240", stock=180, reorder=30),
    Ware("Isolator 63 A, four pole", "ISO-463", "853650", "NOS", "734", stock=240, reorder=30, most=12),
    Ware(
        "LED bulb 9 W, B22, cool white",
        "LED-009",
        "853952",
        "NOS",
        "74.50",
        stock=9400,
        reorder=1200,
        most=400,
    ),
    Ware(
        "LED bulb 15 W, B22, cool white", "LED-015", "853952", "NOS", "142", stock=4100, reorder=500, most=200
    ),
    Ware("LED batten 20 W, 4 ft", "LED-B20", "940511", "NOS", "218", stock=2900, reorder=400, most=120),
    Ware(
        "LED panel 15 W, round, recessed",
        "LED-P15",
        "940511",
        "NOS",
        "386",
        stock=1900,
        reorder=300,
        most=100,
    ),
    Ware("LED flood light 100 W, IP66", "LED-F100", "940542", "NOS", "1640", stock=310, reorder=50, most=16),
    Ware("LED street light 72 W", "LED-S72", "940542", "NOS", "2380", stock=220, reorder=40, most=20),
    Ware(
        "Emergency exit light, maintained", "LED-EXT", "940561", "NOS", "1120", stock=140, reorder=20, most=15
    ),
    Ware("Ceiling fan 1200 mm, BLDC", "FAN-BLD", "841451", "NOS", "2690", stock=360, reorder=50, most=12),
    Ware("Ceiling fan 1200 mm, standard", "FAN-STD", "841451", "NOS", "1540", stock=520, reorder=80, most=16),
    Ware("Exhaust fan 225 mm", "FAN-EXH", "841451", "NOS", "1180", stock=240, reorder=40, most=10),
    Ware(
        "PVC conduit 25 mm, heavy, 3 m", "PVC-025", "391723", "NOS", "86", stock=6200, reorder=900, most=300
    ),
    Ware(
        "PVC casing and capping 32 mm, 2 m",
        "PVC-C32",
        "391690",
        "NOS",
        "58",
        stock=3100,
        reorder=400,
        most=150,
    ),
    Ware(
        "GI earthing electrode 3 m, with chemical", "ERT-003", "853590", "SET", "2950", stock=90, reorder=15
    ),
    Ware(
        "Cable tray, perforated, 150 mm", "TRY-150", "730890", "MTR", "342", stock=800, reorder=100, most=60
    ),
    Ware("Cable gland 25 mm, brass", "GLD-025", "741999", "NOS", "128", stock=1500, reorder=200, most=60),
    Ware(
        "PVC insulation tape, pack of 10", "TAP-010", "391910", "PAC", "96", stock=2200, reorder=300, most=60
    ),
    Ware(
        "Inverter battery 150 Ah, tubular",
        "BAT-150",
        "850720",
        "NOS",
        "13400",
        (("28", ""), ("18", REFORM)),
        70,
        15,
        most=4,
    ),
    Ware(
        "Home inverter 1100 VA, sine wave", "INV-1100", "850440", "NOS", "6150", stock=80, reorder=12, most=4
    ),
    Ware("Servo voltage stabiliser 5 kVA", "STB-005", "850440", "NOS", "16800", stock=24, reorder=5, most=2),
    Ware("Water heater 15 L, storage", "GEY-015", "851610", "NOS", "6890", stock=110, reorder=20, most=6),
    Ware(
        "Submersible pump 1 HP, single phase",
        "PMP-001",
        "841370",
        "NOS",
        "11200",
        stock=60,
        reorder=10,
        most=3,
    ),
    Ware(
        "Induction motor 2 HP, three phase", "MOT-002", "850151", "NOS", "9450", stock=36, reorder=6, most=3
    ),
    Ware(
        "Split air conditioner 1.5 t, inverter",
        "ACS-015",
        "841510",
        "NOS",
        "34500",
        (("28", ""), ("18", REFORM)),
        48,
        10,
        most=4,
    ),
    Ware(
        "Solar module 540 Wp, mono PERC",
        "SOL-540",
        "854143",
        "NOS",
        "11900",
        (("12", ""), ("5", REFORM)),
        160,
        30,
        most=12,
    ),
    Ware(
        "National Electrical Code, handbook",
        "BOK-NEC",
        "490199",
        "NOS",
        "1450",
        (("0", ""),),
        60,
        10,
        supply="nil",
        most=4,
    ),
    Ware("Electrical installation, per point", "SRV-PNT", "995461", "NOS", "640", kind="service", most=60),
    Ware("Repair and maintenance visit", "SRV-VIS", "998729", "NOS", "1800", kind="service", most=4),
    Ware("Freight and handling", "SRV-FRT", "996511", "NOS", "1250", kind="service", most=1),
)

# The last whole month of the demo, order by order: something for every section of GSTR-1, with sums small
# enough to be done by hand. tests/unit/returns/demo_gstr1.md does them.
ORDERS = (
    Order(1, "Asha Traders", (Sold("WIR-150", "10"), Sold("SWI-006", "100"))),
    Order(3, "Annapoorna Hotels", (Sold("LED-009", "200", "10"), Sold("SOL-540", "4"))),
    Order(5, "Meena Krishnamurthy", (Sold("FAN-BLD", "2"),)),
    Order(6, "Joseph Mathew", (Sold("ACS-015", "3"),)),
    Order(8, "Joseph Mathew", (Sold("LED-015", "10"), Sold("SOL-540", "1"))),
    Order(9, "Electronic City SEZ Developers", (Sold("PMP-001", "2"),), under_lut=True),
    Order(12, "Sriperumbudur SEZ Assembly", (Sold("MCB-110", "50"),)),
    Order(13, "Dubai Gulf Switchgear LLC", (Sold("DBX-008", "12"),), under_lut=True),
    Order(14, "Lanka Lights (Private) Limited", (Sold("LED-P15", "60"),)),
    Order(15, "Hegde & Sons", (Sold("BOK-NEC", "3"), Sold("SRV-PNT", "40"))),
    Order(16, "Counter sales", (Sold("BOK-NEC", "1"),)),
    Order(19, "Nandi Constructions", (Sold("SRV-FRT", "2"),), rcm=True),
    Order(20, "Green Meadows Apartments", (Sold("BAT-150", "1"), Sold("WIR-100", "5", "5"))),
    Order(
        21, "Sardar Switchgear House", (Sold("CAB-325", "80"),), cancelled="Order withdrawn before dispatch"
    ),
    Order(22, "Pondy Heritage Stays", (Sold("CAB-CT6", "2"),)),
    Order(
        23,
        "Sunita Deshpande",
        (
            Sold("", "10", "", "Diesel for the site generator", "271019", "CAN", "1840", "non_gst"),
            Sold("TAP-010", "20"),
        ),
    ),
    Order(
        26,
        "Malabar Lighting Company",
        (Sold("", "12", "", "Earthen lamps, box of 12", "691200", "BOX", "250", "exempt"),),
    ),
)

OTHER_BUYERS = (
    Buyer("Banjara Bakers", "Hyderabad", "36", "500034", "Road No 1, Banjara Hills", "F"),
    Buyer("Paradise Caterers", "Secunderabad", "36", "500003", "MG Road"),
    Buyer("Golconda Supermarkets", "Hyderabad", "36", "500008", "Tolichowki"),
    Buyer("Bidar Dry Fruits", "Bidar", "29", "585401", "Chowbara", "P"),
    Buyer("Kurnool Sweets", "Kurnool", "37", "518001", "Bellary Chowrasta", "P"),
    Buyer("Padma Reddy", "Hyderabad", "36", "500016", "Begumpet", "", "unregistered"),
)

OTHER_WARES = (
    Ware("Groundnut oil 15 kg tin", "OIL-GNT", "150890", "CAN", "2480", (("5", ""),), 300, 40, most=10),
    Ware("Basmati rice 25 kg, branded", "RIC-BAS", "100630", "BAG", "2650", (("5", ""),), 400, 60, most=12),
    Ware(
        "Almonds, California, 1 kg", "NUT-ALM", "080212", "KGS", "780", (("12", ""), ("5", REFORM)), 500, 80
    ),
    Ware("Fresh paneer 1 kg", "DRY-PNR", "040610", "KGS", "340", (("0", ""),), 200, 40, supply="nil"),
    Ware(
        "Butter cookies, carton of 24",
        "BIS-CKS",
        "190531",
        "CTN",
        "1320",
        (("18", ""), ("5", REFORM)),
        260,
        40,
    ),
    Ware("Delivery in the city", "SRV-DLV", "996511", "NOS", "350", kind="service", most=1),
)
