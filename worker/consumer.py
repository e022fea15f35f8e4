"""Celery's consumer, which comes back to the broker within seconds of its return."""

from functools import partial
from typing import Any

from celery.worker.consumer import Consumer as CeleryConsumer

# Seconds between attempts. Celery's own grow to 30 s and cannot be set; notifications wait for that long.
RECONNECT_FIRST, RECONNECT_STEP, RECONNECT_MOST = 0.5, 0.5, 2


class Consumer(CeleryConsumer):
    """As Celery's, with a shorter wait between attempts to reach the broker."""

    def ensure_connected(self, conn: Any) -> Any:
        conn.ensure_connection = partial(
            conn.ensure_connection,
            interval_start=RECONNECT_FIRST,
            interval_step=RECONNECT_STEP,
            interval_max=RECONNECT_MOST,
        )
        return super().ensure_connected(conn)
