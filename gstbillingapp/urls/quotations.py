"""Quotations: the list, the editor, the page of one, and its paper."""

from django.urls import path

from gstbillingapp.views import quotation_editor, quotation_mail, quotation_paper, quotations

urlpatterns = [
    path("quotations/", quotations.quotation_list, name="quotation_list"),
    path("quotations/new/", quotation_editor.new, name="quotation_new"),
    path("quotations/preview/", quotation_editor.preview, name="quotation_preview"),
    path("quotation/<int:pk>/", quotations.quotation, name="quotation"),
    path("quotation/<int:pk>/edit/", quotation_editor.edit, name="quotation_edit"),
    path("quotation/<int:pk>/send/", quotations.send, name="quotation_send"),
    path("quotation/<int:pk>/approve/", quotations.approve, name="quotation_approve"),
    path("quotation/<int:pk>/decline/", quotations.decline, name="quotation_decline"),
    path("quotation/<int:pk>/convert/", quotations.convert, name="quotation_convert"),
    path("quotation/<int:pk>/copy/", quotations.copy, name="quotation_copy"),
    path("quotation/<int:pk>/delete/", quotations.delete, name="quotation_delete"),
    path("quotation/<int:pk>/print/", quotation_paper.paper, name="quotation_print"),
    path("quotation/<int:pk>/mail/", quotation_mail.send, name="quotation_mail"),
    path("quotation/<int:pk>/pdf/", quotation_paper.pdf, name="quotation_pdf"),
    path("quotation/<int:pk>/pdf/status/", quotation_paper.status, name="quotation_pdf_status"),
]
