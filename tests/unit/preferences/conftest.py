"""An owner, a teammate and a stranger: as people of billing, and in front of a browser."""

from datetime import time

from django.contrib.auth.models import User

from delivery.models import Notification
from gstbillingapp.actions import preferences
from gstbillingapp.actions.data import PreferencesData
from gstbillingapp.models import EventKind
from tests.unit.billing.conftest import business, people
from tests.unit.screens.conftest import owner, stranger, teammate

__all__ = ["business", "owner", "people", "stranger", "teammate"]


def choose(
    user: User, *, off: tuple[EventKind, ...] = (), mailed: tuple[EventKind, ...] = (), quiet: str = ""
) -> None:
    """A person switches kinds off in the app and on by e-mail; `quiet` as "21:00-07:00"."""
    begin, end = (time.fromisoformat(text) for text in quiet.split("-")) if quiet else (None, None)
    told = set(EventKind) - set(off)
    preferences.save(
        user,
        PreferencesData(told=told, emailed=mailed, email=user.email, quiet_from=begin, quiet_to=end),
    )


def keys(user: User) -> list[str]:
    """The dedupe keys of what a person was told, in order."""
    rows = Notification.objects.filter(user=user).order_by("pk")
    return list(rows.values_list("dedupe_key", flat=True))
