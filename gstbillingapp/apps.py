from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "gstbillingapp"
    verbose_name = "Billing"
