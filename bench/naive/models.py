"""The one table of the naive pipeline."""

from django.conf import settings
from django.db import models


class Notification(models.Model):
    """One thing told to one person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    user_id: int
    title = models.CharField(max_length=200)
    message = models.CharField(max_length=2000)
    notification_type = models.CharField(max_length=20, default="INFO")
    link_url = models.CharField(max_length=500, blank=True)
    link_text = models.CharField(max_length=60, blank=True)
    is_read = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: "models.Manager[Notification]" = models.Manager()

    class Meta:
        app_label = "naive"
        indexes = [models.Index(fields=["user", "is_read", "is_deleted"], name="naive_unread")]

    def __str__(self) -> str:
        return f"notification {self.pk}"
