"""How far the periodic deeds of each business have come."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gstbillingapp", "0003_payment_reversed_by"),
    ]

    operations = [
        migrations.CreateModel(
            name="PeriodicDeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20)),
                ("day", models.DateField()),
                (
                    "after",
                    models.BigIntegerField(
                        default=0, help_text="The last key done of the next day, 0 for none."
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="periodic_deeds",
                        to="gstbillingapp.business",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business", "name"), name="periodic_deed_once_per_business"
                    ),
                ],
                "indexes": [models.Index(fields=["name", "day"], name="periodic_deed_by_day")],
            },
        ),
    ]
