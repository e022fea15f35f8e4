"""Phones in search keys, closed up; by itself, so that no table is kept from anybody while rows are written."""

from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Replace


def close_up_phones(apps, schema_editor):
    """Phone numbers stand in what is searched without what is between their parts, as in those stored now."""
    for name in ("Customer", "Vendor"):
        closed = F("phone")
        for sign in " ()-":
            closed = Replace(closed, Value(sign), Value(""))
        rows = apps.get_model("gstbillingapp", name)._base_manager.filter(phone__regex="[ ()-]")
        rows.update(search_key=Replace(F("search_key"), F("phone"), closed))


class Migration(migrations.Migration):
    dependencies = [("gstbillingapp", "0024_claims")]

    operations = [migrations.RunPython(close_up_phones, migrations.RunPython.noop)]
