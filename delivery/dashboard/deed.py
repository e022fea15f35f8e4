"""One deed: what it will do to how many, how far it has come, and how it ended."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from delivery import deeds
from delivery.dashboard import words
from delivery.dashboard.access import may, require
from delivery.dashboard.pages import page
from delivery.models import UNDER_WAY, Deed, DeedKind, DeedState, Delivery

SAMPLE = 10
# What each kind will do, said before anything is touched.
WILL: dict[str, str] = {
    DeedKind.RETRY: "become due at once, with all their attempts before them",
    DeedKind.DISCARD: "will not be sent. That can be undone",
    DeedKind.RESTORE: "go back to what they were before they were discarded",
    DeedKind.RESCHEDULE: "will be sent at the time below, with all their attempts before them",
    DeedKind.SUPERSEDE: "count as having nothing left to tell, and are never sent. That cannot be undone",
}


# The same, of one.
WILL_ONE: dict[str, str] = {
    **WILL,
    DeedKind.RETRY: "becomes due at once, with all its attempts before it",
    DeedKind.RESTORE: "goes back to what it was before it was discarded",
    DeedKind.RESCHEDULE: "will be sent at the time below, with all its attempts before it",
    DeedKind.SUPERSEDE: "counts as having nothing left to tell, and is never sent. That cannot be undone",
}


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Its page."""
    deed = _deed(pk)
    title = f"{deed.get_kind_display()} {words.deliveries(deed.matching)}"
    return page(request, "deed.html", title, {**_context(request, deed), "sample": _sample(deed)})


@require_safe
def live(request: HttpRequest, pk: int) -> JsonResponse:
    """How far it is. Its part of the page comes along where the state is another than the page's."""
    deed = _deed(pk)
    answer: dict[str, Any] = {
        "state": deed.state,
        "past": deed.done + deed.passed_over,
        "matching": deed.matching,
        "said": said(deed),
        "is_under_way": deed.state in UNDER_WAY,
    }
    if request.GET.get("state") != deed.state:
        answer["html"] = render_to_string("dashboard/deed/state.html", _context(request, deed), request)
    return JsonResponse(answer)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start it. A second click finds it started, and changes nothing."""
    return _moved(request, pk, deeds.start)


@require_POST
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with the others although the first one failed."""
    return _moved(request, pk, deeds.go_on)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Never mind, stop here, or cancel, whichever it is by its state."""
    deed = _deed(pk)
    answer = _moved(request, pk, deeds.cancel)
    if deed.state == DeedState.PROPOSED:
        messages.info(request, "Nothing was done.")
        return redirect(words.address(reverse("pipeline:deliveries"), **_listed(deed)))
    return answer


def _moved(request: HttpRequest, pk: int, move: Any) -> HttpResponse:
    deed = _deed(pk)
    require(request.user, deed.kind)
    move(deed.pk, request.user)
    return redirect("pipeline:deed", pk=deed.pk)


def _deed(pk: int) -> Deed:
    deed: Deed = get_object_or_404(Deed.objects.defer("ids"), pk=pk)
    return deed


def _context(request: HttpRequest, deed: Deed) -> dict[str, Any]:
    return {
        "deed": deed,
        "said": said(deed),
        "will": (WILL_ONE if deed.matching == 1 else WILL)[deed.kind],
        "chosen": _chosen(deed),
        "may": may(request.user, deed.kind),
        "past": deed.done + deed.passed_over,
        "left": max(0, deed.matching - deed.done - deed.passed_over),
        "became": became(deed) if deed.state in (DeedState.DONE, DeedState.CANCELLED) else "",
        "rate": deeds.RATE,
        "is_under_way": deed.state in UNDER_WAY,
        "tries_first": deed.kind == DeedKind.RETRY and deed.matching > 1,
        "seconds": max(1, round(deed.matching / deeds.RATE)),
        "may_undo": deed.kind == DeedKind.DISCARD and bool(deed.done) and may(request.user, DeedKind.RESTORE),
    }


def became(deed: Deed) -> str:
    """What has become of the rows that it touched, by now: a retry that is done may have failed again."""
    rows = Delivery.objects.filter(deed_rows__deed=deed).values("state").order_by("state")
    counts = rows.annotate(count=Count("pk")).values_list("state", "count")
    return ", ".join(f"{words.figure(count)} {state}" for state, count in counts)


def said(deed: Deed) -> str:
    """How far it is, in a sentence."""
    did = f"{words.deliveries(deed.done)} {deeds.PAST[deed.kind]}"
    if deed.passed_over:
        did += f", {words.figure(deed.passed_over)} passed over"
    sentences: dict[str, str] = {
        DeedState.PROPOSED: f"{deed.get_kind_display()} {words.deliveries(deed.matching)}?",
        DeedState.TRYING: f"Trying one of {words.figure(deed.matching)} first.",
        DeedState.STOPPED: "The first one failed again, so the others were left alone.",
        DeedState.RUNNING: f"{words.figure(deed.done)} of {words.figure(deed.matching)} done.",
        DeedState.DONE: f"Done: {did}.",
        DeedState.CANCELLED: f"Cancelled: {did}.",
    }
    return sentences[deed.state]


def _sample(deed: Deed) -> list[Delivery]:
    """A few of what it is about: while it is proposed, those it would touch; later, those it has touched."""
    if deed.state == DeedState.PROPOSED:
        rows = deeds.left(deed)
    else:
        rows = Delivery.objects.filter(deed_rows__deed=deed)
    return list(rows.select_related("user", "notification").order_by("pk")[:SAMPLE])


def _chosen(deed: Deed) -> str:
    """What was chosen, in words."""
    named = [f"{name.replace('_', ' ')} {value}" for name, value in _listed(deed).items()]
    if ids := deed.criteria.get("ids", ""):
        named.insert(0, f"{words.figure(ids.count(',') + 1)} ticked one by one")
    return ", ".join(named) or "all deliveries"


def _listed(deed: Deed) -> dict[str, Any]:
    """The criteria as an address of the list; rows chosen one by one are no filter worth going back to."""
    return {name: value for name, value in deed.criteria.items() if name != "ids"}
