"""What is told of papers that were sent by e-mail."""

from gstbillingapp.models import Mailing
from gstbillingapp.utils import create_notification, resolve_notifications


def mail_not_delivered(mailing: Mailing, name: str, page: str) -> None:
    """A letter was given up: whoever sent it is told why, and what to do. `page` is where the document is."""
    if mailing.sent_by is None:
        return
    reason = mailing.reason.rstrip(".") or "The mail server gave no reason"
    create_notification(
        mailing.sent_by,
        f"{name} not delivered to {mailing.to}"[:200],
        f"{reason}. Check the address and send it again, or download the PDF and send it yourself.",
        "ERROR",
        page,
        f"View {mailing.kind.replace('_', ' ')}"[:60],
        mailing.kind,
        mailing.object_id,
        priority="high",
        dedupe_key=_key(mailing),
    )


def mail_delivered(mailing: Mailing) -> None:
    """A letter that was given up, and sent again by whoever runs the site, has gone out after all."""
    if mailing.sent_by is not None:
        resolve_notifications([mailing.sent_by], [_key(mailing)])


def _key(mailing: Mailing) -> str:
    return f"mail:{mailing.pk}:failed"
