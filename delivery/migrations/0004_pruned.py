"""What pruning needs to find what it may remove, and alarms to be mailed once."""

from datetime import timedelta

from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def remove_in_a_month(apps, _schema_editor):
    """What was deleted before: nobody wrote down when."""
    deleted = apps.get_model("delivery", "Notification").objects.filter(is_deleted=True)
    deleted.update(remove_at=timezone.now() + timedelta(days=30))


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0003_operated"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_odd",
        ),
        migrations.AddField(
            model_name="alarm",
            name="mailing_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="notification",
            name="remove_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("state", "dead")), fields=["id"], name="delivery_dead"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "superseded")), fields=["id"], name="delivery_superseded"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "discarded")), fields=["id"], name="delivery_discarded"
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("remove_at__isnull", False)),
                fields=["remove_at"],
                name="notification_removal",
            ),
        ),
        migrations.RunPython(remove_in_a_month, migrations.RunPython.noop, elidable=True),
    ]
