from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Loads the tasks, which a process without beat finds by name; tells the pipeline how people group."""

    name = "gstbillingapp"
    verbose_name = "Billing"

    def ready(self) -> None:
        from gstbillingapp import (
            tasks,  # noqa: F401
            tenants,
        )

        tenants.register()
