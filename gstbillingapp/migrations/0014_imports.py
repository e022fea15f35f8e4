from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gstbillingapp", "0013_mailing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("import", "Import"), ("export", "Export")], max_length=6),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("customers", "Customers"),
                            ("products", "Products"),
                            ("opening", "Opening balances"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "Waits for its columns"),
                            ("reading", "Being read"),
                            ("checking", "Being checked"),
                            ("checked", "Waits for your decision"),
                            ("running", "Under way"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=9,
                    ),
                ),
                ("file_name", models.CharField(max_length=120)),
                ("file_type", models.CharField(help_text="csv or xlsx", max_length=4)),
                ("content", models.BinaryField(default=bytes)),
                ("columns", models.JSONField(default=dict)),
                ("update_existing", models.BooleanField(default=True)),
                (
                    "total",
                    models.PositiveIntegerField(default=0, help_text="Rows in all, as far as it is known"),
                ),
                ("done", models.PositiveIntegerField(default=0, help_text="Rows that are behind it")),
                ("added", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("wrong", models.PositiveIntegerField(default=0)),
                (
                    "day_first",
                    models.CharField(
                        blank=True, help_text="A date that could be read either way", max_length=20
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=300)),
                ("turn_at", models.DateTimeField(help_text="Jobs take turns in this order")),
                (
                    "lease_until",
                    models.DateTimeField(blank=True, help_text="While somebody is at it", null=True),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(default=0, help_text="Begun since it last came further"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
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
            ],
        ),
        migrations.CreateModel(
            name="JobPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("rows", models.JSONField(default=list)),
                ("is_done", models.BooleanField(default=False)),
                ("problems", models.JSONField(default=list)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="gstbillingapp.job",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="OpeningBalance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.CharField(blank=True, help_text="The number of the old invoice", max_length=40),
                ),
                ("amount", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14)),
                ("date", models.DateField()),
                ("due_date", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="gstbillingapp.business",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opening_balances",
                        to="gstbillingapp.customer",
                    ),
                ),
            ],
            options={
                "ordering": ["date", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["business", "-id"], name="job_by_business"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["state", "turn_at", "id"], name="job_by_state"),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("state__in", ("done", "failed", "cancelled"))),
                    models.Q(
                        models.Q(("state__in", ("done", "failed", "cancelled")), _negated=True),
                        ("ended_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="job_ended_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobpart",
            constraint=models.UniqueConstraint(fields=("job", "number"), name="job_part_once"),
        ),
        migrations.AddIndex(
            model_name="openingbalance",
            index=models.Index(fields=["business", "date", "id"], name="opening_balance_by_date"),
        ),
        migrations.AddConstraint(
            model_name="openingbalance",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="opening_balance_is_owed"
            ),
        ),
        migrations.AddConstraint(
            model_name="openingbalance",
            constraint=models.UniqueConstraint(
                fields=("customer", "reference"), name="opening_balance_once_a_reference"
            ),
        ),
    ]
