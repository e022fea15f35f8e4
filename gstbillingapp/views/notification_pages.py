"""The notifications page: works as plain pages, and is kept live by the scripts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from delivery import inbox as inboxes
from delivery import reading
from delivery.models import Inbox, Notification, NotificationType
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.forms.base import whole_number
from gstbillingapp.templatetags.billing import day
from gstbillingapp.templatetags.notifications import position_of

ROWS = 25
STATUSES = {"": "All", "unread": "Unread", "read": "Read"}
# How long read notifications may be kept, in the words of the form; the days are `delivery.inbox`'s.
KEPT = {"": "for ever", "365": "a year", "90": "90 days", "30": "30 days"}


@dataclass(frozen=True)
class Filters:
    """What the address asks for; anything it may not ask for is left out."""

    status: str
    type: str
    before: int | None
    after: int | None

    @classmethod
    def of(cls, request: MemberRequest) -> "Filters":
        """The filters in the address of the request."""
        status, type_ = request.GET.get("status", ""), request.GET.get("type", "")
        return cls(
            status if status in STATUSES else "",
            type_ if type_ in NotificationType.values else "",
            whole_number(request.GET.get("before", "")),
            whole_number(request.GET.get("after", "")),
        )

    def address(self, **changes: Any) -> str:
        """The query of the same list, from its first page unless `before` or `after` is among the changes."""
        wanted = {"status": self.status, "type": self.type, **changes}
        return f"?{urlencode({name: value for name, value in wanted.items() if value})}"


@dataclass(frozen=True)
class Tab:
    """One status above the list."""

    status: str
    label: str
    count: int
    is_current: bool
    address: str


@dataclass(frozen=True)
class Page:
    """Rows newest first, and the addresses of the pages beside this one, empty where there is none."""

    rows: list[Notification]
    newer: str
    older: str


@require_GET
@never_cache
@member_required
def notifications(request: MemberRequest) -> HttpResponse:
    """The person's own notifications, by status and type, grouped by day."""
    inbox = position_of(request.user.pk)
    filters = Filters.of(request)
    typed = reading.notifications(request.user.pk)
    if filters.type:
        typed = typed.filter(notification_type=filters.type)
    of_all = _counts(reading.notifications(request.user.pk))
    tabs = _tabs(_counts(typed) if filters.type else of_all, filters)
    page = _page(typed, filters)
    context = {
        "inbox": inbox,
        "filters": filters,
        "types": NotificationType.choices,
        "tabs": tabs,
        "page": page,
        "days": list(_days(page.rows, timezone.localdate())),
        "read_count": of_all["read"],
        "is_first_page": not page.newer,
        "here": request.get_full_path(),
        "kept": KEPT,
        "keep": _kept_by(request.user.pk),
    }
    return render(request, "notifications/notifications.html", context)


@require_POST
@member_required
def keep_read(request: MemberRequest) -> HttpResponse:
    """Choose how long what is read is kept; what is older goes with the next pruning."""
    days = request.POST.get("days", "")
    if days not in KEPT:
        return HttpResponseBadRequest("Choose one of the times that the form offers.")
    inboxes.keep_read(request.user.pk, int(days) if days else None)
    messages.success(request, f"Read notifications are kept {_for(days)}.")
    return redirect("notifications")


def _for(days: str) -> str:
    return f"for {KEPT[days]}" if days else KEPT[days]


def _kept_by(user_id: int) -> str:
    """The choice of an inbox's owner, as the form says it."""
    days = Inbox.objects.filter(user=user_id).values_list("keep_read_days", flat=True).first()
    return str(days or "")


def _tabs(counts: dict[str, int], filters: Filters) -> list[Tab]:
    return [
        Tab(status, label, counts[status], status == filters.status, filters.address(status=status))
        for status, label in STATUSES.items()
    ]


def _counts(rows: QuerySet[Notification]) -> dict[str, int]:
    """How many there are by status. What is read has no index: it is what the other two leave."""
    everything, unread = rows.count(), rows.filter(is_read=False).count()
    return {"": everything, "unread": unread, "read": max(0, everything - unread)}


def _page(typed: QuerySet[Notification], filters: Filters) -> Page:
    """Pages are bounded by ids, not counted from the top: arrivals do not push rows from one to the next."""
    listed = typed.filter(is_read=filters.status == "read") if filters.status else typed
    if filters.after is not None:
        rows = list(reversed(listed.filter(id__gt=filters.after).order_by("id")[:ROWS]))
    elif filters.before is not None:
        rows = list(listed.filter(id__lt=filters.before)[:ROWS])
    else:
        rows = list(listed[:ROWS])
    if not rows:
        return Page([], newer="", older="")
    newest, oldest = rows[0].pk, rows[-1].pk
    return Page(
        rows,
        newer=filters.address(after=newest) if listed.filter(id__gt=newest).exists() else "",
        older=filters.address(before=oldest) if listed.filter(id__lt=oldest).exists() else "",
    )


def _days(rows: Iterable[Notification], today: date) -> Iterator[tuple[str, list[Notification]]]:
    """The rows under the names of their days, as people in Kolkata count days."""
    for when, group in groupby(rows, key=lambda row: timezone.localtime(row.created_at).date()):
        yield _day_name(when, today), list(group)


def _day_name(when: date, today: date) -> str:
    if when == today:
        return "Today"
    return "Yesterday" if when == today - timedelta(days=1) else day(when)
