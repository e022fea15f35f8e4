"""Customers."""

from django.urls import path

from gstbillingapp.views import customers

urlpatterns = [
    path("", customers.index, name="customer_list"),
    path("new/", customers.new, name="customer_new"),
    path("quick/", customers.quick, name="customer_quick"),
    path("lookup/", customers.lookup, name="customer_lookup"),
    path("<int:pk>/", customers.detail, name="customer"),
    path("<int:pk>/edit/", customers.edit, name="customer_edit"),
    path("<int:pk>/archive/", customers.archive, name="customer_archive"),
    path("<int:pk>/restore/", customers.restore, name="customer_restore"),
]
