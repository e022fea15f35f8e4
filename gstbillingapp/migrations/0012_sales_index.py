from django.db import migrations, models


class Migration(migrations.Migration):
    """Sums of sales by day, customer and product read an index of invoices and one of lines, and no rows."""

    dependencies = [("gstbillingapp", "0011_purchases")]

    operations = [
        migrations.RemoveIndex(model_name="invoice", name="invoice_by_state"),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                fields=[
                    *("business", "state", "-date", "-id", "balance", "customer"),
                    *("taxable", "cgst", "sgst", "igst", "cess", "rcm"),
                ],
                name="invoice_by_state",
            ),
        ),
        migrations.AddIndex(
            model_name="invoiceline",
            index=models.Index(fields=["invoice", "product", "taxable"], name="invoice_line_sold"),
        ),
    ]
