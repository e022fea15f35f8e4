"""The delivery pipeline as a Django application."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Loads the tasks, which wakers find by name in Celery's registry, and what leaves signs of life."""

    name = "delivery"
    verbose_name = "Delivery"

    def ready(self) -> None:
        from delivery import pulse, tasks  # noqa: F401
