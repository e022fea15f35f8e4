"""Papers that were sent by e-mail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gstbillingapp", "0012_sales_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Mailing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.BigIntegerField()),
                ("variant", models.CharField(blank=True, max_length=60)),
                ("letter_id", models.BigIntegerField(unique=True)),
                ("to", models.CharField(max_length=254)),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "On its way"),
                            ("sent", "Sent"),
                            ("failed", "Not delivered"),
                            ("called off", "Called off"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    models.CharField(blank=True, help_text="Why it was not delivered", max_length=1000),
                ),
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
            options={
                "indexes": [
                    models.Index(fields=["business", "kind", "object_id", "id"], name="mailing_of_document"),
                    models.Index(fields=["business", "asked_at"], name="mailing_by_day"),
                ],
            },
        ),
    ]
