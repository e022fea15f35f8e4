"""One Chromium for the whole folder, and the people who use it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Visitor, launched

Visit = Callable[..., Visitor]


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
    """`visit(url, offline=False, **options)`: somebody's own browser, which has to end without complaints."""
    visitors: list[Visitor] = []

    def come(url: str, **options: Any) -> Visitor:
        visitors.append(Visitor(chromium, url, **options))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
