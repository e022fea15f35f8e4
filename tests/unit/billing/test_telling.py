"""The one door for what billing tells: who is told of an event, and at what cost."""

import pytest

from delivery.drafts import Draft
from delivery.models import Notification
from gstbillingapp.actions.announce import audience, tell, tell_each, tell_person
from gstbillingapp.models import EventKind
from tests.factories import MembershipFactory
from tests.support.databases import on_postgres

pytestmark = pytest.mark.django_db
KIND = EventKind.INVOICE_ISSUED


def titles(user) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("title", flat=True))


def test_the_members_of_a_business_are_told_and_nobody_else(people):
    tell(people.business, KIND, title="Told", message="", dedupe_key="k")
    tell(people.business, KIND, title="Told again", message="", dedupe_key="k")
    assert titles(people.owner) == titles(people.teammate) == ["Told"]
    assert titles(people.stranger) == []


def test_one_person_is_told_what_concerns_nobody_else(people):
    tell_person(people.teammate, KIND, title="Yours", message="")
    assert titles(people.teammate) == ["Yours"]
    assert titles(people.owner) == titles(people.stranger) == []


def test_several_events_of_a_kind_are_told_in_their_order(people):
    tell_each(people.business, KIND, [Draft("First", ""), Draft("Second", "")])
    tell_each(people.business, KIND, [])
    assert titles(people.owner) == titles(people.teammate) == ["First", "Second"]


def test_a_wrong_draft_is_refused_by_its_field_and_nobody_is_told(people):
    with pytest.raises(ValueError, match="title"):
        tell(people.business, KIND, title="", message="")
    assert titles(people.owner) == []


def test_members_are_read_in_one_query_and_once_for_many_events(people, django_assert_num_queries):
    MembershipFactory.create_batch(5, business=people.business)
    with django_assert_num_queries(1):
        members = audience(people.business)
    # One where the database can say it so; else savepoint, revisions, rows, deliveries, savepoint.
    with django_assert_num_queries(1 if on_postgres() else 5):
        tell(people.business, KIND, to=members, title="Told", message="")
