"""What the actions refuse of a bill, said beside the fields of its editor."""

import re
from collections.abc import Mapping, Sequence

from gstbillingapp.forms.bills import BillForm, BillLineForm
from gstbillingapp.views.invoice_messages import Errors, Problem, lower_first, shown_name, target

OF_LINE = re.compile(r"lines-(\d+)-(\w+)")


def named(errors: Mapping[str, Sequence[str]]) -> Errors:
    """The errors of an action, keyed by the editor's names."""
    found: Errors = {}
    for name, said in errors.items():
        found.setdefault("vendor" if name == "vendor_id" else shown_name(name), []).extend(said)
    return found


def summary_of(errors: Mapping[str, Sequence[str]]) -> list[Problem]:
    """The errors for a summary, each with the name of its field as the screen has it."""
    return [
        Problem(target(name), f"{label}: {message}" if label else message)
        for name, said in errors.items()
        for message in said
        for label in [_label(name)]
    ]


def _label(name: str) -> str:
    line = OF_LINE.fullmatch(name)
    if line:
        label = str(BillLineForm.base_fields[line[2]].label or "")
        return f"Line {int(line[1]) + 1}, {lower_first(label)}"
    if name in ("lines", "vendor"):
        return name.capitalize()
    known = BillForm.base_fields.get(name)
    return "" if known is None else str(known.label or "")
