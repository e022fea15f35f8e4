"""Every address of the site."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from gstbillingapp.admin_menu import no_search

icon = lazy(static, str)("img/favicon.svg")  # lazy: outside DEBUG its name is known once files are collected

urlpatterns = [
    # One page to change a password on, and so one limit for guessing the present one.
    path("admin/password_change/", RedirectView.as_view(pattern_name="password_change")),
    path("admin/search/", no_search),
    path("admin/pipeline/", include("delivery.dashboard.urls")),
    path("admin/", admin.site.urls),
    # Browsers ask for it wherever a page names no icon, as in the administration and beside JSON.
    path("favicon.ico", RedirectView.as_view(url=icon), name="favicon"),
    path("", include("gstbillingapp.urls")),
]
