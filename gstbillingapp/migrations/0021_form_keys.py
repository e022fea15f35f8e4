"""Forms that do something once, however often they are posted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gstbillingapp", "0020_commercial_notes")]

    operations = [
        migrations.CreateModel(
            name="FormKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                (
                    "digest",
                    models.CharField(help_text="Of the address and what was typed: SHA-256", max_length=64),
                ),
                ("url", models.CharField(help_text="The page that the form led to", max_length=300)),
                ("said", models.TextField(blank=True, help_text="What was said there")),
                ("made_at", models.DateTimeField(db_index=True)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="gstbillingapp.business",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("business", "key"), name="form_key_once_in_a_business"),
                ],
            },
        ),
    ]
