"""Purchases: vendors, their bills with payments and credit notes, and expenses."""

from django.urls import path

from gstbillingapp.views import bill_editor, bills, expenses, vendor_notes, vendors

urlpatterns = [
    path("vendors/", vendors.index, name="vendor_list"),
    path("vendors/new/", vendors.new, name="vendor_new"),
    path("vendors/quick/", vendors.quick, name="vendor_quick"),
    path("vendors/lookup/", vendors.lookup, name="vendor_lookup"),
    path("vendors/<int:pk>/", vendors.detail, name="vendor"),
    path("vendors/<int:pk>/edit/", vendors.edit, name="vendor_edit"),
    path("vendors/<int:pk>/archive/", vendors.archive, name="vendor_archive"),
    path("vendors/<int:pk>/restore/", vendors.restore, name="vendor_restore"),
    path("bills/", bills.bill_list, name="bill_list"),
    path("bills/new/", bill_editor.new, name="bill_new"),
    path("bills/preview/", bill_editor.preview, name="bill_preview"),
    path("bills/products/", bill_editor.products, name="bill_products"),
    path("bill/<int:pk>/", bills.bill, name="bill"),
    path("bill/<int:pk>/edit/", bill_editor.edit, name="bill_edit"),
    path("bill/<int:pk>/cancel/", bills.cancel, name="bill_cancel"),
    path("bill/<int:pk>/payments/new/", bills.pay, name="bill_pay"),
    path(
        "bill/<int:pk>/payments/<int:payment_pk>/reverse/",
        bills.reverse_payment,
        name="bill_payment_reverse",
    ),
    path("bill/<int:pk>/credit-note/", vendor_notes.new, name="vendor_note_new"),
    path("bill/<int:pk>/credit-note/totals/", vendor_notes.totals, name="vendor_note_totals"),
    path("vendor-notes/", vendor_notes.index, name="vendor_note_list"),
    path("vendor-note/<int:pk>/", vendor_notes.detail, name="vendor_note"),
    path("vendor-note/<int:pk>/cancel/", vendor_notes.cancel, name="vendor_note_cancel"),
    path("vendor-note/<int:pk>/refund/", vendor_notes.refund, name="vendor_note_refund"),
    path(
        "vendor-note/<int:pk>/refunds/<int:refund_pk>/reverse/",
        vendor_notes.reverse_refund,
        name="vendor_note_refund_reverse",
    ),
    path("expenses/", expenses.index, name="expense_list"),
    path("expenses/new/", expenses.new, name="expense_new"),
    path("expenses/categories/", expenses.categories, name="expense_categories"),
    path("expenses/categories/<int:pk>/rename/", expenses.rename_category, name="expense_category_rename"),
    path("expenses/categories/<int:pk>/archive/", expenses.archive_category, name="expense_category_archive"),
    path("expenses/categories/<int:pk>/restore/", expenses.restore_category, name="expense_category_restore"),
    path("expense/<int:pk>/", expenses.detail, name="expense"),
    path("expense/<int:pk>/edit/", expenses.edit, name="expense_edit"),
    path("expense/<int:pk>/cancel/", expenses.cancel, name="expense_cancel"),
]
