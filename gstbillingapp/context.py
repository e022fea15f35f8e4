"""What every template knows besides what its view passes."""

from typing import Any

from django.http import HttpRequest

from gstbillingapp.access import membership_of


def business(request: HttpRequest) -> dict[str, Any]:
    """`business` and `membership` of whoever is signed in, both None for anybody else.

    Views behind `member_required` have set them on the request; error pages and the like ask the database.
    """
    membership = getattr(request, "membership", None)
    if membership is None:
        membership = membership_of(getattr(request, "user", None))
    return {"membership": membership, "business": membership.business if membership else None}
