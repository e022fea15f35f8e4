"""An owner, a teammate and a stranger."""

import pytest

from gstbillingapp.models import Role
from tests.factories import MembershipFactory
from tests.unit.screens.people import Person, signed_in


@pytest.fixture
def owner(db: None) -> Person:
    return signed_in(MembershipFactory(business__bank_account="50200031415926"))


@pytest.fixture
def teammate(owner: Person) -> Person:
    return signed_in(MembershipFactory(business=owner.business, role=Role.STAFF))


@pytest.fixture
def stranger(db: None) -> Person:
    return signed_in(MembershipFactory())
