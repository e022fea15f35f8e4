"""The delivery pipeline as a Django application."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Loads what wakers find by name in Celery's registry, signs of life, and the waiting for locks."""

    name = "delivery"
    verbose_name = "Delivery"

    def ready(self) -> None:
        from delivery import lock, pulse, tasks  # noqa: F401
