"""Beat's part in the one-process mode, where there is no beat: sweeps, in a thread of the server."""

import logging
import threading
import time

from celery import current_app
from channels.layers import get_channel_layer
from django.db import close_old_connections

logger = logging.getLogger(__name__)

# Seconds between sweeps. What `manage.py notify` posts from a second terminal arrives this late at most.
INTERVAL = 1.0


def start() -> None:
    """Sweep for as long as this process lives."""
    threading.Thread(target=_run, name="sweeps", daemon=True).start()


def _run() -> None:
    while True:
        time.sleep(INTERVAL)
        if not get_channel_layer().is_listening:
            continue  # also in the process of the autoreloader, which has no sockets and must claim nothing
        close_old_connections()
        # Celery logs what fails in here; the next sweep finds the rows again.
        current_app.tasks["delivery.sweep"].apply()
