"""Two beats, a beat stopped over midnight, clocks that are an hour off: what is periodic happens once."""

import datetime
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from time import monotonic

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from delivery.models import Notification
from gstbillingapp.models import REMINDERS, Invoice, ReminderSettings
from gstbillingapp.models.fields import INDIA, today
from tests.factories import BusinessFactory, MembershipFactory, issued
from tests.support.clocks import PATIENCE, ClockedStack
from tests.support.followers import Follower
from tests.support.inbox_client import truth
from tests.support.ordeal import Outcome
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.once

PASSWORD = "gst-demo-people"
HOUR = datetime.timedelta(hours=1)
names = (f"asha-with-a-clock-{number}" for number in count(1))
# Each test has days of its own, later than those of the one before.
mornings = (today() + datetime.timedelta(days=number) for number in count(60, 60))


class Shop:
    """A business with an invoice that is due; its owner has a page open, a teammate and a stranger do not."""

    def __init__(self, stack: ClockedStack) -> None:
        self.stack, self.due = stack, next(mornings)
        self.business = BusinessFactory()
        others = {name: [] for name in REMINDERS if name != "invoices"}
        ReminderSettings.objects.create(business=self.business, stages=others)
        self.invoice: Invoice = issued(self.business, due_date=self.due)  # tells nobody: there is nobody
        self.owner, self.teammate, self.stranger = (_person() for _ in range(3))
        for user in (self.owner, self.teammate):
            MembershipFactory(business=self.business, user=user)
        elsewhere = MembershipFactory(user=self.stranger).business
        ReminderSettings.objects.create(business=elsewhere, stages=others)  # returns fall due there, too
        self.follower = Follower(stack.sign_in(self.owner.username, PASSWORD))
        self.follower.follow_until(lambda client: client.catch_ups > 0)
        self.begun = monotonic()

    def at(self, days: int, time: str) -> datetime.datetime:
        """A moment so many days after the due date."""
        moment = datetime.time.fromisoformat(time)
        return datetime.datetime.combine(self.due + datetime.timedelta(days=days), moment, INDIA)

    def assert_told(self, outcomes: list[Outcome], fault: str, *stages: str) -> None:
        """The owner's page and the rows of everybody say exactly this; written down as a row of the table."""
        shown = self.follower.client.shown
        self.follower.follow_until(lambda client: client.state() == truth(self.owner.pk))
        wanted = [f"inv:{self.invoice.pk}:{stage}:{self.due}" for stage in stages]
        outcomes.append(
            Outcome(
                fault=fault,
                posted=len(wanted),
                shown=len(set(shown)),
                lost=len(set(wanted) - set(_keys(self.owner))),
                shown_twice=len(shown) - len(set(shown)),
                sent_again=self.follower.client.heard.total() - len(self.follower.client.heard),
                badge_is_right=self.follower.client.count == len(wanted),
                seconds_to_recover=monotonic() - self.begun,
            )
        )
        assert _keys(self.owner) == _keys(self.teammate) == wanted
        assert _keys(self.stranger) == []
        assert len(shown) == len(wanted)


def _person() -> User:
    return User.objects.create(username=next(names), password=make_password(PASSWORD, hasher="pbkdf2_sha256"))


def _keys(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("dedupe_key", flat=True))


@pytest.fixture(scope="module")
def web_only(database_templates, django_db_blocker, tmp_path_factory) -> Iterator[ClockedStack]:
    """A stack of which only the web process runs yet."""
    folder = tmp_path_factory.mktemp("clocks")
    redis = RedisServer("valkey", folder)
    with ExitStack() as cleanup:
        cleanup.callback(redis.close)
        redis.start()
        database = cleanup.enter_context(database_templates.copy("migrated"))
        cleanup.enter_context(django_db_blocker.unblock())
        cleanup.enter_context(database.used_here())
        stack = ClockedStack(database, redis, folder)
        cleanup.callback(stack.close)
        cleanup.callback(lambda: print(stack.report()))
        stack.start("web")
        yield stack


@pytest.fixture
def shop(web_only) -> Iterator[Shop]:
    shop = Shop(web_only)
    yield shop
    shop.follower.close()
    web_only.stop("beat", "beat-2", "worker", "worker-2")


def test_two_beats_and_two_workers_with_clocks_an_hour_off_either_way_say_it_once(shop, outcomes):
    stack, true_time, workers = shop.stack, shop.at(0, "08:30"), ("worker", "worker-2")
    stack.live_at(true_time + HOUR, "worker", "beat")
    stack.live_at(true_time - HOUR, "worker-2", "beat-2")
    shop.follower.follow_until(lambda client: len(client.shown) == 1, PATIENCE)
    stack.wait_for_more("gstbillingapp.remind", 3, *workers)
    assert not any("revoked" in stack.process(name).log() for name in workers), "late, by another's clock"
    # Now morning comes by the clock that is behind.
    stack.live_at(true_time + 1.5 * HOUR, "worker-2")
    stack.wait_for_more("gstbillingapp.remind", 3, *workers)
    shop.assert_told(outcomes, "two beats, clocks an hour ahead and behind", "due:0")


def test_a_beat_stopped_over_midnight_says_each_day_once_and_goes_on_when_its_clock_is_set_back(
    shop, outcomes, full_length
):
    stack = shop.stack
    stack.live_at(shop.at(0, "21:00"), "worker", "beat")
    shop.follower.follow_until(lambda client: len(client.shown) == 1, PATIENCE)
    stack.stop("beat")
    stack.live_at(shop.at(1, "09:00"), "worker", "beat")
    shop.follower.follow_until(lambda client: len(client.shown) == 2, PATIENCE)
    stack.wait_for_more("gstbillingapp.remind", 2, "worker")
    shop.assert_told(outcomes, "beat stopped over midnight", "due:0", "over:1")
    if full_length:
        live_through_midnight_and_an_outage(shop, outcomes)
    before = _keys(shop.owner)
    stack.set_back("beat")
    stack.process("beat").wait_for_line("the clock was set back")
    stack.wait_for_more("delivery.sweep", 2, "worker")
    stack.wait_for_more("gstbillingapp.remind", 2, "worker")
    assert _keys(shop.owner) == _keys(shop.teammate) == before


def live_through_midnight_and_an_outage(shop: Shop, outcomes: list[Outcome]) -> None:
    """One beat lives through midnight, one is started right after it; then nothing runs for ten days."""
    stack = shop.stack
    stack.live_at(shop.at(1, "23:59:55"), "worker", "beat", "beat-2")
    stack.wait_for_more("gstbillingapp.remind", 6, "worker")
    stack.live_at(shop.at(2, "00:00:05"), "beat")
    stack.wait_for_more("gstbillingapp.remind", 3, "worker")
    shop.assert_told(outcomes, "one beat lives through midnight, one starts at it", "due:0", "over:1")
    stack.stop("beat-2")
    stack.live_at(shop.at(12, "03:00"), "worker", "beat")
    shop.follower.follow_until(lambda client: len(client.shown) == 3, PATIENCE)
    stack.wait_for_more("gstbillingapp.remind", 3, "worker")
    shop.assert_told(outcomes, "beat and worker stopped for ten days", "due:0", "over:1", "over:7")
