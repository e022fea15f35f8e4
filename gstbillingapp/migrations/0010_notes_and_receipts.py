from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Credit and debit notes, advances and refunds, what they do to invoices, and credit limits."""

    dependencies = [
        ("gstbillingapp", "0009_preferences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=16)),
                ("number_key", models.CharField(blank=True, editable=False, max_length=16, null=True)),
                ("financial_year", models.CharField(blank=True, max_length=7)),
                ("sequence", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ("date", models.DateField()),
                ("place_of_supply", models.CharField(blank=True, max_length=2)),
                ("place_reason", models.CharField(blank=True, max_length=120)),
                (
                    "place_chosen",
                    models.BooleanField(default=False, help_text="Chosen by a person, not by the rule"),
                ),
                ("sez", models.BooleanField(default=False, verbose_name="supply to SEZ")),
                ("export", models.BooleanField(default=False)),
                ("zero_rated", models.BooleanField(default=False, verbose_name="without tax, under LUT")),
                ("rcm", models.BooleanField(default=False, verbose_name="tax payable on reverse charge")),
                ("composition", models.BooleanField(default=False)),
                ("round_off_enabled", models.BooleanField(default=True)),
                (
                    "doc_discount",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14),
                ),
                ("supplier_name", models.CharField(blank=True, max_length=120)),
                ("supplier_legal_name", models.CharField(blank=True, max_length=120)),
                ("supplier_gstin", models.CharField(blank=True, max_length=15)),
                ("supplier_state_code", models.CharField(blank=True, max_length=2)),
                ("supplier_address", models.CharField(blank=True, max_length=300)),
                ("supplier_city", models.CharField(blank=True, max_length=80)),
                ("supplier_pincode", models.CharField(blank=True, max_length=6)),
                ("supplier_phone", models.CharField(blank=True, max_length=20)),
                ("supplier_email", models.CharField(blank=True, max_length=254)),
                ("supplier_bank_name", models.CharField(blank=True, max_length=80)),
                ("supplier_bank_account", models.CharField(blank=True, max_length=34)),
                ("supplier_bank_ifsc", models.CharField(blank=True, max_length=11)),
                ("supplier_upi_id", models.CharField(blank=True, max_length=100)),
                ("supplier_lut_number", models.CharField(blank=True, max_length=30)),
                ("supplier_signatory", models.CharField(blank=True, max_length=120)),
                ("buyer_name", models.CharField(blank=True, max_length=120)),
                ("buyer_gstin", models.CharField(blank=True, max_length=15)),
                (
                    "buyer_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("regular", "Registered"),
                            ("unregistered", "Not registered"),
                            ("sez", "SEZ unit or developer"),
                            ("overseas", "Overseas"),
                        ],
                        max_length=12,
                    ),
                ),
                ("buyer_state_code", models.CharField(blank=True, max_length=2)),
                ("buyer_address", models.CharField(blank=True, max_length=300)),
                ("buyer_city", models.CharField(blank=True, max_length=80)),
                ("buyer_pincode", models.CharField(blank=True, max_length=6)),
                ("buyer_phone", models.CharField(blank=True, max_length=20)),
                ("buyer_email", models.CharField(blank=True, max_length=254)),
                ("buyer_ship_name", models.CharField(blank=True, max_length=120)),
                ("buyer_ship_address", models.CharField(blank=True, max_length=300)),
                ("buyer_ship_city", models.CharField(blank=True, max_length=80)),
                ("buyer_ship_pincode", models.CharField(blank=True, max_length=6)),
                ("buyer_ship_state_code", models.CharField(blank=True, max_length=2)),
                ("taxable", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("cgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("sgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("igst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("cess", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("round_off", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("total", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("notes", models.CharField(blank=True, max_length=1000)),
                ("terms", models.CharField(blank=True, max_length=1000)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("credit", "Credit note"), ("debit", "Debit note")], max_length=6
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("issued", "Issued"), ("cancelled", "Cancelled")],
                        default="issued",
                        max_length=9,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("01", "Sales return"),
                            ("02", "Post-sale discount"),
                            ("03", "Deficiency in services"),
                            ("04", "Correction in invoice"),
                            ("05", "Change in place of supply"),
                            ("06", "Finalisation of provisional assessment"),
                            ("07", "Others"),
                        ],
                        max_length=2,
                    ),
                ),
                ("reason_text", models.CharField(blank=True, max_length=200, verbose_name="in words")),
                ("applied", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("used", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("refunded", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("balance", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("cancel_reason", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="NoteLine",
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
            ],
            options={
                "ordering": ["note", "position"],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=16)),
                ("number_key", models.CharField(blank=True, editable=False, max_length=16, null=True)),
                ("financial_year", models.CharField(blank=True, max_length=7)),
                ("sequence", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ("date", models.DateField()),
                ("place_of_supply", models.CharField(blank=True, max_length=2)),
                ("place_reason", models.CharField(blank=True, max_length=120)),
                (
                    "place_chosen",
                    models.BooleanField(default=False, help_text="Chosen by a person, not by the rule"),
                ),
                ("sez", models.BooleanField(default=False, verbose_name="supply to SEZ")),
                ("export", models.BooleanField(default=False)),
                ("zero_rated", models.BooleanField(default=False, verbose_name="without tax, under LUT")),
                ("rcm", models.BooleanField(default=False, verbose_name="tax payable on reverse charge")),
                ("composition", models.BooleanField(default=False)),
                ("round_off_enabled", models.BooleanField(default=True)),
                (
                    "doc_discount",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14),
                ),
                ("supplier_name", models.CharField(blank=True, max_length=120)),
                ("supplier_legal_name", models.CharField(blank=True, max_length=120)),
                ("supplier_gstin", models.CharField(blank=True, max_length=15)),
                ("supplier_state_code", models.CharField(blank=True, max_length=2)),
                ("supplier_address", models.CharField(blank=True, max_length=300)),
                ("supplier_city", models.CharField(blank=True, max_length=80)),
                ("supplier_pincode", models.CharField(blank=True, max_length=6)),
                ("supplier_phone", models.CharField(blank=True, max_length=20)),
                ("supplier_email", models.CharField(blank=True, max_length=254)),
                ("supplier_bank_name", models.CharField(blank=True, max_length=80)),
                ("supplier_bank_account", models.CharField(blank=True, max_length=34)),
                ("supplier_bank_ifsc", models.CharField(blank=True, max_length=11)),
                ("supplier_upi_id", models.CharField(blank=True, max_length=100)),
                ("supplier_lut_number", models.CharField(blank=True, max_length=30)),
                ("supplier_signatory", models.CharField(blank=True, max_length=120)),
                ("buyer_name", models.CharField(blank=True, max_length=120)),
                ("buyer_gstin", models.CharField(blank=True, max_length=15)),
                (
                    "buyer_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("regular", "Registered"),
                            ("unregistered", "Not registered"),
                            ("sez", "SEZ unit or developer"),
                            ("overseas", "Overseas"),
                        ],
                        max_length=12,
                    ),
                ),
                ("buyer_state_code", models.CharField(blank=True, max_length=2)),
                ("buyer_address", models.CharField(blank=True, max_length=300)),
                ("buyer_city", models.CharField(blank=True, max_length=80)),
                ("buyer_pincode", models.CharField(blank=True, max_length=6)),
                ("buyer_phone", models.CharField(blank=True, max_length=20)),
                ("buyer_email", models.CharField(blank=True, max_length=254)),
                ("buyer_ship_name", models.CharField(blank=True, max_length=120)),
                ("buyer_ship_address", models.CharField(blank=True, max_length=300)),
                ("buyer_ship_city", models.CharField(blank=True, max_length=80)),
                ("buyer_ship_pincode", models.CharField(blank=True, max_length=6)),
                ("buyer_ship_state_code", models.CharField(blank=True, max_length=2)),
                ("taxable", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("cgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("sgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("igst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("cess", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("round_off", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("total", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("notes", models.CharField(blank=True, max_length=1000)),
                ("terms", models.CharField(blank=True, max_length=1000)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("issued", "Issued"), ("cancelled", "Cancelled")],
                        default="issued",
                        max_length=9,
                    ),
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
                            ("advance", "Advance"),
                            ("credit", "Credit note"),
                        ],
                        default="bank",
                        max_length=7,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=64)),
                ("purpose", models.CharField(max_length=300, verbose_name="what for")),
                ("is_service", models.BooleanField(default=False)),
                ("rate", models.DecimalField(decimal_places=3, default=Decimal("0.000"), max_digits=6)),
                ("adjusted", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("refunded", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("balance", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("cancel_reason", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=16)),
                ("number_key", models.CharField(editable=False, max_length=16)),
                ("financial_year", models.CharField(max_length=7)),
                ("sequence", models.PositiveIntegerField(editable=False)),
                ("date", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
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
                            ("advance", "Advance"),
                            ("credit", "Credit note"),
                        ],
                        default="bank",
                        max_length=7,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=64)),
                ("cgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("sgst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("igst", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("reversed_at", models.DateTimeField(blank=True, null=True)),
                ("reverse_reason", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoice_paid_within_total",
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoice_balance_is_what_is_owed",
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_mode_is_known",
        ),
        migrations.AddField(
            model_name="customer",
            name="credit_limit",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                default=None,
                help_text="Empty: no limit",
                max_digits=14,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="is_over_limit",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="customer",
            name="limit_crossing",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="invoice",
            name="credited",
            field=models.DecimalField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="debited",
            field=models.DecimalField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="cgst",
            field=models.DecimalField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="igst",
            field=models.DecimalField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="sgst",
            field=models.DecimalField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=14
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="mode",
            field=models.CharField(
                choices=[
                    ("bank", "Bank transfer"),
                    ("upi", "UPI"),
                    ("cash", "Cash"),
                    ("cheque", "Cheque"),
                    ("card", "Card"),
                    ("other", "Other"),
                    ("advance", "Advance"),
                    ("credit", "Credit note"),
                ],
                default="bank",
                max_length=7,
            ),
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
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("balance__gt", 0)),
                fields=["business", "customer", "due_date", "balance"],
                name="invoice_owed_by_customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(("credit_limit__isnull", True), ("credit_limit__gte", 0), _connector="OR"),
                name="customer_credit_limit_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credited__gte", 0),
                    ("debited__gte", 0),
                    ("paid__gte", 0),
                    (
                        "paid__lt",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("total"), "+", models.F("debited")
                                ),
                                "-",
                                models.F("credited"),
                            ),
                            "+",
                            models.Value(Decimal("0.005")),
                        ),
                    ),
                ),
                name="invoice_paid_within_total",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "balance__gt",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("total"), "+", models.F("debited")
                                        ),
                                        "-",
                                        models.F("credited"),
                                    ),
                                    "-",
                                    models.F("paid"),
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
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("total"), "+", models.F("debited")
                                        ),
                                        "-",
                                        models.F("credited"),
                                    ),
                                    "-",
                                    models.F("paid"),
                                ),
                                "+",
                                models.Value(Decimal("0.005")),
                            ),
                        ),
                        ("state", "issued"),
                    ),
                    models.Q(models.Q(("state", "issued"), _negated=True), ("balance", 0)),
                    _connector="OR",
                ),
                name="invoice_balance_is_what_is_owed",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="business",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)ss",
                to="gstbillingapp.business",
            ),
        ),
        migrations.AddField(
            model_name="note",
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
            model_name="note",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="gstbillingapp.customer",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments",
                to="gstbillingapp.invoice",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="credit_note",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="set_offs",
                to="gstbillingapp.note",
            ),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="note",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stock_movements",
                to="gstbillingapp.note",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("note__isnull", False)),
                fields=("note", "product", "reason"),
                name="stock_moves_once_a_note",
            ),
        ),
        migrations.AddField(
            model_name="noteline",
            name="invoice_line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="amendments",
                to="gstbillingapp.invoiceline",
            ),
        ),
        migrations.AddField(
            model_name="noteline",
            name="note",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="gstbillingapp.note",
            ),
        ),
        migrations.AddField(
            model_name="noteline",
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
            model_name="receipt",
            name="business",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)ss",
                to="gstbillingapp.business",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
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
            model_name="receipt",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="gstbillingapp.customer",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="receipt",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="set_offs",
                to="gstbillingapp.receipt",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("mode__in", ["bank", "upi", "cash", "cheque", "card", "other", "advance", "credit"])
                ),
                name="payment_mode_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("credit_note__isnull", True),
                        ("mode__in", ["bank", "upi", "cash", "cheque", "card", "other"]),
                        ("receipt__isnull", True),
                    ),
                    models.Q(("credit_note__isnull", True), ("mode", "advance"), ("receipt__isnull", False)),
                    models.Q(("credit_note__isnull", False), ("mode", "credit"), ("receipt__isnull", True)),
                    _connector="OR",
                ),
                name="payment_has_its_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("cgst__gte", 0), ("igst__gte", 0), ("sgst__gte", 0)),
                name="payment_taxes_not_negative",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="business",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="refunds",
                to="gstbillingapp.business",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="gstbillingapp.customer",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="note",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="gstbillingapp.note",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="receipt",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="gstbillingapp.receipt",
            ),
        ),
        migrations.AddField(
            model_name="refund",
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
            model_name="refund",
            name="reversed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["business", "-date", "-id", "kind", "state"], name="note_by_date"),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(
                fields=["business", "-financial_year", "kind", "-sequence", "-id"], name="note_by_number"
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["business", "total", "id"], name="note_by_total"),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["business", "customer", "date", "id"], name="note_by_customer"),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(
                condition=models.Q(("balance__gt", 0)),
                fields=["business", "customer", "balance"],
                name="note_with_credit",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(
                fields=("business", "financial_year", "number_key"), name="note_number_unique_in_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("customer__isnull", False),
                    ("number_key__isnull", False),
                    models.Q(("number", ""), _negated=True),
                    models.Q(("financial_year", ""), _negated=True),
                ),
                name="note_has_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["credit", "debit"]),
                    ("reason__in", ["01", "02", "03", "04", "05", "06", "07"]),
                ),
                name="note_kind_and_reason_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", False), ("state", "cancelled")),
                    models.Q(("cancelled_at__isnull", True), ("state", "issued")),
                    _connector="OR",
                ),
                name="note_cancelled_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("applied__gte", 0),
                    ("cess__gte", 0),
                    ("cgst__gte", 0),
                    ("igst__gte", 0),
                    ("refunded__gte", 0),
                    ("sgst__gte", 0),
                    ("taxable__gte", 0),
                    ("total__gte", 0),
                    ("used__gte", 0),
                ),
                name="note_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(("igst", 0), models.Q(("cgst", 0), ("sgst", 0)), _connector="OR"),
                name="note_one_kind_of_tax",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "balance__gt",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("total"), "-", models.F("applied")
                                        ),
                                        "-",
                                        models.F("used"),
                                    ),
                                    "-",
                                    models.F("refunded"),
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
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("total"), "-", models.F("applied")
                                        ),
                                        "-",
                                        models.F("used"),
                                    ),
                                    "-",
                                    models.F("refunded"),
                                ),
                                "+",
                                models.Value(Decimal("0.005")),
                            ),
                        ),
                        ("state", "issued"),
                    ),
                    models.Q(
                        ("applied", 0), ("balance", 0), ("refunded", 0), ("state", "cancelled"), ("used", 0)
                    ),
                    _connector="OR",
                ),
                name="note_balance_is_what_is_left",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "credit"),
                    models.Q(("balance", 0), ("refunded", 0), ("used", 0)),
                    _connector="OR",
                ),
                name="note_only_credit_is_left_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="noteline",
            constraint=models.UniqueConstraint(fields=("note", "position"), name="note_line_position_once"),
        ),
        migrations.AddConstraint(
            model_name="noteline",
            constraint=models.UniqueConstraint(
                fields=("note", "invoice_line"), name="note_line_of_a_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="noteline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cess__gte", 0),
                    ("cgst__gte", 0),
                    ("igst__gte", 0),
                    ("price__gte", 0),
                    ("qty__gte", 0),
                    ("rate__gte", 0),
                    ("sgst__gte", 0),
                    ("taxable__gte", 0),
                    ("total__gte", 0),
                ),
                name="note_line_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["business", "-date", "-id", "state"], name="receipt_by_date"),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["business", "customer", "date", "id"], name="receipt_by_customer"),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(
                condition=models.Q(("balance__gt", 0)),
                fields=["business", "customer", "balance"],
                name="receipt_with_balance",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("business", "financial_year", "number_key"), name="receipt_number_unique_in_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("customer__isnull", False),
                    ("number_key__isnull", False),
                    models.Q(("number", ""), _negated=True),
                    models.Q(("financial_year", ""), _negated=True),
                ),
                name="receipt_has_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["bank", "upi", "cash", "cheque", "card", "other"])),
                name="receipt_mode_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", False), ("state", "cancelled")),
                    models.Q(("cancelled_at__isnull", True), ("state", "issued")),
                    _connector="OR",
                ),
                name="receipt_cancelled_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("adjusted__gte", 0),
                    ("cgst__gte", 0),
                    ("igst__gte", 0),
                    ("rate__gte", 0),
                    ("refunded__gte", 0),
                    ("sgst__gte", 0),
                    ("taxable__gte", 0),
                    ("total__gt", 0),
                ),
                name="receipt_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_service", True),
                    models.Q(("cgst", 0), ("igst", 0), ("rate", 0), ("sgst", 0)),
                    _connector="OR",
                ),
                name="receipt_for_goods_untaxed",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("igst", 0), models.Q(("cgst", 0), ("sgst", 0)), _connector="OR"),
                name="receipt_one_kind_of_tax",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "balance__gt",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("total"), "-", models.F("adjusted")
                                    ),
                                    "-",
                                    models.F("refunded"),
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
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("total"), "-", models.F("adjusted")
                                    ),
                                    "-",
                                    models.F("refunded"),
                                ),
                                "+",
                                models.Value(Decimal("0.005")),
                            ),
                        ),
                        ("state", "issued"),
                    ),
                    models.Q(("adjusted", 0), ("balance", 0), ("refunded", 0), ("state", "cancelled")),
                    _connector="OR",
                ),
                name="receipt_balance_is_what_is_left",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["business", "customer", "date", "id"], name="refund_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                fields=("business", "financial_year", "number_key"), name="refund_number_unique_in_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("note__isnull", True), ("receipt__isnull", False)),
                    models.Q(("note__isnull", False), ("receipt__isnull", True)),
                    _connector="OR",
                ),
                name="refund_of_an_advance_or_a_note",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    ("cgst__gte", 0),
                    ("igst__gte", 0),
                    ("mode__in", ["bank", "upi", "cash", "cheque", "card", "other"]),
                    ("sgst__gte", 0),
                ),
                name="refund_above_zero",
            ),
        ),
    ]
