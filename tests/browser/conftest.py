"""One Chromium for the whole folder, and the people who use it."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from playwright.sync_api import Browser

from gstbillingapp.models import Membership, Role
from tests.factories import BusinessFactory
from tests.support.browser import Visitor, launched
from tests.support.stack import Stack

Visit = Callable[..., Visitor]
PASSWORD = "gst-demo-people"
names = (f"asha-{number}" for number in count(1))


@pytest.fixture(scope="package")
def one_chromium() -> Iterator[Browser]:
    """Ends with the folder: tests that run loops of their own come after it."""
    with launched() as browser:
        yield browser


@pytest.fixture
def chromium(one_chromium: Browser) -> Iterator[Browser]:
    """A browser in which nothing is open, and nothing stays open."""
    yield one_chromium
    for context in one_chromium.contexts:
        context.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """`visit(url, offline=False, **options)`: somebody's own browser, which has to end without complaints.

    Ask for it after the stack, so that pages are closed before the server that they talk to.
    """
    visitors: list[Visitor] = []

    def come(url: str, **options: Any) -> Visitor:
        visitors.append(Visitor(chromium, url, **options))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


@pytest.fixture
def site(shared_stack: Stack) -> Iterator[Stack]:
    with shared_stack.posting():
        yield shared_stack


def newcomer() -> User:
    """A person with a business of their own and an empty inbox."""
    user = User.objects.create(username=next(names), password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    Membership.objects.create(business=BusinessFactory(), user=user, role=Role.OWNER)
    return user


@pytest.fixture
def asha(site: Stack) -> User:
    return newcomer()
