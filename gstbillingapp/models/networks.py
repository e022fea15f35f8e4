"""From where people sign in."""

from django.conf import settings
from django.db import models


class KnownNetwork(models.Model):
    """A network from which somebody has signed in: a sign-in from another is told to them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_networks", db_index=False
    )
    network = models.CharField(max_length=43, blank=True, help_text="Such as 203.0.113.0/24.")
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "network"], name="known_network_once_per_user"),
        ]

    def __str__(self) -> str:
        return f"{self.network} of user {self.user_id}"
