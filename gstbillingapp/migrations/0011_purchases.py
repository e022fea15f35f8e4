from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Vendors, their bills with payments, expenses, and the stock that bills bring in."""

    dependencies = [
        ("gstbillingapp", "0010_notes_and_receipts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BillLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("description", models.CharField(max_length=300)),
                ("is_service", models.BooleanField(default=False)),
                ("hsn", models.CharField(blank=True, max_length=8, verbose_name="HSN/SAC")),
                ("qty", models.DecimalField(decimal_places=3, max_digits=13)),
                ("unit", models.CharField(default="NOS", max_length=3)),
                ("price", models.DecimalField(decimal_places=3, default=Decimal("0.000"), max_digits=14)),
                ("price_includes_tax", models.BooleanField(default=False)),
                ("disc_pct", models.DecimalField(decimal_places=3, default=Decimal("0.000"), max_digits=6)),
                ("disc_amt", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                (
                    "supply",
                    models.CharField(
                        choices=[
                            ("taxable", "Taxable"),
                            ("exempt", "Exempt"),
                            ("nil", "Nil rated"),
                            ("non_gst", "Outside GST"),
                        ],
                        default="taxable",
                        max_length=7,
                    ),
                ),
                ("rate", models.DecimalField(decimal_places=3, default=Decimal("0.000"), max_digits=6)),
                ("cess_pct", models.DecimalField(decimal_places=3, default=Decimal("0.000"), max_digits=6)),
                (
                    "cess_per_unit",
                    models.DecimalField(decimal_places=4, default=Decimal("0.0000"), max_digits=12),
                ),
                ("taxable", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("cgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("sgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("igst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("cess", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("total", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                (
                    "itc",
                    models.CharField(
                        choices=[
                            ("eligible", "Claimed"),
                            ("capital", "Claimed, capital goods"),
                            ("blocked", "Blocked, section 17(5)"),
                            ("none", "Not claimed"),
                        ],
                        default="eligible",
                        max_length=8,
                        verbose_name="input tax credit",
                    ),
                ),
            ],
            options={
                "ordering": ["bill", "position"],
            },
        ),
        migrations.CreateModel(
            name="BillPayment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("date", models.DateField()),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("bank", "Bank transfer"),
                            ("upi", "UPI"),
                            ("cash", "Cash"),
                            ("cheque", "Cheque"),
                            ("card", "Card"),
                            ("other", "Other"),
                        ],
                        default="bank",
                        max_length=7,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=64)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("reversed_at", models.DateTimeField(blank=True, null=True)),
                ("reverse_reason", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Expense",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("payee", models.CharField(blank=True, max_length=120, verbose_name="paid to")),
                ("payee_gstin", models.CharField(blank=True, max_length=15, verbose_name="GSTIN")),
                (
                    "state",
                    models.CharField(
                        choices=[("recorded", "Recorded"), ("cancelled", "Cancelled")],
                        default="recorded",
                        max_length=9,
                    ),
                ),
                ("date", models.DateField()),
                ("description", models.CharField(blank=True, max_length=300)),
                (
                    "reference",
                    models.CharField(blank=True, max_length=64, verbose_name="bill number or reference"),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("bank", "Bank transfer"),
                            ("upi", "UPI"),
                            ("cash", "Cash"),
                            ("cheque", "Cheque"),
                            ("card", "Card"),
                            ("other", "Other"),
                        ],
                        default="bank",
                        max_length=7,
                    ),
                ),
                ("inter_state", models.BooleanField(default=False, verbose_name="bought in another state")),
                (
                    "price_includes_tax",
                    models.BooleanField(default=True, verbose_name="the amount contains the tax"),
                ),
                ("rate", models.DecimalField(decimal_places=3, default=Decimal("0.000"), max_digits=6)),
                ("taxable", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("cgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("sgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("igst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("total", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("itc", models.BooleanField(default=False, verbose_name="input tax credit is claimed")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("cancel_reason", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="ExpenseCategory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("name_key", models.CharField(editable=False, max_length=180)),
                ("is_archived", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name_plural": "expense categories",
            },
        ),
        migrations.CreateModel(
            name="Vendor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("name_key", models.CharField(editable=False, max_length=360)),
                ("search_key", models.CharField(editable=False, max_length=900)),
                ("gstin", models.CharField(blank=True, max_length=15, verbose_name="GSTIN")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("regular", "Registered"),
                            ("composition", "Composition scheme"),
                            ("unregistered", "Not registered"),
                            ("sez", "SEZ unit or developer"),
                            ("overseas", "Overseas"),
                        ],
                        default="unregistered",
                        max_length=12,
                    ),
                ),
                ("state_code", models.CharField(blank=True, max_length=2, verbose_name="state")),
                ("address", models.CharField(blank=True, max_length=300)),
                ("city", models.CharField(blank=True, max_length=80)),
                ("pincode", models.CharField(blank=True, max_length=6, verbose_name="PIN code")),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("due_days", models.PositiveSmallIntegerField(default=30, verbose_name="days to pay")),
                ("bank_name", models.CharField(blank=True, max_length=80)),
                ("bank_account", models.CharField(blank=True, max_length=34)),
                ("bank_ifsc", models.CharField(blank=True, max_length=11, verbose_name="IFSC")),
                ("upi_id", models.CharField(blank=True, max_length=100, verbose_name="UPI ID")),
                ("is_archived", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="reason",
            field=models.CharField(
                choices=[
                    ("opening", "Opening stock"),
                    ("purchase", "Purchase"),
                    ("sale", "Sale"),
                    ("cancellation", "Cancelled invoice"),
                    ("correction", "Correction"),
                    ("return", "Sales return"),
                    ("unreturned", "Cancelled sales return"),
                    ("bill_change", "Changed bill"),
                    ("unpurchased", "Cancelled bill"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Bill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vendor_name", models.CharField(max_length=120)),
                ("vendor_gstin", models.CharField(blank=True, max_length=15)),
                (
                    "vendor_kind",
                    models.CharField(
                        choices=[
                            ("regular", "Registered"),
                            ("composition", "Composition scheme"),
                            ("unregistered", "Not registered"),
                            ("sez", "SEZ unit or developer"),
                            ("overseas", "Overseas"),
                        ],
                        max_length=12,
                    ),
                ),
                ("vendor_state_code", models.CharField(blank=True, max_length=2)),
                ("number", models.CharField(max_length=40, verbose_name="the vendor's number")),
                ("number_key", models.CharField(editable=False, max_length=40)),
                ("financial_year", models.CharField(max_length=7)),
                (
                    "state",
                    models.CharField(
                        choices=[("recorded", "Recorded"), ("cancelled", "Cancelled")],
                        default="recorded",
                        max_length=9,
                    ),
                ),
                ("date", models.DateField()),
                ("due_date", models.DateField()),
                ("place_of_supply", models.CharField(max_length=2)),
                ("rcm", models.BooleanField(default=False, verbose_name="tax payable on reverse charge")),
                ("sez", models.BooleanField(default=False, verbose_name="from an SEZ")),
                ("imported", models.BooleanField(default=False)),
                (
                    "doc_discount",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14),
                ),
                ("taxable", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("cgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("sgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("igst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("cess", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("round_off", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("total", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("paid", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("balance", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("notes", models.CharField(blank=True, max_length=1000)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("cancel_reason", models.CharField(blank=True, max_length=200)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bills",
                        to="gstbillingapp.business",
                    ),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="bill",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stock_movements",
                to="gstbillingapp.bill",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("bill__isnull", False), models.Q(("reason", "bill_change"), _negated=True)
                ),
                fields=("bill", "product", "reason"),
                name="stock_moves_once_a_bill",
            ),
        ),
        migrations.AddField(
            model_name="billline",
            name="bill",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="gstbillingapp.bill",
            ),
        ),
        migrations.AddField(
            model_name="billline",
            name="product",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="gstbillingapp.product",
            ),
        ),
        migrations.AddField(
            model_name="billpayment",
            name="bill",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="gstbillingapp.bill"
            ),
        ),
        migrations.AddField(
            model_name="billpayment",
            name="business",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bill_payments",
                to="gstbillingapp.business",
            ),
        ),
        migrations.AddField(
            model_name="billpayment",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="billpayment",
            name="reversed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="expense",
            name="business",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="expenses",
                to="gstbillingapp.business",
            ),
        ),
        migrations.AddField(
            model_name="expense",
            name="cancelled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="expense",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="expensecategory",
            name="business",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="expense_categories",
                to="gstbillingapp.business",
            ),
        ),
        migrations.AddField(
            model_name="expense",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="expenses",
                to="gstbillingapp.expensecategory",
            ),
        ),
        migrations.AddField(
            model_name="vendor",
            name="business",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="vendors",
                to="gstbillingapp.business",
            ),
        ),
        migrations.AddField(
            model_name="expense",
            name="vendor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="expenses",
                to="gstbillingapp.vendor",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="vendor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="bills", to="gstbillingapp.vendor"
            ),
        ),
        migrations.AddConstraint(
            model_name="billline",
            constraint=models.UniqueConstraint(fields=("bill", "position"), name="bill_line_position_once"),
        ),
        migrations.AddConstraint(
            model_name="billline",
            constraint=models.CheckConstraint(
                condition=models.Q(("qty__gt", 0)), name="bill_line_qty_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="billline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cess_pct__gte", 0),
                    ("cess_per_unit__gte", 0),
                    ("disc_amt__gte", 0),
                    ("disc_pct__gte", 0),
                    ("disc_pct__lte", 100),
                    ("price__gte", 0),
                    ("rate__gte", 0),
                    ("rate__lte", 100),
                ),
                name="bill_line_terms_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="billline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cess__gte", 0),
                    ("cgst__gte", 0),
                    ("igst__gte", 0),
                    ("sgst__gte", 0),
                    ("taxable__gte", 0),
                    ("total__gte", 0),
                ),
                name="bill_line_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="billline",
            constraint=models.CheckConstraint(
                condition=models.Q(("supply", "taxable"), ("rate", 0), _connector="OR"),
                name="bill_line_untaxed_has_no_rate",
            ),
        ),
        migrations.AddConstraint(
            model_name="billline",
            constraint=models.CheckConstraint(
                condition=models.Q(("itc__in", ["eligible", "capital", "blocked", "none"])),
                name="bill_line_credit_is_known",
            ),
        ),
        migrations.AddIndex(
            model_name="billpayment",
            index=models.Index(fields=["business", "-date", "-id"], name="bill_payment_by_date"),
        ),
        migrations.AddConstraint(
            model_name="billpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="bill_payment_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="billpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["bank", "upi", "cash", "cheque", "card", "other"])),
                name="bill_payment_mode_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="expensecategory",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="expense_category_has_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="expensecategory",
            constraint=models.UniqueConstraint(
                fields=("business", "name_key"), name="expense_category_once_in_business"
            ),
        ),
        migrations.AddIndex(
            model_name="vendor",
            index=models.Index(fields=["business", "is_archived", "name_key", "id"], name="vendor_by_name"),
        ),
        migrations.AddIndex(
            model_name="vendor",
            index=models.Index(fields=["business", "gstin"], name="vendor_by_gstin"),
        ),
        migrations.AddIndex(
            model_name="vendor",
            index=models.Index(fields=["business", "search_key"], name="vendor_by_words"),
        ),
        migrations.AddConstraint(
            model_name="vendor",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="vendor_has_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="vendor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("regular", "composition", "sez")),
                        models.Q(("gstin", ""), _negated=True),
                    ),
                    models.Q(("gstin", ""), ("kind__in", ["unregistered", "overseas"])),
                    _connector="OR",
                ),
                name="vendor_gstin_matches_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="expense",
            index=models.Index(
                fields=["business", "-date", "-id", "state", "category", "total"], name="expense_by_date"
            ),
        ),
        migrations.AddIndex(
            model_name="expense",
            index=models.Index(fields=["business", "category", "-date", "-id"], name="expense_by_category"),
        ),
        migrations.AddIndex(
            model_name="expense",
            index=models.Index(fields=["business", "total", "id"], name="expense_by_total"),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cgst__gte", 0),
                    ("igst__gte", 0),
                    ("rate__gte", 0),
                    ("sgst__gte", 0),
                    ("taxable__gte", 0),
                    ("total__gt", 0),
                ),
                name="expense_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.CheckConstraint(
                condition=models.Q(("igst", 0), models.Q(("cgst", 0), ("sgst", 0)), _connector="OR"),
                name="expense_one_kind_of_tax",
            ),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["bank", "upi", "cash", "cheque", "card", "other"])),
                name="expense_mode_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("itc", False), models.Q(("payee_gstin", ""), _negated=True), _connector="OR"
                ),
                name="expense_credit_needs_gstin",
            ),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", False), ("state", "cancelled")),
                    models.Q(("cancelled_at__isnull", True), ("state", "recorded")),
                    _connector="OR",
                ),
                name="expense_cancelled_has_time",
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                fields=[
                    "business",
                    "-date",
                    "-id",
                    "number_key",
                    "vendor",
                    "state",
                    "due_date",
                    "balance",
                    "paid",
                    "total",
                ],
                name="bill_by_date",
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["business", "state", "-date", "-id", "balance"], name="bill_by_state"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["business", "vendor", "-date", "-id"], name="bill_by_vendor"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["business", "number_key", "id"], name="bill_by_number"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["business", "due_date", "id"], name="bill_by_due_date"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["business", "total", "id"], name="bill_by_total"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["business", "balance", "id"], name="bill_by_balance"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                condition=models.Q(("balance__gt", 0)),
                fields=["business", "due_date", "balance", "paid", "date", "id"],
                name="bill_owed",
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                condition=models.Q(("balance__gt", 0)),
                fields=["business", "vendor", "due_date", "balance"],
                name="bill_owed_to_vendor",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "recorded")),
                fields=("vendor", "financial_year", "number_key"),
                name="bill_number_unique_of_vendor_in_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number", ""), _negated=True),
                    models.Q(("financial_year", ""), _negated=True),
                    models.Q(("vendor_name", ""), _negated=True),
                    models.Q(("place_of_supply", ""), _negated=True),
                ),
                name="bill_says_who_and_where",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", False), ("state", "cancelled")),
                    models.Q(("cancelled_at__isnull", True), ("state", "recorded")),
                    _connector="OR",
                ),
                name="bill_cancelled_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cess__gte", 0),
                    ("cgst__gte", 0),
                    ("doc_discount__gte", 0),
                    ("igst__gte", 0),
                    ("sgst__gte", 0),
                    ("taxable__gte", 0),
                    ("total__gte", 0),
                ),
                name="bill_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paid__gte", 0),
                    (
                        "paid__lt",
                        django.db.models.expressions.CombinedExpression(
                            models.F("total"), "+", models.Value(Decimal("0.005"))
                        ),
                    ),
                ),
                name="bill_paid_within_total",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "balance__gt",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("total"), "-", models.F("paid")
                                ),
                                "-",
                                models.Value(Decimal("0.005")),
                            ),
                        ),
                        ("balance__gte", 0),
                        (
                            "balance__lt",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("total"), "-", models.F("paid")
                                ),
                                "+",
                                models.Value(Decimal("0.005")),
                            ),
                        ),
                        ("state", "recorded"),
                    ),
                    models.Q(("balance", 0), ("state", "cancelled")),
                    _connector="OR",
                ),
                name="bill_balance_is_what_is_owed",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_date__gte", models.F("date"))), name="bill_due_after_its_date"
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(("igst", 0), models.Q(("cgst", 0), ("sgst", 0)), _connector="OR"),
                name="bill_one_kind_of_tax",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("imported", False), models.Q(("cgst", 0), ("rcm", True), ("sgst", 0)), _connector="OR"
                ),
                name="bill_imported_bears_no_vendor_tax",
            ),
        ),
    ]
