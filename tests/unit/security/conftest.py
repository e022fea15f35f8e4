"""The people of the screens' tests, and a business with something of everything in it."""

import pytest

from gstbillingapp.models import Role
from tests.factories import MembershipFactory
from tests.unit.screens.conftest import owner, stranger, teammate  # noqa: F401
from tests.unit.screens.people import Person
from tests.unit.security.addresses import World, furnished


@pytest.fixture
def world(owner: Person) -> World:  # noqa: F811
    """Rows of the owner's business, by the names that addresses have for them."""
    return furnished(owner.membership, MembershipFactory(business=owner.business, role=Role.STAFF))
