"""Which number each series begins with."""

from typing import Any

from gstbillingapp.actions.numbering import Standing
from gstbillingapp.forms.base import ScreenForm, WholeNumberField, dress


class NumberingForm(ScreenForm):
    """A field for each series; of one that is under way it is not shown, and refused with the reason."""

    def __init__(self, standings: list[Standing], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standings = standings
        for standing in standings:
            field = WholeNumberField(
                label=f"{standing.label} begin with",
                initial=standing.series.first,
                required=False,
                help_text=f"The next one is {standing.next_number}." if standing.next_number else "",
            )
            dress(field)
            self.fields[standing.name] = field

    @property
    def open_fields(self) -> list[Any]:
        """The fields of the series that may still begin elsewhere, and those that were refused."""
        return [
            self[standing.name]
            for standing in self.standings
            if not standing.series.is_begun or self[standing.name].errors
        ]
