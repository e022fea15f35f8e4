"""What is told of papers that were sent by e-mail."""

from delivery.models import TITLE_LENGTH
from gstbillingapp.actions.announce.telling import tell_person
from gstbillingapp.models import EventKind, Mailing
from gstbillingapp.utils import resolve_notifications


def mail_not_delivered(mailing: Mailing, name: str, page: str) -> None:
    """A letter was given up: whoever sent it is told why, and what to do. `page` is where the document is."""
    if mailing.sent_by is None:
        return
    reason = mailing.reason.rstrip(".") or "The mail server gave no reason"
    tell_person(
        mailing.sent_by,
        EventKind.MAIL_FAILED,
        title=f"{name} not delivered to {mailing.to}"[:TITLE_LENGTH],
        message=f"{reason}. Check the address and send it again, or download the PDF and send it yourself.",
        notification_type="ERROR",
        link_url=page,
        link_text=f"View {mailing.kind.replace('_', ' ')}",
        related_object_type=mailing.kind,
        related_object_id=mailing.object_id,
        priority="high",
        dedupe_key=_key(mailing),
    )


def mail_delivered(mailing: Mailing) -> None:
    """A letter that was given up, and sent again by whoever runs the site, has gone out after all."""
    if mailing.sent_by is not None:
        resolve_notifications([mailing.sent_by], [_key(mailing)])


def _key(mailing: Mailing) -> str:
    return f"mail:{mailing.pk}:failed"
