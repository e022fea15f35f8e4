"""What the tests of billing share: an owner, a teammate and a stranger."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User

from gstbillingapp.models import Business, Role
from tests.factories import BusinessFactory, MembershipFactory


@dataclass(frozen=True)
class People:
    """Two of one business, one of another."""

    business: Business
    owner: User
    teammate: User
    stranger: User


@pytest.fixture
def people(db: None) -> People:
    """A business with an owner and staff, and the owner of another."""
    business = BusinessFactory()
    owner = MembershipFactory(business=business)
    teammate = MembershipFactory(business=business, role=Role.STAFF)
    return People(business, owner.user, teammate.user, MembershipFactory().user)


@pytest.fixture
def business(people: People) -> Business:
    """The business of the owner and the teammate."""
    return people.business
