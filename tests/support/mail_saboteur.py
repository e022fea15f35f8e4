"""The product's worker, which is killed once when the mail server has a letter and nobody has written so yet.

`celery -A tests.support.mail_saboteur`. The file named by SABOTAGE is the order, and gone once obeyed.
"""

import os
import signal
from pathlib import Path

from celery.signals import worker_process_init

from worker import app

__all__ = ["app"]


@worker_process_init.connect
def lie_in_wait(**_: object) -> None:
    """Stand between sending and settling; Django is set up by now."""
    from delivery import mail

    settle = mail._settle

    def settle_or_die(*arguments: object, **options: object) -> None:
        try:
            Path(os.environ["SABOTAGE"]).unlink()
        except FileNotFoundError:
            return settle(*arguments, **options)
        os.killpg(0, signal.SIGKILL)
        raise AssertionError("killed")

    mail._settle = settle_or_die
