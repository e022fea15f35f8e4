"""Signing up, staff, and who belongs to a business."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from gstbillingapp.actions import people as deeds
from gstbillingapp.actions.data import BusinessData
from gstbillingapp.models import Business, Membership, Role
from tests.factories import PASSWORD, UserFactory, gstin
from tests.refusals import refused

pytestmark = pytest.mark.django_db


def business_data(**values: object) -> BusinessData:
    return BusinessData(**{"name": "Asha Traders", "gstin": gstin("29", 77), **values})


def test_signing_up_makes_a_person_who_owns_a_business():
    user = deeds.sign_up("asha", "asha@example.in", PASSWORD, business_data())
    assert user.check_password(PASSWORD)
    assert user.membership.is_owner
    assert user.membership.business.state_code == "29"
    assert list(user.membership.business.members()) == [user]


def test_the_business_starts_with_the_persons_address_for_mail():
    user = deeds.sign_up("asha", "asha@example.in", PASSWORD, business_data())
    assert user.membership.business.email == "asha@example.in"


def test_a_taken_name_is_refused_whatever_its_case():
    UserFactory(username="asha")
    with refused("username", "taken"):
        deeds.sign_up("Asha", "", PASSWORD, business_data())
    assert User.objects.count() == 1


def test_a_name_taken_since_it_was_checked_is_refused_and_no_business_stays(monkeypatch):
    UserFactory(username="asha")
    monkeypatch.setattr(User.objects, "filter", lambda **_: User.objects.none())
    with refused("username", "taken"):
        deeds.sign_up("asha", "", PASSWORD, business_data())
    assert not Business.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "as ha", "asha\x00", "x" * 151])
def test_a_name_that_cannot_be_one_is_refused(name):
    with refused("username", ""):
        deeds.sign_up(name, "", PASSWORD, business_data())


def test_a_short_password_is_refused_on_its_field():
    with refused("password", "8 characters"):
        deeds.sign_up("asha", "", "k7#Qz", business_data())
    assert not User.objects.exists()


def test_a_wrong_gstin_stops_the_whole_registration():
    with refused("gstin", "last character"):
        deeds.sign_up("asha", "", PASSWORD, business_data(gstin="27AAPFU0939F1ZA"))
    assert not User.objects.exists()
    assert not Business.objects.exists()


def test_everything_wrong_is_told_at_once():
    with pytest.raises(ValidationError) as caught:
        deeds.sign_up("", "no address", "1", BusinessData())
    assert set(caught.value.message_dict) == {"username", "email", "password", "name", "gstin"}


def test_staff_joins_the_business_and_its_members(people):
    membership = deeds.add_staff(people.business, "ravi", "", PASSWORD)
    assert membership.role == Role.STAFF
    assert set(people.business.members()) == {people.owner, people.teammate, membership.user}


def test_a_deactivated_member_is_told_nothing_and_comes_back_when_let_in(people):
    deeds.deactivate_staff(people.business, people.teammate.pk)
    assert list(people.business.members()) == [people.owner]
    deeds.reactivate_staff(people.business, people.teammate.pk)
    assert set(people.business.members()) == {people.owner, people.teammate}


def test_deactivating_twice_changes_nothing(people):
    deeds.deactivate_staff(people.business, people.teammate.pk)
    membership = deeds.deactivate_staff(people.business, people.teammate.pk)
    assert not membership.user.is_active


def test_an_owner_cannot_be_shut_out(people):
    with refused("__all__", "owner"):
        deeds.deactivate_staff(people.business, people.owner.pk)
    people.owner.refresh_from_db()
    assert people.owner.is_active


def test_a_stranger_cannot_be_shut_out_of_their_own_business(people):
    with pytest.raises(Membership.DoesNotExist):
        deeds.deactivate_staff(people.business, people.stranger.pk)
    people.stranger.refresh_from_db()
    assert people.stranger.is_active


def test_owners_come_first_among_the_members(people):
    assert list(people.business.members()) == [people.owner, people.teammate]
