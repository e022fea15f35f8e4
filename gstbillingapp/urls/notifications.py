"""Notifications: the page, and the addresses of the contract."""

from django.urls import path

from gstbillingapp.views import notification_api as api
from gstbillingapp.views.notification_pages import keep_read, notifications

urlpatterns = [
    path("notifications/", notifications, name="notifications"),
    path("notifications/api/", api.page, name="notification_api"),
    path("notifications/api/count/", api.count, name="notification_count"),
    path("notifications/api/changes/", api.changes, name="notification_changes"),
    path("notifications/read-all/", api.read_all, name="notifications_read_all"),
    path("notifications/keep-read/", keep_read, name="notifications_keep_read"),
    path("notifications/delete-read/", api.delete_read, name="notifications_delete_read"),
    path("notifications/<int:notification_id>/read/", api.read, name="notification_read"),
    path("notifications/<int:notification_id>/delete/", api.delete, name="notification_delete"),
]
