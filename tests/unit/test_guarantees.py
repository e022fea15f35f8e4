"""The page of guarantees names tests; a promise whose test was renamed or deleted is not kept by anything."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs/guarantees.md").read_text()
FILE = re.compile(r"`(tests/[\w/.]+\.(?:py|js))`")
NAME = re.compile(r"`(test_\w+)`")


def named_tests() -> list[tuple[str, str]]:
    """Every test that the page names, with the file named last before it."""
    named = []
    file = ""
    for mark in re.finditer(rf"{FILE.pattern}|{NAME.pattern}", PAGE):
        file = mark[1] or file
        if mark[2]:
            named.append((file, mark[2]))
    return named


def test_every_test_that_the_page_of_guarantees_names_is_in_the_file_it_names():
    named = named_tests()
    assert len(named) > 50, "the page was not read"
    missing = [(file, name) for file, name in named if f"def {name}(" not in (ROOT / file).read_text()]
    assert missing == []


def test_every_file_that_the_page_of_guarantees_names_exists():
    files = FILE.findall(PAGE)
    assert "tests/js/reconnect_storm.test.js" in files
    assert [file for file in files if not (ROOT / file).is_file()] == []
