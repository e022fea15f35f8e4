"""PDFs of invoices: asked for, made, failed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gstbillingapp", "0004_periodic_deed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Paper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Asked for"), ("made", "Made"), ("failed", "Failed")],
                        default="asked",
                        max_length=6,
                    ),
                ),
                ("ahead", models.BooleanField(default=False, help_text="Nobody waits for it yet")),
                ("asked_at", models.DateTimeField()),
                (
                    "lease_until",
                    models.DateTimeField(blank=True, help_text="While it is being made", null=True),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("content", models.BinaryField(default=bytes)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=200)),
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
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pdf",
                        to="gstbillingapp.invoice",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "ahead", "asked_at", "id"], name="paper_by_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("made_at__isnull", False), ("state", "made")),
                            models.Q(("state", "made"), _negated=True),
                            _connector="OR",
                        ),
                        name="paper_made_has_time",
                    )
                ],
            },
        ),
    ]
