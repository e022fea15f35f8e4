"""What somebody is told of their own account."""

import datetime

from django.contrib.auth.models import User
from django.urls import reverse

from gstbillingapp.actions.announce.telling import tell_person
from gstbillingapp.models import EventKind


def signed_in(user: User, place: str, moment: datetime.datetime) -> None:
    """Somebody signed in as them from where they never have."""
    _tell(
        user,
        EventKind.SIGN_IN,
        f"New sign-in from {place}",
        "If this was not you, change your password: it signs out every other browser.",
        moment,
    )


def password_changed(user: User, place: str, moment: datetime.datetime) -> None:
    """Their password is another one."""
    _tell(
        user,
        EventKind.PASSWORD_CHANGED,
        "Password changed",
        f"From {place}. All other browsers and devices are signed out. If this was not you, ask the "
        "administrator of this site for help.",
        moment,
    )


def _tell(user: User, kind: EventKind, title: str, message: str, moment: datetime.datetime) -> None:
    tell_person(
        user,
        kind,
        title=title,
        message=message,
        notification_type="SYSTEM",
        link_url=reverse("password_change"),
        link_text="Change the password",
        priority="high",
        dedupe_key=f"sec:{kind}:{moment.timestamp():.6f}",
        thread_key="sec",
    )
