"""Forms that have done their deed, so that each does it once."""

import secrets

from django.db import models

from gstbillingapp.models.business import Business

KEY_LENGTH = 64


def new_form_key() -> str:
    """A key that no other form has."""
    return secrets.token_hex(16)


class FormKey(models.Model):
    """A form that was posted, and how it was answered: posted again, it is answered so and does nothing.

    Written in the transaction of what the form did. Whoever posts the same form at the same moment waits for
    the row, and then finds what the first was answered.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=KEY_LENGTH)
    digest = models.CharField(max_length=64, help_text="Of the address and what was typed: SHA-256")
    url = models.CharField(max_length=300, help_text="The page that the form led to")
    said = models.TextField(blank=True, help_text="What was said there")
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "key"], name="form_key_once_in_a_business"),
        ]

    def __str__(self) -> str:
        return f"form {self.key} of business {self.business_id}"
