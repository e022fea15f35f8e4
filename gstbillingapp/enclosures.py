"""How the delivery pipeline finds the papers that go with letters, and whom it tells what became of them."""

from django.core.exceptions import ObjectDoesNotExist

from delivery import enclosures
from delivery.enclosures import Enclosure, Enclosures, NotReady, UnavailableError
from delivery.models import Letter
from gstbillingapp import papers
from gstbillingapp.actions import announce, mailing
from gstbillingapp.models import Mailing, MailingState, PaperState
from gstbillingapp.views.printables import LOOKS_AGAIN, Printable, standing_of

GONE = "The document is there no more."


def find(letter: Letter) -> Enclosure | NotReady:
    """The paper as the document is now, asked for where it is not there.

    Raises LookupError for a kind that is unknown here: a newer version has posted the letter while it
    replaces this one. It is tried again, by when another worker may take it.
    """
    if letter.attachment_kind not in papers.PRINTABLES:
        raise LookupError("A server of an older version took it, which cannot make this document as PDF.")
    printable = _printable(letter)
    if printable is None:
        raise UnavailableError(GONE)
    standing = standing_of(printable)
    if standing.paper is not None and standing.state == PaperState.MADE:
        return Enclosure(printable.filename, "application/pdf", bytes(standing.paper.content))
    if standing.state == PaperState.FAILED:
        raise UnavailableError(standing.message)
    return NotReady(LOOKS_AGAIN)


def told(letter: Letter) -> None:
    """Keep what became of a letter with its document; whoever sent it hears where it was given up."""
    sent = mailing.told(letter)
    if sent is None:
        return
    if sent.state == MailingState.SENT:
        announce.mail_delivered(sent)
    elif sent.state == MailingState.FAILED:
        announce.mail_not_delivered(sent, *_named(sent, letter))


def _named(sent: Mailing, letter: Letter) -> tuple[str, str]:
    """What the document is called, and where its page is; of one that is gone, what it was."""
    printable = _printable(letter)
    return (printable.name, printable.page) if printable else (letter.subject, "")


def _printable(letter: Letter) -> Printable | None:
    try:
        return papers.printable_of(mailing.key_of(letter))
    except (KeyError, ValueError, ObjectDoesNotExist):
        return None


def register() -> None:
    """Tell the pipeline."""
    enclosures.register(Enclosures(find=find, told=told))
