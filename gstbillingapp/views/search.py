"""Searching everything: the page of results, and suggestions while one types."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.navigation import entries
from gstbillingapp.search import FEWEST_LETTERS, ON_THE_PAGE, search
from gstbillingapp.views.lists import searched

# What can be searched for, each with what one might type; said where nothing is found, and before.
SEARCHED = (
    ("A paper by its number, however it is spaced", "inv 42, CN/26-27/0007"),
    ("Any amount: of a paper, an expense or a payment", "1,18,000 or 1180.50"),
    ("A customer or vendor by name, city, GSTIN, phone or e-mail", "asha, 29 AAC, 98450 12345"),
    ("A product by name, SKU or HSN", "copper wire, 8544"),
    ("A vendor’s bill by their number", "PD 881"),
    ("An expense by description, category, payee or reference", "rent"),
    ("A page, or something new", "new invoice, go to returns"),
)


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
            "searched": SEARCHED,
            "entries": [entry for entry in entries() if entry.new],
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
