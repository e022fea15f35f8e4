"""The naive pipeline's application."""

from django.apps import AppConfig


class NaiveConfig(AppConfig):
    """Its label is that of its table."""

    name = "bench.naive"
    label = "naive"
