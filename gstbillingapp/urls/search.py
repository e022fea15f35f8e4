"""Searching everything."""

from django.urls import path

from gstbillingapp.views import search

urlpatterns = [
    path("", search.results, name="search"),
    path("lookup/", search.lookup, name="search_lookup"),
]
