"""The people of the dashboard, each with rights of their own, and deliveries in every state."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from delivery import deeds, inbox, retry
from delivery.dashboard import memo
from delivery.drafts import Draft
from delivery.models import Attempt, Delivery, DeliveryState, Outcome
from tests.factories import MembershipFactory, UserFactory

ERROR = "ValueError in delivery.frames.body"
VIEW, RETRY, DISCARD = "view_delivery", "retry_delivery", "discard_delivery"
# Everybody who may come by: what they may do with deliveries; None is not even staff.
PEOPLE: dict[str, tuple[str, ...] | None] = {
    "not staff": None,
    "staff": (),
    "retries blindly": (RETRY,),
    "views": (VIEW,),
    "retries": (VIEW, RETRY),
    "discards": (VIEW, DISCARD),
    "retries and discards": (VIEW, RETRY, DISCARD),
}
People = Callable[[str], Client]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deed paces itself by the second; what it does is the same without."""
    monkeypatch.setattr(deeds, "sleep", lambda _seconds: None)


def person(who: str) -> User:
    """Somebody of `PEOPLE`, or "superuser"."""
    rights = PEOPLE.get(who)
    is_super = who == "superuser"
    user: User = UserFactory(is_staff=is_super or rights is not None, is_superuser=is_super)
    for codename in rights or ():
        user.user_permissions.add(Permission.objects.get(codename=codename))
    return user


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """No test sees what another has read."""
    memo.forget()


@pytest.fixture
def browser_of(db: None) -> People:
    """`browser_of("retries")`: a browser in which such a person is signed in; "nobody" is in no one's."""

    def of(who: str) -> Client:
        client = Client()
        if who != "nobody":
            client.force_login(person(who))
        return client

    return of


@pytest.fixture
def operator(browser_of: People) -> Client:
    return browser_of("superuser")


@pytest.fixture
def asha(db: None) -> User:
    """Somebody who is told things, of a business of their own."""
    return MembershipFactory(user__username="asha", business__name="Asha Traders").user


def posted(user: User, count: int = 1, title: str = "Invoice") -> list[Delivery]:
    """Deliveries that are pending."""
    rows = [inbox.post([user.pk], Draft(title=f"{title} {n}", message="Due soon"))[0] for n in range(count)]
    return list(Delivery.objects.filter(notification__in=rows).order_by("pk"))


def dead(
    user: User, count: int = 1, error: str = ERROR, ago: timedelta = timedelta(minutes=5)
) -> list[Delivery]:
    """Deliveries that have run out of attempts, each with the last of them."""
    rows = posted(user, count)
    when = timezone.now() - ago
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=DeliveryState.DEAD,
        attempts=retry.MAX_ATTEMPTS,
        settled_at=when,
        last_error="ValueError: no body",
        fingerprint=error,
        task_id="task-7",
    )
    Attempt.objects.bulk_create(
        Attempt(
            delivery=row,
            number=retry.MAX_ATTEMPTS,
            outcome=Outcome.FAILED,
            worker="worker-1:311",
            started_at=when - timedelta(milliseconds=40),
            ended_at=when,
            error_class="ValueError",
            error_message="no body",
            fingerprint=error,
            task_id="task-7",
        )
        for row in rows
    )
    return list(Delivery.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk"))


def states(rows: list[Delivery]) -> list[str]:
    """Where these stand now."""
    found = Delivery.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    return list(found.values_list("state", flat=True))
