from django.db import migrations, models


class Migration(migrations.Migration):
    """Searches and their counts read one index of invoices and one of customers, and no rows."""

    dependencies = [("gstbillingapp", "0005_papers")]

    operations = [
        migrations.RemoveIndex(model_name="invoice", name="invoice_by_date"),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                fields=[
                    *("business", "-date", "-id", "number_key", "customer"),
                    *("state", "due_date", "balance", "paid"),
                ],
                name="invoice_by_date",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["business", "search_key"], name="customer_by_words"),
        ),
    ]
