from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Loads the tasks, which a process without beat finds by name; tells the pipeline what it is to know."""

    name = "gstbillingapp"
    verbose_name = "Billing"

    def ready(self) -> None:
        from delivery import prune
        from gstbillingapp import (
            enclosures,
            tasks,  # noqa: F401
            tenants,
        )
        from gstbillingapp.actions import form_keys

        tenants.register()
        enclosures.register()
        prune.also("keys of forms", form_keys.outlived)
