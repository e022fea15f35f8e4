from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Loads the tasks, which a process without beat finds by name in Celery's registry."""

    name = "gstbillingapp"
    verbose_name = "Billing"

    def ready(self) -> None:
        from gstbillingapp import tasks  # noqa: F401
