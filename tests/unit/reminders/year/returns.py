"""GST returns of a monthly filer: filed, or late; and the last day for the credit notes of a year."""

import datetime
from collections.abc import Iterator
from random import Random

from gstbillingapp.actions import returns
from gstbillingapp.gst.returns import Form, Period
from gstbillingapp.models.fields import INDIA
from tests.unit.reminders.year.history import DAY, History, Key

STAGES = (-7, -3, -1, 0, 1)
DUE_ON = {"GSTR-1": 11, "GSTR-3B": 20}  # of the month after
Duty = tuple[str, str, datetime.date]  # form, period as MMYYYY, due date


class Returns:
    """What is filed in a year."""

    keys = "^gst:[^:]+:GSTR"

    def __init__(self) -> None:
        self.filed: dict[tuple[str, str], datetime.datetime] = {}

    def happen(self, history: History, random: Random) -> None:
        if random.random() < 0.96:
            return
        month = (history.now.astimezone(INDIA).date().replace(day=1) - DAY).replace(day=1)
        form = random.choice([Form.GSTR_1, Form.GSTR_3B])
        if (str(form), f"{month:%m%Y}") not in self.filed:
            returns.file(history.business, None, form, Period.month(month.year, month.month))
            self.filed[str(form), f"{month:%m%Y}"] = history.now

    def expected(self, history: History) -> set[Key]:
        said: set[Key] = set()
        began_in = history.today_at(history.runs[0]).replace(day=1)
        for day, run in history.mornings():
            for duty in duties(day, began_in):
                said |= self._said(history, duty, day, run)
        return said

    def _said(self, history: History, duty: Duty, day: datetime.date, run: datetime.datetime) -> set[Key]:
        form, period, due = duty
        stage = (day - due).days
        if stage not in STAGES or ((form, period) in self.filed and self.filed[form, period] <= run):
            return set()
        if any(later > stage and due + later * DAY <= history.today_at(run) for later in STAGES):
            return set()
        word = "late" if stage > 0 else str(-stage)
        key = f"gst:{history.business.gstin}:{form}:{period}:{word}:{due}"
        return history.told("return_due", key, run)


def duties(day: datetime.date, began_in: datetime.date) -> Iterator[Duty]:
    """What falls due in the month of that day and the next; and the annual return, on 31 December.

    `began_in` is the first day of the month in which the business began: it owes nothing of earlier ones.
    """
    first = day.replace(day=1)
    for begin in (first, (first + 32 * DAY).replace(day=1)):
        for form, number in DUE_ON.items():
            if begin > began_in:
                yield form, f"{begin - DAY:%m%Y}", begin.replace(day=number)
    for year in (day.year - 1, day.year):
        yield "GSTR-9", f"03{year}", datetime.date(year, 12, 31)


class CutOff:
    """30 November: the notes of the financial year before, where anything was billed in it."""

    keys = "^gst:[^:]+:s34:"

    def happen(self, history: History, random: Random) -> None:
        """It comes by itself."""

    def expected(self, history: History) -> set[Key]:
        said: set[Key] = set()
        for day, run in history.mornings():
            last = datetime.date(day.year, 11, 30)
            left = (last - day).days
            is_overtaken = left == 30 and history.today_at(run) >= last - 7 * DAY
            if left in (30, 7) and not is_overtaken:
                year = f"{day.year - 1}-{day.year % 100:02}"
                key = f"gst:{history.business.gstin}:s34:{year}:{left}"
                said |= history.told("note_cut_off", key, run)
        return said
