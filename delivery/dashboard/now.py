"""Now: how the pipeline stands, and what it has been doing."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from delivery import health
from delivery.dashboard import charts, errors, standing, words
from delivery.dashboard.pages import page
from delivery.models import Deed

LATEST_DEEDS = 5
# What the script replaces when it has changed: the name of a region of the page, and its template.
REGIONS = ("lines", "figures", "parts", "errors", "deeds")


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The page, complete without a script."""
    context = _context(request)
    return page(request, "now.html", "Pipeline", context)


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The same for the script: regions as they are on the page, and the charts' points."""
    context = _context(request)
    return JsonResponse(
        {
            "at": words.exact(timezone.now()).rpartition(" ")[2],
            "regions": {name: render_to_string(f"dashboard/now/{name}.html", context) for name in REGIONS},
            "keys": [line.key for line in context["lines"]],
            "said": " ".join(line.text for line in context["lines"]),
            "chart": context["chart"],
        }
    )


def _context(request: HttpRequest) -> dict[str, Any]:
    span = request.GET.get("span", "")
    now = health.now()
    latest = Deed.objects.defer("ids").order_by("-pk")[:LATEST_DEEDS]
    return {
        "lines": standing.lines(now),
        "figures": standing.figures(now),
        "parts": standing.parts(now),
        "groups": errors.groups(),
        "most_read": errors.MOST_READ,
        "headings": list(errors.HEADINGS.values()),
        "latest": latest,
        "span": span if span in charts.SPANS else "hour",
        "chart": charts.chart(span if span in charts.SPANS else "hour"),
    }
