"""The Python interface of notifications: what billing, scripts and other code call.

Call these anywhere, inside a transaction or not: nothing is sent before the commit, nothing at all after a
rollback, and no call waits for the broker.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractBaseUser

from delivery import inbox, reading
from delivery.drafts import Draft
from delivery.models import TITLE_LENGTH, Notification
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models.fields import day_text, plain_number

if TYPE_CHECKING:
    from gstbillingapp.models import Customer, Invoice, Product

QUOTATION_TYPES = {"approved": "SUCCESS", "declined": "WARNING"}


def create_notification(
    user: AbstractBaseUser,
    title: str,
    message: str,
    notification_type: str = "INFO",
    link_url: str | None = None,
    link_text: str | None = None,
    related_object_type: str | None = None,
    related_object_id: object = None,
    *,
    priority: str = "normal",
    dedupe_key: str | None = None,
    thread_key: str | None = None,
) -> Notification:
    """Post one notification to one person and have it delivered after commit.

    Raises ValueError that names the field where the type, the priority, a length or the link is not allowed
    (title 1 to 200 characters, message up to 2,000, link a path of this site); nothing is written then. A
    repeated `dedupe_key` for the same person returns the existing row and sends nothing.
    """
    return create_notifications(
        [user],
        title,
        message,
        notification_type,
        link_url,
        link_text,
        related_object_type,
        related_object_id,
        priority=priority,
        dedupe_key=dedupe_key,
        thread_key=thread_key,
    )[0]


def create_notifications(
    users: Iterable[AbstractBaseUser],
    title: str,
    message: str,
    notification_type: str = "INFO",
    link_url: str | None = None,
    link_text: str | None = None,
    related_object_type: str | None = None,
    related_object_id: object = None,
    *,
    priority: str = "normal",
    dedupe_key: str | None = None,
    thread_key: str | None = None,
) -> list[Notification]:
    """Post the same to any number of people, in one transaction: all of them or none. See above."""
    draft = Draft(
        title=title,
        message=message,
        notification_type=notification_type,
        link_url=link_url,
        link_text=link_text,
        related_object_type=related_object_type,
        related_object_id=related_object_id,
        priority=priority,
        dedupe_key=dedupe_key,
        thread_key=thread_key,
    )
    return inbox.post([_id_of(user) for user in users], draft)


def post_notifications(
    users: Iterable[AbstractBaseUser], drafts: Sequence[Draft]
) -> list[list[Notification]]:
    """Post several to the same people at the cost of hardly more than one, in one transaction. See above.

    The rows come in the order of the drafts, those of one in the order of the people.
    """
    return inbox.post_all([_id_of(user) for user in users], drafts)


def notify_custom(
    user: AbstractBaseUser,
    title: str,
    message: str,
    notification_type: str = "INFO",
    link_url: str | None = None,
    link_text: str | None = None,
) -> Notification:
    """Post a notification of one's own making."""
    return create_notification(user, title, message, notification_type, link_url, link_text)


def notify_invoice_created(user: AbstractBaseUser, invoice: "Invoice") -> Notification:
    """Tell one person that an invoice was issued; once per invoice."""
    return create_notification(user, **invoice_created(invoice))


def invoice_created(invoice: "Invoice") -> dict[str, Any]:
    """What is said of an issued invoice, to one person or to all: the arguments of the calls above."""
    return {
        "title": f"Invoice {invoice.number} created",
        "message": f"{indian_format(invoice.total)} for {invoice.buyer_name}, "
        f"due {day_text(invoice.due_date)}",
        "notification_type": "INVOICE",
        "link_url": invoice.get_absolute_url(),
        "link_text": "View invoice",
        "related_object_type": "invoice",
        "related_object_id": invoice.pk,
        "dedupe_key": f"inv:{invoice.pk}:issued",
        "thread_key": thread_of(invoice),
    }


def thread_of(invoice: "Invoice") -> str:
    """What ties the notifications of one invoice together."""
    return f"inv:{invoice.pk}"


def notify_payment_received(user: AbstractBaseUser, customer: "Customer", amount: Decimal) -> Notification:
    """Tell one person that a customer has paid, in rupees."""
    return create_notification(
        user,
        "Payment received",
        f"{indian_format(amount)} received from {customer.name}",
        "PAYMENT",
        customer.get_absolute_url(),
        "View customer",
        "customer",
        customer.pk,
    )


def notify_quotation_created(user: AbstractBaseUser, quotation: Any) -> Notification:
    """Tell one person of a new quotation; once per quotation."""
    return create_notification(user, **quotation_decided(quotation, "created"))


def notify_quotation_approved(user: AbstractBaseUser, quotation: Any) -> Notification:
    """Tell one person that a customer has approved a quotation; once per quotation."""
    return create_notification(user, **quotation_decided(quotation, "approved"))


def quotation_decided(quotation: Any, decision: str) -> dict[str, Any]:
    """What is said of a quotation that was created, sent, approved or declined: as `invoice_created`."""
    return {
        "title": f"Quotation {quotation.number} {decision}",
        "message": f"{indian_format(quotation.total)} for {quotation.customer.name}",
        "notification_type": QUOTATION_TYPES.get(decision, "QUOTATION"),
        "link_url": quotation.get_absolute_url(),
        "link_text": "View quotation",
        "related_object_type": "quotation",
        "related_object_id": quotation.pk,
        "dedupe_key": f"q:{quotation.pk}:{decision}",
        "thread_key": f"q:{quotation.pk}",
    }


def notify_low_stock(user: AbstractBaseUser, product: "Product", quantity: Decimal | int) -> Notification:
    """Tell one person how little is left of a product."""
    return create_notification(user, **low_stock(product, quantity))


def low_stock(product: "Product", quantity: Decimal | int) -> dict[str, Any]:
    """What is said of a product that runs low or is gone, to one person or to all: as `invoice_created`."""
    return {
        "title": f"{'Low stock' if quantity > 0 else 'Out of stock'}: {product.name}"[:TITLE_LENGTH],
        "message": f"{product.name}: {plain_number(Decimal(quantity))} left, "
        f"reorder at {plain_number(product.reorder_level)}",
        "notification_type": "PRODUCT",
        "link_url": product.get_absolute_url(),
        "link_text": "View product",
        "related_object_type": "product",
        "related_object_id": product.pk,
        "priority": "high",
        "thread_key": f"stock:{product.pk}",
    }


def get_unread_notification_count(user: AbstractBaseUser) -> int:
    """How many unread notifications a person has."""
    return reading.snapshot(_id_of(user)).unread_count


def mark_all_notifications_read(user: AbstractBaseUser) -> int:
    """Mark everything read; how many were unread."""
    return inbox.mark_all_read(_id_of(user))[0]


def knows(users: Iterable[AbstractBaseUser], dedupe_key: str) -> bool:
    """Whether any of these people has been told under this key, whatever became of it."""
    return Notification.objects.filter(
        user__in=[_id_of(user) for user in users], dedupe_key=dedupe_key
    ).exists()


def resolve_notifications(users: Iterable[AbstractBaseUser], dedupe_keys: Iterable[str]) -> None:
    """Mark read what carries these keys in the inboxes of these people: what it told of is settled."""
    inbox.mark_keys_read([_id_of(user) for user in users], list(dedupe_keys))


def _id_of(user: AbstractBaseUser) -> int:
    if not isinstance(user, AbstractBaseUser) or user.pk is None:
        raise ValueError(f"user: must be a saved user, not {user!r}.")
    return user.pk
