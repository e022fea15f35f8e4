import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gstbillingapp", "0014_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="business",
            name="filing_frequency",
            field=models.CharField(
                choices=[("monthly", "Every month"), ("quarterly", "Every quarter (QRMP)")],
                db_default="monthly",
                default="monthly",
                max_length=9,
                verbose_name="GST returns",
            ),
        ),
        migrations.CreateModel(
            name="ReturnDueDate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("GSTR-1", "GSTR-1"),
                            ("IFF", "IFF"),
                            ("GSTR-3B", "GSTR-3B"),
                            ("PMT-06", "PMT-06"),
                            ("CMP-08", "CMP-08"),
                            ("GSTR-4", "GSTR-4"),
                            ("GSTR-9", "GSTR-9"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "span",
                    models.CharField(
                        choices=[("month", "Month"), ("quarter", "Quarter"), ("year", "Financial year")],
                        max_length=7,
                        verbose_name="period",
                    ),
                ),
                ("first", models.DateField(verbose_name="first day of the period")),
                (
                    "states",
                    models.CharField(
                        blank=True,
                        help_text="Codes with commas between, such as 29, 33. Empty: all states.",
                        max_length=120,
                    ),
                ),
                ("due", models.DateField(verbose_name="due date")),
                (
                    "source",
                    models.CharField(
                        help_text="The notification, such as 12/2026-CT of 9 Nov 2026.", max_length=200
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "extension",
                "ordering": ["-first", "form", "due"],
                "indexes": [models.Index(fields=["first"], name="return_due_date_by_period")],
            },
        ),
        migrations.CreateModel(
            name="ReturnFiling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("GSTR-1", "GSTR-1"),
                            ("IFF", "IFF"),
                            ("GSTR-3B", "GSTR-3B"),
                            ("PMT-06", "PMT-06"),
                            ("CMP-08", "CMP-08"),
                            ("GSTR-4", "GSTR-4"),
                            ("GSTR-9", "GSTR-9"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "span",
                    models.CharField(
                        choices=[("month", "Month"), ("quarter", "Quarter"), ("year", "Financial year")],
                        max_length=7,
                        verbose_name="period",
                    ),
                ),
                ("first", models.DateField(verbose_name="first day of the period")),
                (
                    "arn",
                    models.CharField(
                        blank=True,
                        help_text="Acknowledgement of the portal",
                        max_length=20,
                        verbose_name="ARN",
                    ),
                ),
                ("filed_on", models.DateField()),
                ("filed_at", models.DateTimeField(auto_now_add=True)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="return_filings",
                        to="gstbillingapp.business",
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business", "form", "span", "first"), name="return_filed_once"
                    )
                ],
            },
        ),
    ]
