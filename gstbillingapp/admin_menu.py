"""The administration's menu: what somebody may look at, the pipeline first."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse


@dataclass(frozen=True)
class Entry:
    """A line of the menu, shown to whoever has its permission."""

    title: str
    icon: str  # of Material Symbols
    address: str
    permission: str

    def item(self, active: str) -> dict[str, Any]:
        """What unfold shows."""
        return {
            "title": self.title,
            "icon": self.icon,
            "link": (path := reverse(self.address)),
            "active": path == active,
        }


def _table(title: str, icon: str, app: str, model: str) -> Entry:
    return Entry(title, icon, f"admin:{app}_{model}_changelist", f"{app}.view_{model}")


SEE = "delivery.view_delivery"
MENU: dict[str, tuple[Entry, ...]] = {
    "Pipeline": (
        Entry("Now", "monitoring", "pipeline:now", SEE),
        Entry("Deliveries", "outbox", "pipeline:deliveries", SEE),
        Entry("Letters", "mail", "pipeline:letters", SEE),
        Entry("Actions", "playlist_add_check", "pipeline:deeds", SEE),
        _table("Task results", "task", "django_celery_results", "taskresult"),
    ),
    "Billing": (
        _table("Businesses", "storefront", "gstbillingapp", "business"),
        _table("Customers", "group", "gstbillingapp", "customer"),
        _table("Products", "inventory_2", "gstbillingapp", "product"),
        _table("Invoices", "receipt_long", "gstbillingapp", "invoice"),
        _table("Quotations", "request_quote", "gstbillingapp", "quotation"),
        _table("Payments", "currency_rupee", "gstbillingapp", "payment"),
        _table("Vendors", "local_shipping", "gstbillingapp", "vendor"),
        _table("Bills", "receipt", "gstbillingapp", "bill"),
        _table("Vendors' credit notes", "assignment_return", "gstbillingapp", "vendornote"),
        _table("Expenses", "payments", "gstbillingapp", "expense"),
        _table("Stock movements", "swap_vert", "gstbillingapp", "stockmovement"),
        _table("Number series", "tag", "gstbillingapp", "numberseries"),
        _table("GST rates", "percent", "gstbillingapp", "gstrate"),
        _table("Extensions", "event_upcoming", "gstbillingapp", "returnduedate"),
        _table("Returns filed", "task_alt", "gstbillingapp", "returnfiling"),
    ),
    "People": (
        _table("Users", "person", "auth", "user"),
        _table("Groups", "shield_person", "auth", "group"),
        _table("Log", "history", "admin", "logentry"),
    ),
}


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu as somebody sees it: groups of which they may see nothing are left out."""
    may = request.user.has_perm
    allowed = {title: [e for e in entries if may(e.permission)] for title, entries in MENU.items()}
    shown = {title: entries for title, entries in allowed.items() if entries}
    here = _address(request.path, [reverse(e.address) for entries in shown.values() for e in entries])
    return [
        {"title": title, "separator": index > 0, "items": [entry.item(here) for entry in entries]}
        for index, (title, entries) in enumerate(shown.items())
    ]


def _address(path: str, addresses: list[str]) -> str:
    """The longest address that a path lies under: `/admin/pipeline/` holds all of the pipeline's."""
    return max((address for address in addresses if path.startswith(address)), key=len, default="")


def no_search(request: HttpRequest) -> HttpResponseBase:
    """In place of the search of unfold, which no page of ours asks for and a bad page number breaks."""
    return admin.site.admin_view(_nothing)(request)


def _nothing(_request: HttpRequest) -> HttpResponseBase:
    raise Http404
