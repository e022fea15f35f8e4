"""JSON for the GST portal: an amount is a number with two decimals, written from its digits.

A `Decimal` never becomes a float on its way: 0.1 + 0.2 is 0.30 in the file, and 12 crore keeps its paise.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from gstbillingapp.gst.money import round2


def dumps(value: Any) -> str:
    """The text of dicts, lists, strings, whole numbers and Decimals. Raises TypeError for anything else."""
    if isinstance(value, Decimal):
        return f"{round2(value):f}"
    if isinstance(value, dict):
        return f"{{{','.join(f'{json.dumps(name)}:{dumps(each)}' for name, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(dumps, value))}]"
    if isinstance(value, (str, int)):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"no place in a return for {type(value).__name__}")
