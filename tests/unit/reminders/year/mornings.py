"""What is said of the business as a whole: the daily digest, and on 1 April the new year."""

from random import Random

from tests.unit.reminders.year.history import DAY, History, Key
from tests.unit.reminders.year.invoices import Invoices


class Digest:
    """What the bills of the year add up to, each morning."""

    keys = "^digest:"

    def __init__(self, invoices: Invoices) -> None:
        self.invoices = invoices

    def happen(self, history: History, random: Random) -> None:
        """It is made of what happens to the invoices."""

    def expected(self, history: History) -> set[Key]:
        said: set[Key] = set()
        for day, run in history.mornings():
            is_late = day < history.today_at(run)
            owed = any(bill.owed(run) for bill in self.invoices.bills if bill.due <= day)
            if owed and not is_late and history.stages["digest"].at(run):
                said |= history.told("digest", f"digest:{{user}}:{day}", run)
        return said


class NewYear:
    """The one morning of the year."""

    keys = "^fy:"

    def happen(self, history: History, random: Random) -> None:
        """It comes by itself."""

    def expected(self, history: History) -> set[Key]:
        said: set[Key] = set()
        for day, run in history.mornings():
            if day.month == 4 and (day - DAY).month == 3:
                year = f"{day.year}-{(day.year + 1) % 100:02}"
                said |= history.told("new_year", f"fy:{history.business.gstin}:{year}", run)
        return said
