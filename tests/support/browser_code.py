"""The notification code that browsers run, held by a test: an open page under node, whose server is the test.

`tests/js/support/page_on_a_line.js` stands at the other end. Its clock stands still until it is told to go
on, and its chances are seeded: the same orders bring the same day.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(sys.executable).parent / "node"
HARNESS = ROOT / "tests" / "js" / "support" / "page_on_a_line.js"

Answer = Callable[[dict[str, Any]], dict[str, Any] | None]


class Node:
    """One process for any number of pages, one after another."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [NODE, HARNESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="ascii"
        )

    def tell(self, answer: Answer, do: str, **more: object) -> Any:
        """What befalls the page; `answer` is asked whatever the page asks its server meanwhile.

        "loaded" opens a new one, rendered at a `snapshot`; the one before is forgotten.
        """
        self._write({"do": do, **more})
        while "ask" in (line := self._read()):
            self._write(answer(line["ask"]))
        assert "failed" not in line, line["failed"]
        return line["done"]

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _write(self, message: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the browser's code has ended; its words are on standard error"
        return json.loads(line)
