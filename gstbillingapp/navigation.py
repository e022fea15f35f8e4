"""The menu of every page as data: where one can go, by which keys, and what can be made new from anywhere.

A page under an entry of its own is one line in `MENU`. The bar, the keys after `g`, the list of keys and the
commands of the search box all come from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.urls import reverse


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page one goes to.

    `sections` are what the names of the addresses below it begin with, in whole words: "customer" is of
    `customer`, `customer_list` and `customer_edit`; of two that fit, the longer one is meant.
    """

    label: str
    url_name: str
    icon: str  # of Bootstrap Icons, without "bi-"
    sections: tuple[str, ...] = ()
    key: str = ""  # pressed after "g"
    new: str = ""  # what is made new there, as a command says it: "invoice"
    new_url_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries under one name; one without entries is not shown."""

    label: str
    entries: tuple[Entry, ...]


MENU: tuple[Group | Entry, ...] = (
    Group(
        label="Sales",
        entries=(
            Entry(
                label="Invoices",
                url_name="invoice_list",
                icon="receipt",
                sections=("invoice", "payment"),
                key="i",
                new="invoice",
                new_url_name="invoice_new",
            ),
            Entry(
                label="Quotations",
                url_name="quotation_list",
                icon="file-earmark-text",
                sections=("quotation",),
                key="q",
                new="quotation",
                new_url_name="quotation_new",
            ),
            Entry(
                label="Credit and debit notes",
                url_name="note_list",
                icon="file-earmark-minus",
                sections=("note", "refund"),
            ),
            Entry(
                label="Advances",
                url_name="receipt_list",
                icon="wallet2",
                sections=("receipt",),
                new="advance",
                new_url_name="receipt_new",
            ),
            Entry(
                label="Customers",
                url_name="customer_list",
                icon="people",
                sections=("customer", "statement"),
                key="c",
                new="customer",
                new_url_name="customer_new",
            ),
        ),
    ),
    Group(
        label="Purchases",
        entries=(
            Entry(
                label="Bills",
                url_name="bill_list",
                icon="file-earmark-arrow-down",
                sections=("bill",),
                key="b",
                new="bill",
                new_url_name="bill_new",
            ),
            Entry(
                label="Vendors' credit notes",
                url_name="vendor_note_list",
                icon="file-earmark-minus",
                sections=("vendor_note",),
            ),
            Entry(
                label="Vendors",
                url_name="vendor_list",
                icon="shop",
                sections=("vendor",),
                key="v",
                new="vendor",
                new_url_name="vendor_new",
            ),
            Entry(
                label="Expenses",
                url_name="expense_list",
                icon="wallet2",
                sections=("expense",),
                key="e",
                new="expense",
                new_url_name="expense_new",
            ),
        ),
    ),
    Entry(
        label="Products",
        url_name="product_list",
        icon="box-seam",
        sections=("product",),
        key="p",
        new="product",
        new_url_name="product_new",
    ),
    Group(
        label="Reports",
        entries=(
            Entry(
                label="GST returns",
                url_name="return_list",
                icon="calendar-check",
                sections=("return",),
                key="t",
            ),
            Entry(label="Ageing", url_name="ageing", icon="hourglass-split", sections=("ageing",)),
            Entry(label="GSTR-1", url_name="gstr1", icon="file-earmark-spreadsheet", sections=("gstr1",)),
            Entry(label="GSTR-3B", url_name="gstr3b", icon="file-earmark-ruled", sections=("gstr3b",)),
            Entry(label="HSN summary", url_name="hsn_summary", icon="upc", sections=("hsn",)),
            Entry(
                label="Registers",
                url_name="registers",
                icon="journal-text",
                sections=("register", "registers"),
            ),
        ),
    ),
)
# What stands elsewhere in the frame: beside the brand, at the bell, in the user's menu.
OVERVIEW = Entry(label="Overview", url_name="home", icon="house", key="h")
ELSEWHERE = (
    Entry(label="Notifications", url_name="notifications", icon="bell", key="n"),
    Entry(label="Business profile", url_name="business", icon="building"),
    Entry(label="Numbering", url_name="numbering", icon="123"),
    Entry(label="Team", url_name="team", icon="people"),
    Entry(label="Import and export", url_name="data", icon="arrow-left-right", sections=("data",)),
    Entry(label="Reminders", url_name="reminder_settings", icon="alarm"),
    Entry(label="Your notifications", url_name="notification_preferences", icon="bell"),
    Entry(label="Change password", url_name="password_change", icon="key"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of the menu as it is shown: a link, or a name with `items` below it."""

    label: str
    url: str = ""
    icon: str = ""
    is_current: bool = False
    items: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A letter after `g` and where it goes."""

    letter: str
    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """What the frame of a page shows of it."""

    menu: tuple[Item, ...] = field(default=())
    keys: tuple[Key, ...] = field(default=())


def entries() -> Iterator[Entry]:
    """Every page one can go to: the overview, the menu from left to right, and what stands elsewhere."""
    yield OVERVIEW
    for line in MENU:
        yield from line.entries if isinstance(line, Group) else (line,)
    yield from ELSEWHERE


def navigation(url_name: str | None) -> Navigation:
    """The frame's navigation on the page of that address; None where there is no such page."""
    here = current_entry(url_name or "")
    shown = (_item(line, here) for line in MENU)
    return Navigation(
        menu=tuple(item for item in shown if item is not None),
        keys=tuple(
            Key(letter=entry.key, label=entry.label, url=reverse(entry.url_name))
            for entry in entries()
            if entry.key
        ),
    )


def current_entry(url_name: str) -> Entry | None:
    """The entry that an address belongs to; the longest of the names that fit it decides."""
    fitting = [
        (len(section), entry)
        for entry in entries()
        for section in entry.sections
        if url_name == section or url_name.startswith(f"{section}_")
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _item(line: Group | Entry, here: Entry | None) -> Item | None:
    if isinstance(line, Entry):
        return _link(line, here)
    if not line.entries:
        return None
    items = tuple(_link(entry, here) for entry in line.entries)
    return Item(label=line.label, is_current=here in line.entries, items=items)


def _link(entry: Entry, here: Entry | None) -> Item:
    return Item(label=entry.label, url=reverse(entry.url_name), icon=entry.icon, is_current=entry is here)
