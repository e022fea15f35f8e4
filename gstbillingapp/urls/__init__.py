"""Every address of the billing screens, a module for each group of screens."""

from django.urls import include, path

from gstbillingapp.views import home

urlpatterns = [
    path("", home.overview, name="home"),
    path("accounts/", include("gstbillingapp.urls.accounts")),
    path("business/", include("gstbillingapp.urls.business")),
    path("customers/", include("gstbillingapp.urls.customers")),
    path("products/", include("gstbillingapp.urls.products")),
    path("returns/", include("gstbillingapp.urls.returns")),
    path("search/", include("gstbillingapp.urls.search")),
    path("data/", include("gstbillingapp.urls.data")),
    path("", include("gstbillingapp.urls.invoices")),
    path("", include("gstbillingapp.urls.quotations")),
    path("", include("gstbillingapp.urls.notes")),
    path("", include("gstbillingapp.urls.purchases")),
    path("", include("gstbillingapp.urls.notifications")),
    path("", include("gstbillingapp.urls.health")),
    path("", include("gstbillingapp.urls.description")),
]
