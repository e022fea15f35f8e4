"""Ends what `make run` started if its supervisor is killed before it could do so itself.

Standard input is a pipe that only the supervisor holds: lines "+GROUP" and "-GROUP" tell which process groups
live. The pipe closes when the supervisor dies, however it dies; whatever lives then is killed. This works
where Linux's parent-death signal does not: on macOS, and for children of children.
"""

import os
import signal
import sys
from collections.abc import Iterable


def main(lines: Iterable[str]) -> None:
    """Follow the lines until they end, then kill the groups that are left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # its end is the end of the pipe
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main(sys.stdin)
