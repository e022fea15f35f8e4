import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Invoices share their fields with other papers; nothing changes in the database."""

    dependencies = [("gstbillingapp", "0006_list_indexes")]

    operations = [
        migrations.AlterField(
            model_name="invoice",
            name="business",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)ss",
                to="gstbillingapp.business",
            ),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="gstbillingapp.customer",
            ),
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="product",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="gstbillingapp.product",
            ),
        ),
    ]
