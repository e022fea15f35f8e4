"""Makes the PDFs that are asked for: what somebody waits for first, what was made ahead when nobody does."""

import logging
from time import monotonic

from django.conf import settings
from django.db import InterfaceError, OperationalError

from gstbillingapp.actions import papers
from gstbillingapp.models import Invoice, Paper
from gstbillingapp.views.invoice_sheet import sheet_of

logger = logging.getLogger(__name__)

# Seconds that one run goes on with what somebody waits for, and with what nobody does: a worker has two
# processes, and notifications to send.
LONGEST, LONGEST_AHEAD = 5.0, 0.5
# Seconds after which a process is killed over one paper that never ends; longer than a lease, so that another
# has been at it by then.
TIME_LIMIT = 30


def make_all() -> bool:
    """Make what is asked for, for a while; whether nothing is left to do for this run.

    What nobody waits for is left to one run at a time. In one process it is left altogether: there, a request
    would wait for it.
    """
    began = monotonic()
    while (taken := monotonic() - began) < LONGEST:
        has_time = settings.REDIS_URL is not None and taken < LONGEST_AHEAD
        paper = papers.claim(ahead=has_time and not papers.is_somebody_at_it())
        if paper is None:
            papers.remove_old()
            return taken < LONGEST_AHEAD
        make(paper)
    return False


def make(paper: Paper) -> None:
    """Make one, from what its invoice says now."""
    try:
        invoice = Invoice.objects.select_related("business", "customer").get(pk=paper.invoice_id)
        digest, content = drawn(invoice)
    except (OperationalError, InterfaceError):
        raise  # the database is away, which is nobody's fault: when the lease has ended, it is tried again
    except Exception as error:
        # Whatever is wrong with one invoice, the next one is made; and whoever waits is told.
        logger.exception("the PDF of invoice %s was not made", paper.invoice_id)
        papers.failed(paper, f"{type(error).__name__}: {error}")
    else:
        papers.made(paper, digest, content)


def drawn(invoice: Invoice) -> tuple[str, bytes]:
    """The digest of what an invoice says now, and the file that says it."""
    from gstbillingapp.pdf.invoice import draw  # not in web processes: it brings 40 MB

    sheet = sheet_of(invoice)
    return sheet.digest(), draw(sheet, settings.PAPER_FONTS)
