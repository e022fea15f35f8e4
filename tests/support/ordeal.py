"""What every fault has to pass: a burst of posts, something that breaks in its middle, and full recovery."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from statistics import median
from time import monotonic

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone

from delivery.models import Attempt, Delivery, DeliveryState, Notification
from gstbillingapp.utils import create_notification
from tests.support.background import in_background
from tests.support.followers import Follower
from tests.support.inbox_client import truth
from tests.support.stack import Stack

PASSWORD = "gst-demo-people"
BURST = 200  # posted as fast as one process can
BEFORE = 20  # shown before anything is broken
AFTER = 20  # posted after it is whole again
PACE = 0.05  # seconds between posts once the burst is over and the fault is not
RECOVERY = 60.0  # seconds; the lease of a dead worker and a sweep are 15 of them
# The promises, in seconds: what a post costs always, and once an outage is known; when recovery has begun.
POST_AT_MOST, POST_KNOWN, RECOVERY_BEGINS = 1.0, 0.05, 10.0
LONGEST_FAULT = 120.0  # seconds; a limit for what hangs
names = (f"asha-in-trouble-{number}" for number in count(1))

Deed = Callable[[], object]


@dataclass(frozen=True)
class Outcome:
    """One row of the table. Sent again is what came over the wire more than once; nobody may see that."""

    fault: str
    posted: int
    shown: int
    lost: int
    shown_twice: int
    sent_again: int
    badge_is_right: bool
    seconds_to_recover: float

    @property
    def is_good(self) -> bool:
        """Whether all that was posted was shown, once, and the badge says so."""
        return self.badge_is_right and self.lost == self.shown_twice == 0 and self.shown == self.posted


class Ordeal:
    """One person with an open page, to whom is posted while something breaks."""

    def __init__(
        self, stack: Stack, size: int, pace: float, refusals: tuple[type[Exception], ...] = ()
    ) -> None:
        self.stack = stack
        self.size = size
        self.pace = pace
        self.user = User.objects.create(
            username=next(names), password=make_password(PASSWORD, hasher="pbkdf2_sha256")
        )
        self.follower = Follower(stack.sign_in(self.user.username, PASSWORD))
        self.posted: set[int] = set()
        self.costs: list[float] = []  # seconds of each post, while the fault lasted
        self.refused = 0  # posts that failed as they may, with one of `refusals`
        self.healed = self.recovered = 0.0
        self.healed_at = timezone.now()
        self._refusals = refusals
        self._is_breaking = threading.Event()
        self._is_over = threading.Event()

    def go_through(self, deed: Deed, recovery: float) -> None:
        """Post a burst, do the deed in its middle, and follow until everything is as it should be."""
        follower = self.follower
        follower.follow_until(lambda client: client.catch_ups > 0)
        with self.stack.posting(), in_background(self._post), self._breaking(deed) as is_whole:
            follower.follow_until(lambda _client: is_whole(), LONGEST_FAULT)
        connections.close_all()  # a database that was broken has broken this thread's too
        follower.follow_until(lambda client: self.posted <= set(client.shown), recovery)
        follower.follow_until(lambda _client: not self.unsent(), recovery)
        follower.follow_until(lambda client: client.state() == truth(self.user.pk), recovery)
        self.recovered = monotonic()
        follower.hear_out()

    def unsent(self) -> int:
        """How many of this person's rows wait, are held, or are dead."""
        return Delivery.objects.filter(user=self.user).exclude(state=DeliveryState.SENT).count()

    @property
    def seconds_until_shown(self) -> float:
        """How long after the fault the next notification was shown."""
        return min(at for at in self.follower.shown_at if at > self.healed) - self.healed

    @property
    def seconds_until_sent(self) -> float:
        """How long after the fault a worker sent the next one."""
        rows = Delivery.objects.filter(user=self.user, settled_at__gt=self.healed_at)
        return (rows.earliest("settled_at").settled_at - self.healed_at).total_seconds()

    def end(self, fault: str) -> Outcome:
        """Leave the page. What came of it, counted from the database and from what was shown."""
        self.follower.close()
        connections.close_all()
        client = self.follower.client
        rows = Notification.objects.filter(user=self.user)
        titles = dict(rows.values_list("pk", "title"))
        # A post that failed at its commit may have committed all the same: then it was posted.
        posted = self.posted | set(titles)
        shown = Counter(titles.get(pk, f"never posted: {pk}") for pk in client.shown)
        self.outcome = Outcome(
            fault=fault,
            posted=len(posted),
            shown=len(shown),
            lost=len(posted - set(client.shown)),
            shown_twice=shown.total() - len(shown),
            sent_again=client.heard.total() - len(client.heard),
            badge_is_right=client.count == rows.filter(is_read=False).count(),
            seconds_to_recover=(self.recovered or monotonic()) - self.healed,
        )
        return self.outcome

    def assert_no_attempt_burnt(self) -> None:
        """An outage is no fault of a row: each was claimed once too often at most, and given back."""
        assert not Attempt.objects.filter(delivery__user=self.user).exists()
        assert set(Delivery.objects.filter(user=self.user).values_list("attempts", flat=True)) == {1}

    def assert_no_post_waited(self) -> None:
        """A post waits for no broker, whatever state it is in."""
        assert max(self.costs) < POST_AT_MOST, "a post waited for the broker"
        assert median(self.costs) < POST_KNOWN

    def assert_recovery_began_by_itself(self) -> None:
        """What was waiting begins to go out, and to be seen, without anybody's doing."""
        assert self.seconds_until_shown < RECOVERY_BEGINS
        assert self.seconds_until_sent < RECOVERY_BEGINS

    @contextmanager
    def _breaking(self, deed: Deed) -> Iterator[Callable[[], bool]]:
        """Do the deed beside the block, once something was shown; whatever happens, the posting ends."""
        try:
            self.follower.follow_until(lambda client: len(client.shown) >= BEFORE)
            self._is_breaking.set()
            with in_background(deed) as breaking:
                breaking.add_done_callback(self._whole_again)
                yield breaking.done
        finally:
            self._is_over.set()

    def _whole_again(self, _breaking: object) -> None:
        self.healed, self.healed_at = monotonic(), timezone.now()
        self._is_over.set()

    def _post(self) -> None:
        for number in count():
            if number >= self.size and self._is_over.wait(self.pace):
                break
            self._post_one(f"Invoice {number}")
        for number in range(AFTER):
            self._post_one(f"Invoice {number} after it")

    def _post_one(self, title: str) -> None:
        is_measured = self._is_breaking.is_set() and not self._is_over.is_set()
        started = monotonic()
        try:
            row = create_notification(self.user, title, "₹1,180.00", "INVOICE", "/invoices/")
        except self._refusals:
            self.refused += 1
            connections.close_all()
        else:
            self.posted.add(row.pk)
        if is_measured:
            self.costs.append(monotonic() - started)


def suffer(
    stack: Stack,
    outcomes: list[Outcome],
    fault: str,
    deed: Deed,
    *,
    size: int = BURST,
    pace: float = PACE,
    recovery: float = RECOVERY,
    refusals: tuple[type[Exception], ...] = (),
) -> Ordeal:
    """Go through one fault and write its row down, however it ends; AssertionError unless the row is good.

    `deed` breaks something and mends it again; `refusals` are what a post may raise meanwhile.
    """
    ordeal = Ordeal(stack, size, pace, refusals)
    try:
        ordeal.go_through(deed, recovery)
    finally:
        outcomes.append(ordeal.end(fault))
    assert ordeal.outcome.is_good, ordeal.outcome
    return ordeal
