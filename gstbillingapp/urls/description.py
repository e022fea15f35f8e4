"""What scripts may rely on, for machines to read."""

from django.urls import path

from gstbillingapp.views.description import description

urlpatterns = [
    path("api/openapi.yaml", description, name="openapi"),
]
