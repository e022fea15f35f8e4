from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Loads the tasks, which a process without beat finds by name; tells the pipeline of people, papers."""

    name = "gstbillingapp"
    verbose_name = "Billing"

    def ready(self) -> None:
        from gstbillingapp import (
            enclosures,
            tasks,  # noqa: F401
            tenants,
        )

        tenants.register()
        enclosures.register()
