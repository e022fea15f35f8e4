"""Invoices: the list, the editor, the page of one, its payments and its paper."""

from django.urls import path

from gstbillingapp.views import invoice_editor, invoice_mail, invoice_paper, invoice_pdf, invoices, payments

urlpatterns = [
    path("invoices/", invoices.invoice_list, name="invoice_list"),
    path("invoices/new/", invoice_editor.new, name="invoice_new"),
    path("invoices/preview/", invoice_editor.preview, name="invoice_preview"),
    path("invoice/<int:pk>/", invoices.invoice, name="invoice"),
    path("invoice/<int:pk>/edit/", invoice_editor.edit, name="invoice_edit"),
    path("invoice/<int:pk>/issue/", invoices.issue, name="invoice_issue"),
    path("invoice/<int:pk>/cancel/", invoices.cancel, name="invoice_cancel"),
    path("invoice/<int:pk>/delete/", invoices.delete, name="invoice_delete"),
    path("invoice/<int:pk>/payments/new/", payments.new, name="payment_new"),
    path("invoice/<int:pk>/payments/<int:payment_pk>/reverse/", payments.reverse, name="payment_reverse"),
    path("invoice/<int:pk>/print/", invoice_paper.paper, name="invoice_print"),
    path("invoice/<int:pk>/pdf/", invoice_pdf.pdf, name="invoice_pdf"),
    path("invoice/<int:pk>/mail/", invoice_mail.send, name="invoice_mail"),
    path("invoice/<int:pk>/pdf/status/", invoice_pdf.status, name="invoice_pdf_status"),
]
