"""What every template knows besides what its view passes."""

from typing import Any

from django.http import HttpRequest

from gstbillingapp.access import membership_of
from gstbillingapp.navigation import navigation


def business(request: HttpRequest) -> dict[str, Any]:
    """`business`, `membership` and `navigation` of whoever is signed in, all None for anybody else.

    Views behind `member_required` have set them on the request; error pages and the like ask the database.
    """
    membership = getattr(request, "membership", None)
    if membership is None:
        membership = membership_of(getattr(request, "user", None))
    if membership is None:
        return {"membership": None, "business": None, "navigation": None}
    url_name = request.resolver_match.url_name if request.resolver_match else None
    return {
        "membership": membership,
        "business": membership.business,
        "navigation": navigation(url_name),
    }
