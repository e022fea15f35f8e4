"""Returns: what is due, GSTR-1, GSTR-3B, the HSN summary and the registers."""

from django.urls import path

from gstbillingapp.views import gstr1, gstr3b, registers, returns

urlpatterns = [
    path("", returns.index, name="return_list"),
    path("file/", returns.file, name="return_file"),
    path("filed/<int:pk>/undo/", returns.undo, name="return_undo"),
    path("gstr-1/", gstr1.overview, name="gstr1"),
    path("gstr-1/json/", gstr1.download, name="gstr1_json"),
    path("gstr-1/<slug:name>/", gstr1.section, name="gstr1_section"),
    path("gstr-3b/", gstr3b.overview, name="gstr3b"),
    path("gstr-3b/json/", gstr3b.download, name="gstr3b_json"),
    path("hsn/", gstr1.hsn_summary, name="hsn_summary"),
    path("registers/", registers.index, name="registers"),
    path("registers/download/", registers.download, name="register_download"),
]
