"""The product's worker, which is killed once in the middle of a part of an import.

`celery -A tests.support.job_saboteur`. The file named by SABOTAGE is the order, and gone once obeyed.
"""

import os
import signal
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init

from worker import app

__all__ = ["app"]


@worker_process_init.connect
def lie_in_wait(**_: object) -> None:
    """Stand behind the storing; Django is set up by now."""
    from gstbillingapp import jobs

    store, parts = jobs.store, []

    def stored_and_dead(*args: Any) -> Any:
        stored = store(*args)
        parts.append(1)
        if len(parts) < 2:
            return stored
        try:
            Path(os.environ["SABOTAGE"]).unlink()
        except FileNotFoundError:
            return stored
        return os.killpg(0, signal.SIGKILL)  # this process, too

    jobs.store = stored_and_dead
