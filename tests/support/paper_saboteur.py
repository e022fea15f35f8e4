"""The product's worker, which is killed once in the middle of a PDF.

`celery -A tests.support.paper_saboteur`. The file named by SABOTAGE is the order, and gone once obeyed.
"""

import os
import signal
from pathlib import Path

from celery.signals import worker_process_init

from worker import app

__all__ = ["app"]


@worker_process_init.connect
def lie_in_wait(**_: object) -> None:
    """Stand behind the drawing; Django is set up by now."""
    from gstbillingapp import papers

    drawn = papers.drawn

    def drawn_or_dead(paper: object) -> tuple[str, bytes]:
        try:
            Path(os.environ["SABOTAGE"]).unlink()
        except FileNotFoundError:
            return drawn(paper)
        os.killpg(0, signal.SIGKILL)
        raise AssertionError("killed")

    papers.drawn = drawn_or_dead
