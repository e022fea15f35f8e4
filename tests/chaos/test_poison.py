"""Rows that cannot be told, and frames that vanish: nobody else's notification is lost or late for it."""

from time import monotonic

import pytest
from celery import current_app
from django.contrib.auth.models import User

from delivery.models import Attempt, Delivery, DeliveryState
from delivery.models import Outcome as Ending
from delivery.retry import MAX_ATTEMPTS
from gstbillingapp.utils import create_notification
from tests.support.ordeal import PACE, Ordeal
from tests.support.row_saboteur import KILLS, UNBUILDABLE, UNHEARD, UNSENDABLE
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

DEAD_WITHIN = 110.0  # seconds; unhurried, a killer takes five leases and five sweeps
# One killed worker holds a batch; its rows are then tried one by one, and each costs a death at most itself.
DEATHS_BESIDE = 1


@pytest.fixture(scope="module")
def poisonable(shared_stack: Stack, full_length: bool) -> Stack:
    """The processes, with a worker that does what a title says."""
    if not full_length:
        shared_stack.environment["HURRY"] = "1"
    shared_stack.worker_app = "tests.support.row_saboteur"
    shared_stack.kill("worker")
    shared_stack.start("worker")
    return shared_stack


def post_poison(title: str) -> Delivery:
    """Into the middle of what is posted to whoever suffers just now."""
    user = User.objects.filter(username__startswith="asha-in-trouble").latest("pk")
    return Delivery.objects.get(notification=create_notification(user, title, ""))


def is_dead(row: Delivery, sweep: bool) -> bool:
    if sweep:
        current_app.send_task("delivery.sweep")
    row.refresh_from_db()
    return row.state == DeliveryState.DEAD


POISON = {
    KILLS: ("a row that kills its worker", Ending.LOST, "lease"),
    UNSENDABLE: ("a row that cannot be sent", Ending.FAILED, f"ValueError: {UNSENDABLE}"),
    UNBUILDABLE: ("a row that cannot be built", Ending.FAILED, f"ValueError: {UNBUILDABLE}"),
}


@pytest.mark.parametrize("title", [pytest.param(title, id=told) for title, (told, *_) in POISON.items()])
def test_poison_is_dead_after_its_attempts_with_its_error_and_takes_no_neighbour_with_it(
    title, poisonable, suffer, full_length
):
    fault, ending, error = POISON[title]
    seen: dict[str, object] = {}

    def poison() -> None:
        started = monotonic()
        row = post_poison(title)
        wait_until(lambda: is_dead(row, not full_length), DEAD_WITHIN, f"{title}: still not dead")
        seen["seconds"] = monotonic() - started
        seen["row"] = row
        seen["attempts"] = list(row.failed_attempts.values_list("number", "outcome"))
        row.delete()  # as whoever reads the list of the dead may do; the notification itself was never lost

    ordeal = suffer(fault, poison)
    print(f"{title}: dead after {seen['seconds']:.1f} s")
    assert error in seen["row"].last_error
    assert seen["attempts"] == [(number, ending) for number in range(1, MAX_ATTEMPTS + 1)]
    beside = Attempt.objects.filter(delivery__user=ordeal.user)
    assert not beside.filter(number__gt=DEATHS_BESIDE).exists()
    if title != KILLS:
        assert not beside.exists()


def test_a_frame_that_is_lost_in_silence_is_made_up_for_by_the_next_get_count(poisonable, outcomes):
    ordeal = Ordeal(poisonable, 0, PACE)
    follower = ordeal.follower
    follower.follow_until(lambda client: client.catch_ups > 0)
    with poisonable.posting():
        lost = create_notification(ordeal.user, UNHEARD, "")
        ordeal.posted.add(lost.pk)
        follower.follow_until(lambda _client: not ordeal.unsent())
    assert lost.pk not in follower.client.shown, "the saboteur let it through"
    ordeal.healed = monotonic()
    follower.ask_count()
    follower.follow_until(lambda client: lost.pk in client.shown)
    ordeal.recovered = monotonic()
    outcomes.append(ordeal.end("one publish lost in silence"))
    assert ordeal.outcome.is_good, ordeal.outcome
