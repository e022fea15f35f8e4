"""Products."""

from django.urls import path

from gstbillingapp.views import products

urlpatterns = [
    path("", products.index, name="product_list"),
    path("new/", products.new, name="product_new"),
    path("lookup/", products.lookup, name="product_lookup"),
    path("<int:pk>/", products.detail, name="product"),
    path("<int:pk>/edit/", products.edit, name="product_edit"),
    path("<int:pk>/rates/", products.add_rate, name="product_rate"),
    path("<int:pk>/stock/", products.adjust_stock, name="product_stock"),
    path("<int:pk>/archive/", products.archive, name="product_archive"),
    path("<int:pk>/restore/", products.restore, name="product_restore"),
]
