"""Searching everything."""

from django.urls import path

from gstbillingapp.views import search

urlpatterns = [
    path("", search.results, name="search"),
    path("suggest/", search.suggest, name="search_suggest"),
]
