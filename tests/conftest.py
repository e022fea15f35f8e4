"""What every test gets: the fixtures of `tests.support`, and marks by folder."""

from pathlib import Path

import pytest

pytest_plugins = ["tests.support.fixtures"]

TESTS = Path(__file__).resolve().parent
MARKS = {"acceptance": "processes", "chaos": "processes", "browser": "browser"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of a folder for what they start, so that `-m "not processes"` leaves the quick ones."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in MARKS:
            item.add_marker(MARKS[folder])
        for mark in item.iter_markers("django_db"):
            # Such tests empty every table afterwards, the legal rates that a migration wrote included.
            if mark.kwargs.get("transaction"):
                mark.kwargs.setdefault("serialized_rollback", True)
