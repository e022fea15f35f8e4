"""Signing up, in and out, changing a password, and the team."""

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from gstbillingapp.models import Business, Membership, Role
from tests.factories import PASSWORD, MembershipFactory, UserFactory, gstin
from tests.unit.screens.people import Person

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "another long phrase"


def sign_up_fields(**changes: str) -> dict[str, str]:
    fields = {
        "username": "asha",
        "email": "asha@example.in",
        "password": PASSWORD,
        "name": "Asha Traders",
        "scheme": "regular",
        "gstin": gstin("29"),
        "state_code": "29",
    }
    return fields | changes


def test_signing_up_makes_a_person_who_owns_a_business_and_is_signed_in(client: Client) -> None:
    response = client.post(reverse("signup"), sign_up_fields(state_code=""))
    assert (response.status_code, response.url) == (302, reverse("home"))
    membership = Membership.objects.get(user__username="asha")
    assert (membership.role, membership.business.name, membership.business.state_code) == (
        Role.OWNER,
        "Asha Traders",
        "29",
    )
    assert get_user(client) == membership.user


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", ""),
        ("password", "short"),
        ("password", "12345678901"),
        ("name", ""),
        ("gstin", "29ABCDE1234F1Z5"),
        ("gstin", ""),
        ("state_code", "27"),
        ("email", "nobody"),
    ],
)
def test_what_is_wrong_in_a_sign_up_is_said_beside_its_field_and_nothing_is_written(
    client: Client, field: str, value: str
) -> None:
    response = client.post(reverse("signup"), sign_up_fields(**{field: value}))
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert f'href="#id_{field}"' in response.text
    assert f'id="id_{field}_error"' in response.text
    assert not User.objects.exists()
    assert not Business.objects.exists()


def test_a_refused_sign_up_keeps_what_was_typed_but_not_the_password(client: Client) -> None:
    response = client.post(reverse("signup"), sign_up_fields(name="", email="asha@shop.example.in"))
    assert 'value="asha@shop.example.in"' in response.text
    assert PASSWORD not in response.text


def test_a_taken_username_is_refused_whatever_its_capitals(client: Client) -> None:
    UserFactory(username="Asha")
    response = client.post(reverse("signup"), sign_up_fields())
    assert list(response.context["form"].errors) == ["username"]


@pytest.mark.parametrize("name", ["login", "signup"])
def test_who_is_signed_in_is_sent_to_the_overview(name: str, owner: Person) -> None:
    response = owner.client.get(reverse(name))
    assert (response.status_code, response.url) == (302, reverse("home"))


def sign_in(client: Client, user: User, password: str = PASSWORD, **fields: str):
    return client.post(reverse("login"), {"username": user.username, "password": password, **fields})


def test_signing_in_goes_where_one_wanted_to_go(client: Client) -> None:
    user = MembershipFactory().user
    assert sign_in(client, user, next="/customers/?q=a").url == "/customers/?q=a"


def test_a_wrong_password_is_refused_in_words_and_signs_nobody_in(client: Client) -> None:
    response = sign_in(client, MembershipFactory().user, password="not it")
    assert response.status_code == 200
    assert "This name and password do not go together." in response.text
    assert not get_user(client).is_authenticated


def test_signing_out_works_by_post_only(owner: Person) -> None:
    assert owner.client.get(reverse("logout")).status_code == 405
    assert get_user(owner.client).is_authenticated
    left = owner.client.post(reverse("logout"), follow=True)
    assert left.redirect_chain == [(reverse("login"), 302)]
    assert "You are signed out." in left.text
    assert not get_user(owner.client).is_authenticated


def password_fields(
    old: str = PASSWORD, new: str = NEW_PASSWORD, again: str = NEW_PASSWORD
) -> dict[str, str]:
    return {"old_password": old, "new_password1": new, "new_password2": again}


def test_a_changed_password_keeps_this_session_and_ends_the_others(owner: Person) -> None:
    other = Client()
    other.force_login(owner.membership.user)
    response = owner.client.post(reverse("password_change"), password_fields())
    assert response.url == reverse("home")
    assert get_user(owner.client).is_authenticated
    assert not get_user(other).is_authenticated


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        (password_fields(old="not it"), "old_password"),
        (password_fields(again="a different phrase"), "new_password2"),
        (password_fields(new="12345678", again="12345678"), "new_password2"),
    ],
)
def test_a_password_change_that_is_not_right_names_the_field(
    owner: Person, fields: dict[str, str], refused: str
) -> None:
    response = owner.client.post(reverse("password_change"), fields)
    assert list(response.context["form"].errors) == [refused]
    owner.membership.user.refresh_from_db()
    assert owner.membership.user.check_password(PASSWORD)


def test_an_owner_adds_somebody_who_can_then_sign_in(owner: Person, client: Client) -> None:
    owner.client.post(reverse("team"), {"username": "ravi", "email": "", "password": PASSWORD})
    membership = Membership.objects.get(user__username="ravi")
    assert (membership.business, membership.role) == (owner.business, Role.STAFF)
    assert sign_in(client, membership.user).url == reverse("home")


def test_a_team_member_that_cannot_be_added_names_the_field(owner: Person, teammate: Person) -> None:
    response = owner.client.post(reverse("team"), {"username": teammate.username, "password": "short"})
    assert set(response.context["form"].errors) == {"username", "password"}
    assert owner.business.memberships.count() == 2


def test_removing_somebody_shuts_them_out_and_undo_lets_them_back_in(owner: Person, teammate: Person) -> None:
    response = owner.client.post(reverse("team_remove", args=[teammate.membership.user_id]), follow=True)
    undo = reverse("team_restore", args=[teammate.membership.user_id])
    assert response.text.count(f'action="{undo}"') == 2  # in the message, and in the row
    assert teammate.client.get(reverse("home")).status_code == 302
    owner.client.post(undo)
    teammate.membership.user.refresh_from_db()
    assert teammate.membership.user.is_active


def test_an_owner_cannot_be_removed(owner: Person) -> None:
    response = owner.client.post(reverse("team_remove", args=[owner.membership.user_id]), follow=True)
    assert "An owner cannot be shut out of their business." in response.text
    owner.membership.user.refresh_from_db()
    assert owner.membership.user.is_active
