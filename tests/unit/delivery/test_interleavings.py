"""Random days of an inbox, with crashes, rollbacks, lost and repeated frames: state equals events."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delivery.models import Delivery, DeliveryState
from tests.support.inbox_client import recorded_layer
from tests.support.inbox_days import LOSSES, MOVES, Day, Server, TwinPage

pytestmark = pytest.mark.django_db

examples = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def new_day(layer) -> tuple[Day, TwinPage]:
    user = User.objects.create(username="asha")
    server = Server(user.pk)
    page = TwinPage(server)
    return Day(user, layer, page, server), page


@examples
@given(steps=st.lists(st.lists(MOVES | LOSSES, min_size=1, max_size=3), min_size=4, max_size=15))
def test_after_every_step_of_any_day_who_followed_the_frames_knows_what_a_fresh_fetch_knows(db, steps):
    with transaction.atomic(), recorded_layer() as layer:
        day, page = new_day(layer)
        for step in steps:
            for move, argument in step:
                day.do(move, argument)
            day.look_and_hold(step)
            revisions = [revision for revision, _ in page.client.counts_seen]
            assert revisions == sorted(revisions), step
        transaction.set_rollback(True)


@settings(examples, max_examples=25)
@given(
    moves=st.lists(MOVES, min_size=8, max_size=20),
    last=st.sampled_from(["post", "read", "delete", "read_all", "delete_read"]),
)
def test_whatever_happened_the_drain_alone_brings_every_browser_to_the_truth(db, moves, last):
    """Without asking: as long as frames are not lost, what the drain sends is enough."""
    with transaction.atomic(), recorded_layer() as layer:
        day, _ = new_day(layer)
        for move, argument in [("post_several", 3), *moves, ("settle", None), (last, None), ("settle", None)]:
            day.do(move, argument)
        day.hold(moves)
        ended = [DeliveryState.SENT, DeliveryState.SUPERSEDED, DeliveryState.DEAD]
        assert not Delivery.objects.exclude(state__in=ended).exists()
        transaction.set_rollback(True)
