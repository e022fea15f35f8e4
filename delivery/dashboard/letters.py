"""Letters: what was sent by e-mail, what was not and why, and what may be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from delivery import letter_deeds, tenants
from delivery.dashboard import words
from delivery.dashboard.access import may, require
from delivery.dashboard.pages import page
from delivery.models import DeedKind, DeliveryState, Letter

PAGE = 50
# Beyond it nobody counts, as in the list of deliveries.
MOST_COUNTED = 10_000
TEXT_LENGTH = 200
FIELDS = ("state", "q", "error")
# Letters that are shown of those that are asked about.
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Filters:
    """What an address asks for. What it says wrongly asks for nothing else, and is told."""

    state: str = ""
    q: str = ""  # in the address, the subject or the error
    error: str = ""  # a fingerprint
    before: int | None = None
    problem: str = ""

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> "Filters":
        """From the parameters of an address."""
        typed = {name: parameters.get(name, "").strip() for name in FIELDS}
        before = parameters.get("before", "")
        if typed["state"] and typed["state"] not in DeliveryState.values:
            return cls(problem=f"state: must be one of {', '.join(DeliveryState.values)}.")
        if any(len(text) > TEXT_LENGTH or "\0" in text for text in typed.values()):
            return cls(problem=f"q: must be text of at most {TEXT_LENGTH} characters.")
        if before and not (before.isascii() and before.isdigit() and len(before) < 19):
            return cls(problem="before: must be a whole number.")
        return cls(**typed, before=int(before) if before else None)

    @property
    def query(self) -> dict[str, str]:
        """What of it is not empty, for another address."""
        return {name: text for name in FIELDS if (text := getattr(self, name))}

    def rows(self) -> QuerySet[Letter]:
        """The letters that match, on whatever page."""
        if self.problem:
            return Letter.objects.none()
        asked = {
            "state": Q(state=self.state),
            "error": Q(fingerprint=self.error),
            "q": Q(to__icontains=self.q) | Q(subject__icontains=self.q) | Q(last_error__icontains=self.q),
        }
        return Letter.objects.filter(*(asked[name] for name in self.query))


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The list, the newest first, a page at a time."""
    filters = Filters.read(request.GET)
    found = filters.rows()
    rows = found if filters.before is None else found.filter(pk__lt=filters.before)
    shown = list(rows.select_related("user").defer("text").order_by("-pk")[: PAGE + 1])
    context = {
        "filters": filters,
        "rows": shown[:PAGE],
        "older": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "names": _names(shown[:PAGE]),
        "matching": found.values("pk")[: MOST_COUNTED + 1].count(),
        "most": MOST_COUNTED,
        "states": DeliveryState.choices,
        "kinds": _kinds(request),
    }
    return page(request, "letters.html", "Letters", context, status=400 if filters.problem else 200)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter: what it says to whom, and what became of it."""
    row = get_object_or_404(Letter.objects.select_related("user"), pk=pk)
    this = Letter.objects.filter(pk=pk)
    known = tenants.current()
    context = {
        "row": row,
        "tenant_label": known.label if known else "",
        "tenant_name": _names([row]).get(row.user_id, ""),
        "kinds": [kind for kind in _kinds(request) if letter_deeds.allowed(kind, this).exists()],
    }
    return page(request, "letter.html", f"Letter {row.pk}", context)


@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """Do it to the chosen ones at once; to all that match once that was asked about."""
    kind = request.POST.get("kind", "")
    if kind not in letter_deeds.ALLOWED:
        messages.error(request, "Nothing was done: choose Retry or Discard.")
        return redirect(_back(request))
    require(request.user, kind)
    criteria = request.POST.get("criteria", "").removeprefix("?")
    if not request.POST.get("everything"):
        rows = _chosen(request.POST.getlist("id"))
    else:
        filters = Filters.read(dict(parse_qsl(criteria)))
        rows = filters.rows()
        if not request.POST.get("sure"):
            return _ask(request, DeedKind(kind), rows, criteria)
    _tell(request, kind, letter_deeds.do(kind, rows, request.user), rows)
    return redirect(_back(request))


def _ask(request: HttpRequest, kind: DeedKind, rows: QuerySet[Letter], criteria: str) -> HttpResponse:
    """How many it would be, and some of them, before anything is touched."""
    wanted = letter_deeds.allowed(kind, rows)
    count = wanted.count()
    context = {
        "kind": kind,
        "count": count,
        "now": min(count, letter_deeds.MOST),
        "sample": wanted.select_related("user").defer("text").order_by("pk")[:SAMPLE],
        "criteria": criteria,
        "back": _back(request),
    }
    return page(request, "letters_ask.html", f"{kind.label} {words.letters(count)}", context)


def _tell(request: HttpRequest, kind: str, count: int, rows: QuerySet[Letter]) -> None:
    text = f"{words.letters(count)} {letter_deeds.PAST[kind]}."
    if count == letter_deeds.MOST and (left := letter_deeds.allowed(kind, rows).count()):
        text += (
            f" {words.figure(left)} more match: do it again for the next {words.figure(letter_deeds.MOST)}."
        )
    (messages.success if count else messages.warning)(request, text)


def _chosen(ids: list[str]) -> QuerySet[Letter]:
    whole = [int(text) for text in ids if text.isascii() and text.isdigit() and len(text) < 19]
    return Letter.objects.filter(pk__in=whole[: letter_deeds.MOST])


def _kinds(request: HttpRequest) -> list[DeedKind]:
    return [DeedKind(kind) for kind in letter_deeds.ALLOWED if may(request.user, kind)]


def _names(rows: list[Letter]) -> dict[int, str]:
    """The businesses that these letters' people are of, by user id."""
    known = tenants.current()
    return dict(known.names({row.user_id for row in rows})) if known and rows else {}


def _back(request: HttpRequest) -> str:
    """Where the person came from, if that is one of these pages; else the list."""
    listed = reverse("pipeline:letters")
    place = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(place, allowed_hosts=None) and place.startswith(listed)
    return place if is_ours else listed
