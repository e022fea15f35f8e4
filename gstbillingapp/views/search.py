"""Searching everything: the page of results, and suggestions while one types."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.search import FEWEST_LETTERS, ON_THE_PAGE, search
from gstbillingapp.views.lists import searched


@require_safe
@member_required
def results(request: MemberRequest) -> HttpResponse:
    """Everything found, each noun with a link to its own list."""
    text = searched(request)
    return render(
        request,
        "search/results.html",
        {
            "search": text,
            "found": search(request.business, text, ON_THE_PAGE),
            "is_too_short": len(text) < FEWEST_LETTERS,
        },
    )


@require_safe
@member_required
def lookup(request: MemberRequest) -> JsonResponse:
    """The likeliest of each noun: `{"results": [{"group", "label", "detail", "url"}]}`, groups together."""
    return JsonResponse(
        {
            "results": [
                {"group": group.title, "label": hit.label, "detail": hit.detail, "url": hit.url}
                for group in search(request.business, searched(request))
                for hit in group.hits
            ]
        }
    )
