"""Whose session a socket comes with: the rules of Django's requests, for many sessions in two queries."""

import datetime

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, get_user
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from gstbillingapp.admission import signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def key_of(user: User) -> str:
    """The session of somebody who has just signed in."""
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def as_django_says(key: str) -> User | None:
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    return user if user.is_authenticated else None


def test_many_sessions_are_told_apart_in_two_queries(django_assert_num_queries):
    people = UserFactory.create_batch(3)
    keys = {key_of(person): person for person in people}
    with django_assert_num_queries(2):
        assert signed_in({*keys, "nobodyhasthissession"}) == keys


def expire(key: str, user: User) -> None:
    Session.objects.update(expire_date=timezone.now() - datetime.timedelta(seconds=1))


def change_password(key: str, user: User) -> None:
    user.set_password("another long pass phrase")
    user.save()


def deactivate(key: str, user: User) -> None:
    User.objects.update(is_active=False)


def delete_person(key: str, user: User) -> None:
    User.objects.all().delete()


def close_the_way_in(key: str, user: User) -> None:
    session = SessionStore(key)
    session[BACKEND_SESSION_KEY] = "gone.Backend"
    session.save()


def sign_out(key: str, user: User) -> None:
    SessionStore(key).flush()


@pytest.mark.parametrize(
    "end", [expire, change_password, deactivate, delete_person, close_the_way_in, sign_out]
)
def test_what_ends_a_session_for_requests_ends_it_for_sockets(end):
    user = UserFactory()
    key = key_of(user)
    assert signed_in({key}) == {key: user}
    assert as_django_says(key) == user
    end(key, user)
    assert signed_in({key}) == {}
    assert as_django_says(key) is None


def test_a_session_begun_with_a_secret_that_is_being_replaced_is_still_good(settings):
    user = UserFactory()
    key = key_of(user)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new secret of the site", [settings.SECRET_KEY]
    assert signed_in({key}) == {key: user}
    settings.SECRET_KEY_FALLBACKS = []
    assert signed_in({key}) == {}
