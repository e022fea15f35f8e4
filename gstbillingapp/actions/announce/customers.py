"""What is told of a customer who owes more than the credit limit, until that is over."""

from typing import TYPE_CHECKING

from gstbillingapp.actions.announce.telling import settle, tell
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import Customer, EventKind
from gstbillingapp.models.fields import ZERO

if TYPE_CHECKING:
    from gstbillingapp.actions.credit_limits import Standing


def credit_limit(standing: "Standing | None") -> None:
    """A customer has gone over the limit, or is back under it: then nobody needs to be told any more."""
    if standing is None:
        return
    customer = standing.customer
    if not customer.is_over_limit:
        settle(customer.business, [_key(customer)])
        return
    limit = indian_format(customer.credit_limit or ZERO)
    tell(
        customer.business,
        EventKind.CREDIT_LIMIT,
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
