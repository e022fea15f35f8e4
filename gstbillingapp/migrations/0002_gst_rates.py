"""The slabs of GST since its first day, with those of 22 September 2025 (56th council)."""

import datetime
from decimal import Decimal

from django.db import migrations

FIRST_DAY = datetime.date(2017, 7, 1)
LAST_OLD_DAY = datetime.date(2025, 9, 21)
NEW_DAY = datetime.date(2025, 9, 22)
TOBACCO_END = datetime.date(2026, 1, 31)

ROWS = [
    ("0", FIRST_DAY, None, ""),
    ("0.1", FIRST_DAY, None, "Supplies to merchant exporters"),
    ("0.25", FIRST_DAY, None, "Rough precious stones"),
    ("1", FIRST_DAY, LAST_OLD_DAY, ""),
    ("1.5", FIRST_DAY, None, "Cut and polished diamonds, job work"),
    ("3", FIRST_DAY, None, "Gold, silver, jewellery"),
    ("5", FIRST_DAY, None, ""),
    ("6", FIRST_DAY, LAST_OLD_DAY, "Bricks without input tax credit"),
    ("7.5", FIRST_DAY, LAST_OLD_DAY, ""),
    ("12", FIRST_DAY, LAST_OLD_DAY, ""),
    ("12", NEW_DAY, None, "Bricks and tiles only"),
    ("18", FIRST_DAY, None, ""),
    ("28", FIRST_DAY, LAST_OLD_DAY, ""),
    ("28", NEW_DAY, TOBACCO_END, "Tobacco and pan masala only"),
    ("40", NEW_DAY, None, ""),
]


def add_rates(apps, schema_editor):
    rate_model = apps.get_model("gstbillingapp", "GstRate")
    rate_model.objects.using(schema_editor.connection.alias).bulk_create(
        rate_model(rate=Decimal(rate), valid_from=begins, valid_until=ends, note=note)
        for rate, begins, ends, note in ROWS
    )


def remove_rates(apps, schema_editor):
    apps.get_model("gstbillingapp", "GstRate").objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("gstbillingapp", "0001_billing")]
    operations = [migrations.RunPython(add_rates, remove_rates)]
