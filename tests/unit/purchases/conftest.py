"""The people of the tests of billing."""

from tests.unit.billing.conftest import business, people

__all__ = ["business", "people"]
