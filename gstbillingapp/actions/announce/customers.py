"""What is told of a customer who owes more than the credit limit, until that is over."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from delivery.drafts import Draft
from gstbillingapp.actions.announce.telling import settle, tell_each
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import Customer, EventKind
from gstbillingapp.models.fields import ZERO

if TYPE_CHECKING:
    from gstbillingapp.actions.credit_limits import Standing


def credit_limit(standing: "Standing | None") -> None:
    """A customer has gone over the limit, or is back under it: then nobody needs to be told any more."""
    credit_limits([standing] if standing else [])


def credit_limits(standings: "Sequence[Standing]") -> None:
    """Tell of several customers of one business, at the cost of hardly more than one."""
    if not standings:
        return
    business = standings[0].customer.business
    back = [_key(each.customer) for each in standings if not each.customer.is_over_limit]
    if back:
        settle(business, back)
    over = [_draft(each) for each in standings if each.customer.is_over_limit]
    tell_each(business, EventKind.CREDIT_LIMIT, over)


def _draft(standing: "Standing") -> Draft:
    customer = standing.customer
    limit = indian_format(customer.credit_limit or ZERO)
    return Draft(
        title=f"{customer.name} over limit: {indian_format(standing.owed)} of {limit}",
        message="Collect what is owed before billing more, or raise the limit.",
        notification_type="WARNING",
        link_url=customer.get_absolute_url(),
        link_text="View customer",
        related_object_type="customer",
        related_object_id=customer.pk,
        priority="high",
        dedupe_key=_key(customer),
        thread_key=f"cust:{customer.pk}",
    )


def _key(customer: Customer) -> str:
    """With the crossing in it: whoever has recovered may go over the limit anew."""
    return f"cust:{customer.pk}:limit:{customer.limit_crossing}"
