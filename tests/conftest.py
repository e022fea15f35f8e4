"""What every test gets: the fixtures of `tests.support`, marks by folder, and an order that keeps them apart."""

from pathlib import Path

import pytest

pytest_plugins = ["tests.support.fixtures"]

TESTS = Path(__file__).resolve().parent
MARKS = {"acceptance": "processes", "chaos": "processes", "browser": "browser"}
COMMITTING = {"transactional_db", "live_server"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder, and run those that really commit after all that roll back.

    A test that commits empties every table afterwards, the legal rates that a migration wrote included: the
    next one of its kind gets them back, and no other may come after it.
    """
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in MARKS:
            item.add_marker(MARKS[folder])
        if commits(item):
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False)
    items.sort(key=commits)  # stable


def commits(item: pytest.Item) -> bool:
    """Whether a test runs without a transaction around it."""
    mark = item.get_closest_marker("django_db")
    by_mark = mark is not None and bool(mark.kwargs.get("transaction"))
    return by_mark or not COMMITTING.isdisjoint(getattr(item, "fixturenames", ()))
