"""People, and what stands on a PDF."""

import io
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from PIL.Image import Image
from pypdf import PdfReader

from gstbillingapp.actions.data import LineData
from gstbillingapp.models import Invoice
from gstbillingapp.pdf.invoice import draw
from gstbillingapp.pdf.sheet import Sheet
from gstbillingapp.views.invoice_sheet import sheet_of
from tests.factories import line
from tests.unit.invoices_screens.conftest import owner, stranger, teammate  # noqa: F401


class Printed:
    """A PDF as its reader has it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.reader = PdfReader(io.BytesIO(content))

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page, blanks as one."""
        return [" ".join(page.extract_text().split()) for page in self.reader.pages]

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(self.pages)

    def image(self, page: int = 0, scale: float = 3.0) -> Image:
        """A page as it looks."""
        picture: Image = pypdfium2.PdfDocument(self.content)[page].render(scale=scale).to_pil()
        return picture

    def codes(self) -> list[str]:
        """What a phone reads off the last page."""
        return [code.text for code in zxingcpp.read_barcodes(self.image(len(self.reader.pages) - 1))]

    def boxes(self, page: int) -> list[tuple[float, float, float, float, str]]:
        """Where each run of letters without a gap stands: left, bottom, right, top, and the letters."""
        text = pypdfium2.PdfDocument(self.content)[page].get_textpage()
        found = []
        for index in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(index)
            found.append((left, bottom, right, top, text.get_text_bounded(left, bottom, right, top)))
        return found


def printed(invoice: Invoice) -> Printed:
    """The PDF of a stored invoice, drawn now."""
    stored = Invoice.objects.select_related("business", "customer").get(pk=invoice.pk)
    return drawn(sheet_of(stored))


def drawn(sheet: Sheet) -> Printed:
    return Printed(draw(sheet, settings.PAPER_FONTS))


def many(count: int, **terms: Any) -> list[LineData]:
    """So many lines, each told from the others by its number."""
    return [
        line(description=f"LED lamp {place}", qty=Decimal(place), **terms) for place in range(1, count + 1)
    ]


def overlaps(printed: Printed, page: int = 0, slack: float = 0.6) -> list[tuple[str, str]]:
    """Letters that stand upon others; not the mark, which lies below everything."""
    boxes = sorted(box for box in printed.boxes(page) if box[4].strip() and box[3] - box[1] < 30)
    return [
        (one[4], other[4])
        for place, one in enumerate(boxes)
        for other in boxes[place + 1 :]
        if other[0] < one[2] - slack and min(one[3], other[3]) - max(one[1], other[1]) > slack
    ]


@pytest.fixture
def in_order() -> Any:
    """Whether words come one after the other."""

    def check(text: str, *words: str) -> bool:
        places = [text.find(word) for word in words]
        return -1 not in places and all(before < after for before, after in pairwise(places))

    return check
