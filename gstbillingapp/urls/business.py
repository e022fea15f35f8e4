"""The business profile and the team."""

from django.urls import path

from gstbillingapp.views import business, numbering, preferences

urlpatterns = [
    path("", business.profile, name="business"),
    path("numbering/", numbering.series, name="numbering"),
    path("reminders/", preferences.reminders, name="reminder_settings"),
    path("team/", business.team, name="team"),
    path("team/<int:user_id>/remove/", business.remove, name="team_remove"),
    path("team/<int:user_id>/restore/", business.restore, name="team_restore"),
]
