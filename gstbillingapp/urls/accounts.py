"""Signing up, in and out, and changing a password."""

from django.urls import path

from gstbillingapp.views import accounts, preferences

urlpatterns = [
    path("signup/", accounts.sign_up, name="signup"),
    path("login/", accounts.SignIn.as_view(), name="login"),
    path("logout/", accounts.SignOut.as_view(), name="logout"),
    path("notifications/", preferences.notifications, name="notification_preferences"),
    path("password/", accounts.ChangePassword.as_view(), name="password_change"),
]
