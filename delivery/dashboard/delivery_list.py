"""Deliveries: a list to search, filter and act on, a page at a time from the newest on."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django_celery_results.models import TaskResult

from delivery import deeds, tenants
from delivery.criteria import WINDOWS
from delivery.dashboard import errors, filters
from delivery.dashboard.access import may
from delivery.dashboard.pages import page
from delivery.models import DeedKind, Delivery, DeliveryState, NotificationType

PAGE = 50
# Beyond it nobody counts: a million rows would be read for a number in a heading.
MOST_COUNTED = 10_000
# Businesses in the list under the field; what is typed finds the others.
SUGGESTED = 50


@dataclass
class Slice:
    """One page of the list."""

    rows: list[Delivery]
    newer: int | None  # the id to go on from, where there are newer ones
    older: int | None


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The list, or what is wrong with its address."""
    asked = filters.read(request.GET)
    found = asked.criteria.rows() if asked.criteria else Delivery.objects.none()
    shown = _slice(found, asked.before, asked.after)
    context = {
        "filters": asked,
        "shown": shown,
        "names": _names(shown.rows),
        "matching": _counted(found),
        "most": MOST_COUNTED,
        "kinds": _kinds(request, asked.typed.get("state", "")),
        "criteria": asked.criteria.query() if asked.criteria else {},
        "result": _result(asked.typed.get("task", "")),
        **_choices(asked),
    }
    return page(request, "deliveries.html", "Deliveries", context, status=400 if asked.errors else 200)


def _slice(found: QuerySet[Delivery], before: int | None, after: int | None) -> Slice:
    """The page before an id, after one, or the newest; by keys, so that a page is as quick as the first."""
    rows = found.select_related("user", "notification")
    if after is not None and before is None:
        ahead = list(rows.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        page_rows = ahead[:PAGE][::-1]
        has_newer, has_older = len(ahead) > PAGE, True
    else:
        if before is not None:
            rows = rows.filter(pk__lt=before)
        behind = list(rows.order_by("-pk")[: PAGE + 1])
        page_rows = behind[:PAGE]
        has_newer, has_older = before is not None, len(behind) > PAGE
    if not page_rows:
        return Slice([], None, None)
    return Slice(page_rows, page_rows[0].pk if has_newer else None, page_rows[-1].pk if has_older else None)


def _counted(found: QuerySet[Delivery]) -> int:
    """How many there are, up to one more than anybody counts."""
    return found.values("pk")[: MOST_COUNTED + 1].count()


def _names(rows: list[Delivery]) -> dict[int, str]:
    """The businesses that these people are of, by user id."""
    known = tenants.current()
    return dict(known.names({row.user_id for row in rows})) if known and rows else {}


def _kinds(request: HttpRequest, state: str) -> list[DeedKind]:
    """What this person may do to what is listed: all of it, where no state is chosen."""
    return [
        DeedKind(kind)
        for kind, states in deeds.ALLOWED.items()
        if may(request.user, kind) and (not state or state in states)
    ]


def _result(task_id: str) -> int | None:
    """The result that Celery kept of the task that is asked for: it keeps those of failed ones."""
    if not task_id or "\0" in task_id:
        return None
    return TaskResult.objects.filter(task_id=task_id).values_list("pk", flat=True).first()


def _choices(asked: filters.Filters) -> dict[str, Any]:
    """What the form offers."""
    known = tenants.current()
    tenant = asked.criteria.tenant if asked.criteria else None
    return {
        "states": DeliveryState.choices,
        "types": NotificationType.choices,
        "windows": [(hours, errors.HEADINGS[hours]) for hours in WINDOWS],
        "tenant_label": known.label if known else "",
        "tenant_name": _tenant_name(tenant),
        "suggested": known.choices("")[:SUGGESTED] if known else [],
    }


def _tenant_name(tenant: int | None) -> str:
    """What a business is called: its number where nobody is left in it."""
    known = tenants.current()
    if tenant is None or known is None:
        return ""
    for member in list(known.members(tenant))[:1]:
        pk = getattr(member, "pk", member)
        return known.names([pk]).get(pk, str(tenant))
    return str(tenant)
