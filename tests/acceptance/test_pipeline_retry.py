"""A bulk retry on real processes, through the dashboard's own forms, whole and with a worker killed."""

import pytest

from bench import bulk
from delivery.models import Attempt, Deed, DeedRow, DeedState, Delivery, DeliveryState, Outcome
from tests.support.stack import Stack
from tests.support.swarm import Swarm, visitors
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

ROWS, PEOPLE = 400, 20


@pytest.mark.parametrize("killed", [False, True])
def test_a_retry_of_hundreds_comes_to_its_end_and_sends_each_once(stack: Stack, killed: bool) -> None:
    people = visitors(PEOPLE, "people")
    bulk.fill(people, ROWS)
    kills: list[int] = []

    def kill_in_the_middle(deed: Deed) -> None:
        if killed and not kills and deed.state == DeedState.RUNNING and deed.done > 1:
            kills.append(deed.done)
            stack.kill("worker")
            stack.start("worker")

    with Swarm(stack.url) as swarm:
        swarm.open(people)
        desk = bulk.operator(stack)
        ended = bulk.retry_all(desk, swarm, ROWS, kill_in_the_middle)
    assert (ended.deed.state, ended.deed.done, ended.deed.passed_over) == ("done", ROWS, 0)
    assert DeedRow.objects.filter(deed=ended.deed).count() == ROWS
    assert (ended.lost, ended.strayed) == ([], 0)
    # What a killed worker held may travel twice, and pages show it once. Nothing else does.
    held = Attempt.objects.filter(outcome=Outcome.LOST).values_list("delivery__notification", flat=True)
    assert set(ended.twice) <= set(held)
    assert bool(kills) == killed
    assert all(done < ROWS for done in kills)
    unsent = Delivery.objects.exclude(state=DeliveryState.SENT)
    wait_until(lambda: not unsent.exists(), 30, "some were never sent")
