"""Makes the PDFs that are asked for: what somebody waits for first, what was made ahead when nobody does."""

import logging
from collections.abc import Callable
from importlib import import_module
from time import monotonic

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import InterfaceError, OperationalError

from gstbillingapp.actions import mailing, papers
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.models import Paper
from gstbillingapp.models.paper import (
    INVOICE,
    NOTE,
    PAYMENT_VOUCHER,
    QUOTATION,
    RECEIPT,
    REFUND,
    SELF_INVOICE,
    STATEMENT,
)
from gstbillingapp.pdf.sheet import Sheet
from gstbillingapp.views import (
    invoice_pdf,
    note_papers,
    payment_voucher_paper,
    quotation_paper,
    refund_paper,
    self_invoice_paper,
    statements,
)
from gstbillingapp.views.printables import Printable

logger = logging.getLogger(__name__)

# Seconds that one run goes on with what somebody waits for, and with what nobody does: a worker has two
# processes, and notifications to send.
LONGEST, LONGEST_AHEAD = 5.0, 0.5
# Seconds after which a process is killed over one paper that never ends; longer than a lease, so that another
# has been at it by then.
TIME_LIMIT = 30

# Every kind of paper, and what finds its document, which is one of the key's business or raises
# ObjectDoesNotExist. Another noun adds its line, and has pages, PDFs and mail.
PRINTABLES: dict[str, Callable[[PaperKey], Printable]] = {
    INVOICE: invoice_pdf.stored,
    QUOTATION: quotation_paper.stored,
    NOTE: note_papers.stored_note,
    RECEIPT: note_papers.stored_receipt,
    REFUND: refund_paper.stored,
    SELF_INVOICE: self_invoice_paper.stored,
    PAYMENT_VOUCHER: payment_voucher_paper.stored,
    STATEMENT: statements.stored,
}
# Every kind of sheet, and the module whose `draw` makes a file of it: 40 MB, which only workers load.
DRAWN_BY: dict[type, str] = {
    Sheet: "gstbillingapp.pdf.invoice",
}


def make_all() -> bool:
    """Make what is asked for, for a while; whether nothing is left to do for this run.

    What nobody waits for is left to one run at a time. In one process it is left altogether: there, a request
    would wait for it.
    """
    began = monotonic()
    while (taken := monotonic() - began) < LONGEST:
        has_time = settings.REDIS_URL is not None and taken < LONGEST_AHEAD
        paper = papers.claim(PRINTABLES, ahead=has_time and not papers.is_somebody_at_it())
        if paper is None:
            papers.remove_old()
            return taken < LONGEST_AHEAD
        make(paper)
    return False


def make(paper: Paper) -> None:
    """Make one, from what its document says now."""
    try:
        digest, content = drawn(paper)
    except (OperationalError, InterfaceError):
        raise  # the database is away, which is nobody's fault: when the lease has ended, it is tried again
    except ObjectDoesNotExist:
        papers.gone(paper)
    except Exception as error:
        # Whatever is wrong with one document, the next one is made; and whoever waits is told.
        logger.exception("the PDF of %s %s was not made", paper.kind, paper.object_id)
        papers.failed(paper, f"{type(error).__name__}: {error}")
    else:
        papers.made(paper, digest, content)
        mailing.paper_is_made(key_of(paper))


def drawn(paper: Paper) -> tuple[str, bytes]:
    """The digest of what a document says now, and the file that says it."""
    sheet = printable_of(key_of(paper)).sheet()
    content: bytes = import_module(DRAWN_BY[type(sheet)]).draw(sheet, settings.PAPER_FONTS)
    return sheet.digest(), content


def key_of(paper: Paper) -> PaperKey:
    """Which document a paper is of."""
    return PaperKey(paper.business_id, paper.kind, paper.object_id, paper.variant)


def printable_of(key: PaperKey) -> Printable:
    """The document that a paper is of; ObjectDoesNotExist where the business has no such one."""
    return PRINTABLES[key.kind](key)


def load_drawers() -> None:
    """Load what draws, before anybody waits for it."""
    for module in DRAWN_BY.values():
        import_module(module)
