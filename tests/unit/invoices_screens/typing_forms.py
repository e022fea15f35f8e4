"""What a person types into the editor, as a browser posts it."""

from gstbillingapp.models import Customer
from gstbillingapp.models.fields import today

LAMP = {"description": "LED lamp", "hsn": "8539", "qty": "2", "price": "100", "rate": "18"}


def typed(customer: Customer | None, *lines: dict[str, str], **fields: str) -> dict[str, str]:
    """The whole form; one line of two lamps where no line is given."""
    rows = lines or (LAMP,)
    posted = {
        "customer": str(customer.pk) if customer else "",
        "customer_name": customer.name if customer else "",
        "date": today().isoformat(),
        "due_date": today().isoformat(),
        "round_off": "on",
        "lines-TOTAL_FORMS": str(len(rows)),
        "lines-INITIAL_FORMS": "0",
        "do": "save",
    }
    for place, row in enumerate(rows):
        posted |= {f"lines-{place}-{name}": value for name, value in row.items()}
    return posted | fields
