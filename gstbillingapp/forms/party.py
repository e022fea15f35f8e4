"""The customer or the vendor of a form: picked from a list by a script, or typed where there is none."""

from typing import Any, ClassVar

from django.db.models import QuerySet

from gstbillingapp.forms.base import ScreenForm, whole_number
from gstbillingapp.likeliest import likeliest
from gstbillingapp.models import Business, Customer, Vendor

MOST_SUGGESTED = 8  # offered where a typed name fits several


class PartyForm(ScreenForm):
    """A form with fields `<party>`, an id, and `<party>_name`; `candidates` are offered to choose from."""

    party: ClassVar[str] = "customer"
    parties: ClassVar[type[Customer] | type[Vendor]] = Customer

    business: Business
    candidates: list[Any]

    def clean(self) -> dict[str, Any]:
        """Find the party by name where no script has: one match is taken, several are offered."""
        cleaned = super().clean() or {}
        choice = whole_number(self.data.get(f"{self.party}_choice", ""))
        typed = f"{self.party}_name"
        if choice is not None:
            cleaned[self.party] = choice
        elif typed in self.data:
            cleaned[self.party] = self._named(cleaned.get(self.party), cleaned.get(typed, ""))
        return cleaned

    def _named(self, picked: int | None, name: str) -> int | None:
        """The one picked, unless another name has been typed over it since."""
        if not name:
            return None
        known: QuerySet[Any] = self.parties._default_manager.filter(business=self.business)
        key = name.casefold()
        if picked is not None and known.filter(pk=picked, name_key=key).exists():
            return picked
        active = known.filter(is_archived=False).order_by("name_key", "pk")
        named = list(active.filter(name_key=key)[:MOST_SUGGESTED])
        if len(named) == 1:
            return int(named[0].pk)
        self.candidates = named or likeliest(active, name, MOST_SUGGESTED)
        self.add_error(f"{self.party}_name", self._unknown(name))
        return None

    def _unknown(self, name: str) -> str:
        if self.candidates:
            return f"Choose which {self.party} “{name}” is."
        return f"There is no {self.party} “{name}”. Choose one from the list, or add a new {self.party}."
