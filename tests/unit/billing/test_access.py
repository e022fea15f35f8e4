"""Who is let in: an owner, a teammate, a stranger, somebody without a business, and nobody."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from gstbillingapp.access import member_required, membership_of, owner_required
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def asked(rf, user, guard=member_required):
    """What a page of one line answers, and the request it was given."""
    request = rf.get("/invoices/?status=overdue")
    request.user = user
    return guard(lambda request: HttpResponse(request.business.name))(request), request


def test_an_owner_and_a_teammate_see_their_own_business_and_a_stranger_theirs(rf, people):
    for user in (people.owner, people.teammate):
        response, request = asked(rf, user)
        assert response.content.decode() == people.business.name
        assert request.membership.user == user
    response, request = asked(rf, people.stranger)
    assert response.content.decode() == people.stranger.membership.business.name
    assert request.business != people.business


def test_an_anonymous_person_signs_in_and_comes_back(rf):
    response, _ = asked(rf, AnonymousUser())
    assert response.status_code == 302
    assert response.url == "/accounts/login/?next=/invoices/%3Fstatus%3Doverdue"


def test_somebody_without_a_business_gets_a_page_that_says_so(rf):
    response, _ = asked(rf, UserFactory())
    assert response.status_code == 403
    assert "business" in response.content.decode()


def test_only_an_owner_passes_where_an_owner_is_asked_for(rf, people):
    response, _ = asked(rf, people.owner, owner_required)
    assert response.status_code == 200
    with pytest.raises(PermissionDenied):
        asked(rf, people.teammate, owner_required)


def test_letting_a_member_in_costs_one_query(rf, people, django_assert_num_queries):
    with django_assert_num_queries(1):
        asked(rf, people.owner)


def test_nobody_has_no_membership():
    assert membership_of(AnonymousUser()) is None
