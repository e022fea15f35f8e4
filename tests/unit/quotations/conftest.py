"""The people of the tests of billing, and in front of a browser."""

from tests.unit.billing.conftest import business, people
from tests.unit.invoices_screens.conftest import owner, stranger, teammate

__all__ = ["business", "owner", "people", "stranger", "teammate"]
