"""What every test gets: fixtures of `tests.support`, marks by folder, and an order that suits all of them."""

from collections.abc import Generator
from pathlib import Path

import pytest

pytest_plugins = ["tests.support.fixtures", "tests.chaos.load_table"]

TESTS = Path(__file__).resolve().parent
MARKS = {"acceptance": "processes", "chaos": "processes", "browser": "browser"}
COMMITTING = {"transactional_db", "live_server"}
# Whoever asks for none of these, and has no mark for it, is kept away from every database by pytest-django.
DATABASES = COMMITTING | {"db", "live_database", "database_templates", "postgres"}
# What is worked out in Python from rows that tests of lists and actions read on every database; and of these,
# what compares words or takes locks.
SHOWN = ("screen", "unit/dashboard", "unit/returns", "unit/papers")
ASKING = {"test_search.py", "test_deeds.py", "test_asking.py", "test_mailing.py", "test_filing.py"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make chaos` takes the time that `make test` has not."""
    parser.addoption("--full-length", action="store_true", help="more and longer of every fault and load")


@pytest.fixture(scope="session")
def full_length(request: pytest.FixtureRequest) -> bool:
    """Whether this run is to break and load things for as long as it takes."""
    return bool(request.config.getoption("--full-length"))


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Mark tests by what they touch, leave out what takes too long, and put them in order (see `rank`)."""
    for item in items:
        if not touches_a_database(item) or is_about_a_screen(item):
            item.add_marker(pytest.mark.once)
    yield  # here pytest leaves out what `-m` does not ask for
    if not config.getoption("--full-length"):
        long = [item for item in items if item.get_closest_marker("full_length")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    for item in items:
        folder = folder_of(item)
        if folder in MARKS:
            item.add_marker(MARKS[folder])
        if commits(item):
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False)
    items.sort(key=rank)  # stable


def rank(item: pytest.Item) -> int:
    """Those that roll back come first, then those that commit, then those with processes, then browsers.

    A test that commits empties every table afterwards, the legal rates that a migration wrote included: the
    next one of its kind gets them back, and no other may come after it. Playwright keeps an event loop on
    this thread once a browser is open: no asynchronous test may come after that.
    """
    if folder_of(item) == "browser":
        return 3
    if folder_of(item) in MARKS:
        return 2
    return int(commits(item))


def folder_of(item: pytest.Item) -> str:
    """The folder of `tests` that a test is in."""
    return item.path.relative_to(TESTS).parts[0]


def touches_a_database(item: pytest.Item) -> bool:
    """Whether a database could make any difference to a test."""
    asks = not DATABASES.isdisjoint(getattr(item, "fixturenames", ()))
    return asks or item.get_closest_marker("django_db") is not None


def is_about_a_screen(item: pytest.Item) -> bool:
    """Whether a test looks at what a page or a return shows; those of actions ask every database."""
    path = item.path.relative_to(TESTS)
    return any(word in str(path) for word in SHOWN) and path.name not in ASKING


def commits(item: pytest.Item) -> bool:
    """Whether a test runs without a transaction around it."""
    mark = item.get_closest_marker("django_db")
    by_mark = mark is not None and bool(mark.kwargs.get("transaction"))
    return by_mark or not COMMITTING.isdisjoint(getattr(item, "fixturenames", ()))
