"""Workers that die at one point of the drain exactly: what they held is sent by another, and shown once."""

from pathlib import Path

import pytest

from delivery.models import Attempt
from delivery.models import Outcome as Ending
from tests.support.saboteur import POINTS, order
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

DEATH_SECONDS = 20.0  # until a drain has come to the point
CLAIM_COMMITS, *CLAIMED = POINTS
SENT = CLAIMED[-2:]


@pytest.fixture(scope="module")
def orders(shared_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where deaths are ordered, of a worker with a saboteur in it."""
    folder = tmp_path_factory.mktemp("orders")
    shared_stack.environment["SABOTAGE"] = str(folder)
    shared_stack.worker_app = "tests.support.saboteur"
    shared_stack.kill("worker")
    shared_stack.start("worker")
    return folder


full = pytest.mark.full_length
EACH_BY_ITSELF = [pytest.param("worker", (point,), marks=full, id=point) for point in POINTS]


@pytest.mark.parametrize(
    ("victim", "points"), [pytest.param("process", POINTS, id="each point"), *EACH_BY_ITSELF]
)
def test_what_a_worker_held_when_it_was_killed_is_sent_and_shown_once(
    victim, points, shared_stack, orders, suffer
):
    def die_at_each() -> None:
        for point in points:
            death = order(orders, point, victim)
            wait_until(lambda death=death: not death.exists(), DEATH_SECONDS, f"nobody came to {point}")
            if victim == "worker":
                shared_stack.process("worker").popen.wait()
                shared_stack.start("worker")

    where = points[0] if len(points) == 1 else "at each point of the drain"
    ordeal = suffer(f"{victim} killed -9 {where}", die_at_each)
    lost = Attempt.objects.filter(delivery__user=ordeal.user)
    assert set(lost.values_list("outcome", flat=True)) <= {Ending.LOST}
    # That it happened where the row says: a lease is lost once a claim has committed, and what was sent
    # before the death is sent once more.
    assert lost.exists() or set(CLAIMED).isdisjoint(points)
    assert ordeal.outcome.sent_again or set(SENT).isdisjoint(points)
