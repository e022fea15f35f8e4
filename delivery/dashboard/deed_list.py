"""Deeds: all of them, and the door through which each comes."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from delivery import deeds
from delivery.criteria import Criteria
from delivery.dashboard import words
from delivery.dashboard.access import require
from delivery.dashboard.pages import page
from delivery.models import Deed, DeedKind, DeedRow

PAGE = 50
# Rows chosen one by one that are done without asking, where that can be undone or harms nothing.
WITHOUT_ASKING = 20
ASKS_FIRST = (DeedKind.SUPERSEDE,)


class Wanted(forms.Form):
    """What was posted: a kind, and either the rows that were ticked, or all that match."""

    kind = forms.ChoiceField(choices=DeedKind.choices)
    everything = forms.BooleanField(required=False)
    criteria = forms.CharField(required=False, strip=True)
    undo = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    due_at = forms.DateTimeField(required=False)
    form_key = forms.CharField(required=False, max_length=64)

    def clean_due_at(self) -> object:
        """A moment to come, where something is rescheduled; otherwise the field is of no account."""
        due_at = self.cleaned_data["due_at"]
        if self.cleaned_data.get("kind") != DeedKind.RESCHEDULE:
            return None
        if due_at is None or due_at <= timezone.now():
            raise forms.ValidationError("choose a date and time to come.")
        return due_at


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The list of deeds; a POST proposes one, or does it at once where it is small and can be undone."""
    if request.method == "POST":
        return _wanted(request)
    text = request.GET.get("before", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        return HttpResponseBadRequest("before: must be a whole number.", content_type="text/plain")
    rows: QuerySet[Deed] = Deed.objects.defer("ids").order_by("-pk")
    if text:
        rows = rows.filter(pk__lt=int(text))
    shown = list(rows[: PAGE + 1])
    older = shown[PAGE - 1].pk if len(shown) > PAGE else None
    return page(
        request, "deeds.html", "Actions", {"rows": shown[:PAGE], "older": older, "is_first": not text}
    )


def _wanted(request: HttpRequest) -> HttpResponse:
    form = Wanted(request.POST)
    if not form.is_valid():
        for name, problems in form.errors.items():
            messages.error(request, f"Nothing was done. {form.fields[name].label or name}: {problems[0]}")
        return redirect(_back(request))
    # What is undone is restored, whatever else the form says it is.
    kind = DeedKind.RESTORE if form.cleaned_data["undo"] else form.cleaned_data["kind"]
    require(request.user, kind)
    try:
        if form.cleaned_data["undo"]:
            return _undo(request, form)
        return _do(request, form, kind)
    except ValueError as error:
        messages.error(request, f"Nothing was done. {error}")
        return redirect(_back(request))


def _do(request: HttpRequest, form: Wanted, kind: str) -> HttpResponse:
    due_at, key = form.cleaned_data["due_at"], _key(request, form)
    if form.cleaned_data["everything"]:
        criteria = Criteria.read(dict(parse_qsl(form.cleaned_data["criteria"].removeprefix("?"))))
    else:
        criteria = Criteria.read({"ids": ",".join(request.POST.getlist("id"))})
        if not criteria.ids:
            messages.error(request, "Nothing was done: choose at least one delivery.")
            return redirect(_back(request))
        if len(criteria.ids) <= WITHOUT_ASKING and kind not in ASKS_FIRST:
            return _at_once(request, kind, criteria.ids, key, due_at)
    return redirect("pipeline:deed", pk=deeds.propose(kind, criteria, request.user, due_at, key).pk)


def _at_once(
    request: HttpRequest, kind: str, ids: Iterable[int], key: str | None, due_at: datetime | None = None
) -> HttpResponse:
    told(request, deeds.do_now(kind, ids, request.user, due_at, key))
    return redirect(_back(request))


def _undo(request: HttpRequest, form: Wanted) -> HttpResponse:
    """Undo a discard: what can be undone needs no question before."""
    pk, key = form.cleaned_data["undo"], _key(request, form)
    touched = DeedRow.objects.filter(deed=pk, deed__kind=DeedKind.DISCARD).values_list("delivery", flat=True)
    ids = tuple(touched[: WITHOUT_ASKING + 1])
    if not ids:
        raise ValueError("undo: must be a discard that has touched something.")
    if len(ids) <= WITHOUT_ASKING:
        return _at_once(request, DeedKind.RESTORE, ids, key)
    deed = deeds.propose(DeedKind.RESTORE, Criteria(deed=pk), request.user, form_key=key)
    deeds.start(deed.pk, request.user)
    return redirect("pipeline:deed", pk=deed.pk)


def _key(request: HttpRequest, form: Wanted) -> str | None:
    """By what the same form, sent by the same person for the same thing, is known when it is sent again.

    A page may be gone back to, and something else be chosen in the same form: that is another deed.
    """
    key = form.cleaned_data["form_key"]
    if not key:
        return None
    wanted = {name: form.cleaned_data[name] for name in ("kind", "everything", "criteria", "undo", "due_at")}
    asked = repr((key, request.user.pk, wanted, sorted(request.POST.getlist("id"))))
    return sha256(asked.encode()).hexdigest()


def told(request: HttpRequest, deed: Deed) -> None:
    """Say what a deed that was done at once has come to; a discard carries the way to undo it."""
    text = f"{words.deliveries(deed.done)} {deeds.PAST[deed.kind]}."
    if deed.due_at and deed.done:
        text = f"{words.deliveries(deed.done)} {deeds.PAST[deed.kind]} to {words.moment(deed.due_at)}."
    if deed.passed_over:
        verb = "was" if deed.passed_over == 1 else "were"
        text += f" {words.figure(deed.passed_over)} {verb} passed over, no longer in a state that allows it."
    undo = f"undo-{deed.pk}" if deed.kind == DeedKind.DISCARD and deed.done else ""
    (messages.success if deed.done else messages.warning)(request, text, extra_tags=undo)


def _back(request: HttpRequest) -> str:
    """Where the person came from, if that is a page of the dashboard; else the list."""
    home = reverse("pipeline:now")
    place = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(place, allowed_hosts=None) and place.startswith(home)
    return place if is_ours else reverse("pipeline:deliveries")
