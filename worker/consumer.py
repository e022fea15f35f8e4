"""Celery's consumer, which comes back to the broker within seconds of its return, and always."""

import logging
from functools import partial
from typing import Any

from celery.worker.consumer import Consumer as CeleryConsumer

logger = logging.getLogger(__name__)

# Seconds between attempts. Celery's own grow to 30 s and cannot be set; notifications wait for that long.
RECONNECT_FIRST, RECONNECT_STEP, RECONNECT_MOST = 0.5, 0.5, 2


class Consumer(CeleryConsumer):
    """As Celery's, with a shorter wait between attempts, and without an end on the way to the first one."""

    def ensure_connected(self, conn: Any) -> Any:
        conn.ensure_connection = partial(
            conn.ensure_connection,
            interval_start=RECONNECT_FIRST,
            interval_step=RECONNECT_STEP,
            interval_max=RECONNECT_MOST,
        )
        return super().ensure_connected(conn)

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Give up a lost connection.

        With a message not yet acknowledged, kombu 5.7 tries to put it back over the very connection that is
        being closed, stumbles over its own missing client, and the AttributeError would end the worker. The
        message is a wake-up and worth nothing; Celery has let go of the connection by then.
        """
        try:
            super().on_connection_error_after_connected(exc)
        except AttributeError as error:
            logger.warning("a message was left behind with the lost connection: %s", error)
