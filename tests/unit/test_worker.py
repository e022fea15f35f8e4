"""The worker's consumer, where Celery's own would end with the connection."""

from unittest import mock

from celery.worker.consumer import Consumer as CeleryConsumer

from worker.consumer import Consumer


def test_a_message_that_cannot_be_put_back_over_a_lost_connection_does_not_end_the_worker(caplog):
    consumer = Consumer.__new__(Consumer)
    stumble = AttributeError("'NoneType' object has no attribute 'hostname'")
    with mock.patch.object(CeleryConsumer, "on_connection_error_after_connected", side_effect=stumble):
        consumer.on_connection_error_after_connected(ConnectionResetError("Redis is gone"))
    assert "left behind" in caplog.text
