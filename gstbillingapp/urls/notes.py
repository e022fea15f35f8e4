"""Credit and debit notes, advances, what is set off and paid back, ledgers and ageing."""

from django.urls import path

from gstbillingapp.views import (
    ageing,
    ledger,
    note_mail,
    note_papers,
    notes,
    receipts,
    refunds,
    set_offs,
    statements,
)

urlpatterns = [
    path("notes/", notes.index, name="note_list"),
    path("invoice/<int:pk>/notes/<str:kind>/", notes.new, name="note_new"),
    path("invoice/<int:pk>/notes/<str:kind>/totals/", notes.totals, name="note_totals"),
    path("note/<int:pk>/", notes.detail, name="note"),
    path("note/<int:pk>/cancel/", notes.cancel, name="note_cancel"),
    path("note/<int:pk>/refund/", refunds.of_note, name="note_refund"),
    path("note/<int:pk>/print/", note_papers.note_print, name="note_print"),
    path("note/<int:pk>/pdf/", note_papers.note_pdf, name="note_pdf"),
    path("note/<int:pk>/pdf/status/", note_papers.note_pdf_status, name="note_pdf_status"),
    path("note/<int:pk>/mail/", note_mail.send_note, name="note_mail"),
    path("advances/", receipts.index, name="receipt_list"),
    path("advances/new/", receipts.new, name="receipt_new"),
    path("advance/<int:pk>/", receipts.detail, name="receipt"),
    path("advance/<int:pk>/cancel/", receipts.cancel, name="receipt_cancel"),
    path("advance/<int:pk>/refund/", refunds.of_receipt, name="receipt_refund"),
    path("advance/<int:pk>/print/", note_papers.receipt_print, name="receipt_print"),
    path("advance/<int:pk>/pdf/", note_papers.receipt_pdf, name="receipt_pdf"),
    path("advance/<int:pk>/pdf/status/", note_papers.receipt_pdf_status, name="receipt_pdf_status"),
    path("advance/<int:pk>/mail/", note_mail.send_receipt, name="receipt_mail"),
    path("refund/<int:pk>/reverse/", refunds.reverse, name="refund_reverse"),
    path("invoice/<int:pk>/set-off/", set_offs.new, name="set_off_new"),
    path("customers/<int:pk>/ledger/", ledger.detail, name="customer_ledger"),
    path("customers/<int:pk>/ledger/csv/", ledger.csv_file, name="customer_ledger_csv"),
    path("customers/<int:pk>/statement/", statements.printed, name="statement_print"),
    path("customers/<int:pk>/statement/pdf/", statements.pdf, name="statement_pdf"),
    path("customers/<int:pk>/statement/pdf/status/", statements.pdf_status, name="statement_pdf_status"),
    path("customers/<int:pk>/statement/mail/", note_mail.send_statement, name="statement_mail"),
    path("reports/ageing/", ageing.report, name="ageing"),
    path("reports/ageing/csv/", ageing.csv_file, name="ageing_csv"),
]
