"""What befalls a person's account: where they sign in, and that their password is another."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import announce
from gstbillingapp.models import KnownNetwork

# Of one person: home, work, and where a phone has been lately. The ones longest unused are forgotten.
NETWORKS_KEPT = 50


@transaction.atomic
def signed_in(user: User, network: str, place: str, *, is_known_browser: bool) -> None:
    """Remember the network, and tell the person where it or the browser is new.

    The first time of all, at sign-up, everything is new and nothing is told.
    """
    now = timezone.now()
    # Whoever signs in twice at the same instant is told of each: one waits here for the other.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    rows = KnownNetwork.objects.filter(user=user)
    known = set(rows.values_list("network", flat=True))
    KnownNetwork.objects.update_or_create(user=user, network=network, defaults={"used_at": now})
    if known and not (is_known_browser and network in known):
        announce.signed_in(user, place, now)
    if len(known) >= NETWORKS_KEPT:
        _forget_oldest(user)


def password_changed(user: User, place: str) -> None:
    """Tell the person; their sessions end with the password they were opened with."""
    announce.password_changed(user, place, timezone.now())


def _forget_oldest(user: User) -> None:
    kept = KnownNetwork.objects.filter(user=user).order_by("-used_at", "-pk").values("pk")[:NETWORKS_KEPT]
    KnownNetwork.objects.filter(user=user).exclude(pk__in=kept).delete()
