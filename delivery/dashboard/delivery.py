"""One delivery: what it says to whom, what became of it, and what may be done to it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe
from django_celery_results.models import TaskResult

from delivery import deeds, tenants, timeline
from delivery.dashboard.access import may
from delivery.dashboard.pages import page
from delivery.models import DeedKind, Delivery


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Its page."""
    row = get_object_or_404(Delivery.objects.select_related("user", "notification"), pk=pk)
    events = timeline.of(row)
    known = tenants.current()
    context = {
        "row": row,
        "events": events,
        "results": _results({event.task_id for event in events} | {row.task_id}),
        "tenant_label": known.label if known else "",
        "tenant_name": known.names([row.user_id]).get(row.user_id, "") if known else "",
        "kinds": _kinds(request, row),
    }
    return page(request, "delivery.html", f"Delivery {row.pk}", context)


@require_safe
def of_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """The one address that support needs: from a notification's number to what became of it."""
    return redirect("pipeline:delivery", pk=get_object_or_404(Delivery, notification=pk).pk)


def _results(task_ids: set[str]) -> dict[str, int]:
    """The results that Celery kept of these tasks (it keeps those of failed ones), by task."""
    known = TaskResult.objects.filter(task_id__in=task_ids - {""})
    return dict(known.values_list("task_id", "pk"))


def _kinds(request: HttpRequest, row: Delivery) -> list[DeedKind]:
    """What this person may do to it now. What tells of no post ends by itself."""
    if row.notification_id is None:
        return []
    return [
        DeedKind(kind)
        for kind, states in deeds.ALLOWED.items()
        if row.state in states and may(request.user, kind)
    ]
