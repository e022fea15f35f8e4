from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def keep_series_apart(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Whoever numbers invoices by QTN gets another prefix for quotations: a series is of one of them."""
    business = apps.get_model("gstbillingapp", "Business")
    business.objects.filter(invoice_prefix__iexact="QTN").update(quotation_prefix="QUO")


class Migration(migrations.Migration):
    """Quotations, the prefix of their numbers, and deemed exports."""

    dependencies = [
        ("gstbillingapp", "0015_returns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="business",
            name="quotation_prefix",
            field=models.CharField(db_default="QTN", default="QTN", max_length=5),
        ),
        migrations.RunPython(keep_series_apart, migrations.RunPython.noop),
        migrations.AddField(
            model_name="invoice",
            name="deemed_export",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="note",
            name="deemed_export",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="receipt",
            name="deemed_export",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="Quotation",
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
                ("deemed_export", models.BooleanField(db_default=False, default=False)),
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
                        choices=[
                            ("draft", "Draft"),
                            ("sent", "Sent"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("expired", "Expired"),
                            ("converted", "Converted"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("valid_until", models.DateField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, help_text="Approved or declined", null=True)),
                ("decline_reason", models.CharField(blank=True, max_length=200)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="gstbillingapp.business",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="gstbillingapp.customer",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invoice",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="quotation",
                        to="gstbillingapp.invoice",
                    ),
                ),
                (
                    "revises",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="revisions",
                        to="gstbillingapp.quotation",
                    ),
                ),
                (
                    "sent_by",
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
        migrations.CreateModel(
            name="QuotationLine",
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
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="gstbillingapp.product",
                    ),
                ),
                (
                    "quotation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="gstbillingapp.quotation",
                    ),
                ),
            ],
            options={
                "ordering": ["quotation", "position"],
            },
        ),
        migrations.AddIndex(
            model_name="quotation",
            index=models.Index(
                fields=["business", "-date", "-id", "number_key", "customer", "state", "valid_until"],
                name="quotation_by_date",
            ),
        ),
        migrations.AddIndex(
            model_name="quotation",
            index=models.Index(
                fields=["business", "-financial_year", "-sequence", "-id"], name="quotation_by_number"
            ),
        ),
        migrations.AddIndex(
            model_name="quotation",
            index=models.Index(
                fields=["business", "valid_until", "id", "state"], name="quotation_by_last_day"
            ),
        ),
        migrations.AddIndex(
            model_name="quotation",
            index=models.Index(fields=["business", "total", "id"], name="quotation_by_total"),
        ),
        migrations.AddIndex(
            model_name="quotation",
            index=models.Index(fields=["business", "customer", "-date", "-id"], name="quotation_by_customer"),
        ),
        migrations.AddIndex(
            model_name="quotation",
            index=models.Index(
                condition=models.Q(("state", "sent")),
                fields=["business", "id", "valid_until"],
                name="quotation_awaited",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotation",
            constraint=models.UniqueConstraint(
                fields=("business", "financial_year", "number_key"), name="quotation_number_unique_in_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="quotation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("number", ""),
                        ("number_key__isnull", True),
                        ("sent_at__isnull", True),
                        ("state", "draft"),
                    ),
                    models.Q(
                        models.Q(("state", "draft"), _negated=True),
                        ("customer__isnull", False),
                        ("number_key__isnull", False),
                        ("sent_at__isnull", False),
                        models.Q(("number", ""), _negated=True),
                        models.Q(("financial_year", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="quotation_has_number_once_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", False), ("state__in", ["approved", "declined"])),
                    ("state", "converted"),
                    models.Q(("decided_at__isnull", True), ("state__in", ["draft", "sent", "expired"])),
                    _connector="OR",
                ),
                name="quotation_decided_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "declined"), ("decline_reason", ""), _connector="OR"),
                name="quotation_reason_only_if_declined",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("invoice__isnull", False), ("state", "converted")),
                    models.Q(models.Q(("state", "converted"), _negated=True), ("invoice__isnull", True)),
                    _connector="OR",
                ),
                name="quotation_converted_has_invoice",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotation",
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
                name="quotation_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotation",
            constraint=models.CheckConstraint(
                condition=models.Q(("igst", 0), models.Q(("cgst", 0), ("sgst", 0)), _connector="OR"),
                name="quotation_one_kind_of_tax",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotation",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("date"))),
                name="quotation_valid_from_its_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotationline",
            constraint=models.UniqueConstraint(
                fields=("quotation", "position"), name="quotation_line_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="quotationline",
            constraint=models.CheckConstraint(
                condition=models.Q(("qty__gt", 0)), name="quotation_line_qty_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="quotationline",
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
                name="quotation_line_terms_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotationline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cess__gte", 0),
                    ("cgst__gte", 0),
                    ("igst__gte", 0),
                    ("sgst__gte", 0),
                    ("taxable__gte", 0),
                    ("total__gte", 0),
                ),
                name="quotation_line_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotationline",
            constraint=models.CheckConstraint(
                condition=models.Q(("supply", "taxable"), ("rate", 0), _connector="OR"),
                name="quotation_line_untaxed_has_no_rate",
            ),
        ),
    ]
