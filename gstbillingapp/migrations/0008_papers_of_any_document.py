"""PDFs of any document: by kind, id and variant instead of by invoice.

The new rows have a table of their own, so that what runs of the release before goes on with its own while
processes are exchanged. That table is emptied, as every PDF in it is made again in a moment, and nothing refers
from it any more, so that what a row of it was about can be deleted. A later release drops it.
"""

import django.db.models.deletion
from django.db import migrations, models


def forget(apps, schema_editor):
    """Remove what was made; it is made again when somebody asks for it."""
    apps.get_model("gstbillingapp", "Paper").objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("gstbillingapp", "0007_documents"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="paper",
            name="invoice",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pdf",
                to="gstbillingapp.invoice",
            ),
        ),
        migrations.AlterField(
            model_name="paper",
            name="business",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="gstbillingapp.business",
            ),
        ),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Paper")]),
        migrations.CreateModel(
            name="Paper",
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
            ],
            options={
                "db_table": "gstbillingapp_documentpaper",
                "indexes": [models.Index(fields=["state", "ahead", "asked_at", "id"], name="paper_in_turn")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business", "kind", "object_id", "variant"), name="paper_once_a_document"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("made_at__isnull", False), ("state", "made")),
                            models.Q(("state", "made"), _negated=True),
                            _connector="OR",
                        ),
                        name="paper_made_has_its_time",
                    ),
                ],
            },
        ),
    ]
