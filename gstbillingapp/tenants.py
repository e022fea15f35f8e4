"""How the delivery pipeline's dashboard groups people: by the business that each works for."""

from collections.abc import Iterable

from delivery import tenants
from gstbillingapp.models import Business, Membership

# Names that are offered at once.
OFFERED = 50


def _choices(text: str) -> list[tuple[int, str]]:
    named = Business.objects.filter(name__icontains=text).order_by("name", "pk")
    return list(named.values_list("pk", "name")[:OFFERED])


def _members(business_id: int) -> Iterable[int]:
    return Membership.objects.filter(business=business_id).values_list("user_id", flat=True)


def _names(user_ids: Iterable[int]) -> dict[int, str]:
    members = Membership.objects.filter(user__in=list(user_ids))
    return dict(members.values_list("user_id", "business__name"))


def register() -> None:
    """Tell the pipeline."""
    tenants.register(tenants.Tenants(label="business", choices=_choices, members=_members, names=_names))
