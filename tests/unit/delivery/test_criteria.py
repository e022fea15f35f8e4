"""Which deliveries somebody means: each criterion finds its rows and no others, or is refused by name."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from delivery import deeds, inbox, tenants
from delivery.criteria import Criteria
from delivery.drafts import Draft
from delivery.models import Attempt, Delivery, DeliveryState, Outcome


@pytest.fixture
def rows(db):
    """Two people's deliveries; one of each has failed."""
    asha, ravi = (User.objects.create_user(name) for name in ("asha", "ravi"))
    for user in (asha, ravi):
        inbox.post([user.pk], Draft(title="Invoice 7", message="₹1,180.00", notification_type="INVOICE"))
        inbox.post([user.pk], Draft(title="Stock is low", message="Copper wire", notification_type="PRODUCT"))
    found = list(Delivery.objects.order_by("pk").select_related("user", "notification"))
    now = timezone.now()
    for row in found[1::2]:
        row.state, row.last_error, row.fingerprint = (
            "dead",
            "KeyError: 'X'",
            "KeyError in delivery.frames.body",
        )
        row.save()
        Attempt.objects.create(
            delivery=row,
            number=1,
            outcome=Outcome.FAILED,
            ended_at=now - timedelta(hours=3),
            fingerprint=row.fingerprint,
            task_id=f"task-{row.user.username}",
        )
    Delivery.objects.filter(pk=found[0].pk).update(created_at=now - timedelta(days=2))
    return found


def found(**parameters):
    return [row.pk for row in Criteria.read(parameters).rows().order_by("pk")]


def ids(rows):
    return [row.pk for row in rows]


def test_nothing_asked_for_is_everything(rows):
    assert found() == ids(rows)


def test_each_criterion_finds_its_rows(rows):
    assert found(state="dead") == ids(rows[1::2])
    assert found(user="ravi") == ids(rows[2:])
    assert found(user="rav") == []
    assert found(type="INVOICE") == ids(rows[0::2])
    assert found(q="copper") == ids(rows[1::2])
    assert found(q="keyerror") == ids(rows[1::2])
    assert found(ids=f"{rows[0].pk},{rows[3].pk}") == ids([rows[0], rows[3]])
    assert found(task="task-asha") == ids([rows[1]])
    assert found(error="KeyError in delivery.frames.body") == ids(rows[1::2])
    assert found(error="KeyError in delivery.frames.body", window="1") == []
    assert found(error="KeyError in delivery.frames.body", window="6") == ids(rows[1::2])
    assert found(window="24") == ids(rows[1:])
    assert found(state="dead", user="asha", type="PRODUCT") == ids([rows[1]])


def test_what_a_deed_has_touched_is_found_by_it(rows):
    deed = deeds.do_now("discard", [rows[1].pk], None)
    assert found(deed=str(deed.pk)) == ids([rows[1]])


def test_a_moment_without_an_offset_is_indias(rows):
    criteria = Criteria.read({"since": "2026-11-22T15:04"})
    assert criteria.since.isoformat() == "2026-11-22T15:04:00+05:30"


def test_those_of_one_tenant_are_found_where_people_are_grouped(rows, monkeypatch):
    def members(tenant):
        return {7: [rows[0].user_id]}.get(tenant, [])

    monkeypatch.setattr(
        tenants, "_registered", [tenants.Tenants("business", lambda q: [], members, lambda users: {})]
    )
    assert found(tenant="7") == ids(rows[:2])
    assert found(tenant="8") == []


def test_what_was_read_from_an_address_comes_back_from_what_was_kept(rows):
    criteria = Criteria.read(
        {
            "state": "dead",
            "q": "copper, wire & more",
            "ids": "3,4",
            "window": "6",
            "error": "E in x",
            "deed": "5",
        }
    )
    assert Criteria.of(criteria.stored()) == criteria


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "lost"),
        ("type", "NOISE"),
        ("tenant", "seven"),
        ("tenant", "0"),
        ("tenant", "²"),
        ("deed", "-1"),
        ("deed", str(2**63)),
        ("ids", "1,x"),
        ("ids", ",".join(map(str, range(1, 1_002)))),
        ("window", "2"),
        ("since", "yesterday"),
        ("until", "2026-13-45T00:00"),
        ("q", "x" * 201),
        ("user", "nul\0"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"^{name}: "):
        Criteria.read({name: value})


def test_every_state_there_is_can_be_asked_for(rows):
    for state in DeliveryState.values:
        assert Criteria.read({"state": state}).state == state
