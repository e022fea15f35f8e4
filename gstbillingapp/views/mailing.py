"""Any paper by e-mail: the form that sends it, and what its document's timeline says of it.

A noun whose papers can be sent adds three things, as `views/invoice_mail.py` does for invoices:

- `mail` in its `Printable`: the address of its form, under an address of its own;
- a view of three lines, which decides who may see the document and hands a `Mailable` to `send`;
- `*mail_events(printable)` among the events of its timeline, where its page has one.

Where a document stops being what was sent off, as when it is cancelled, its action calls
`actions.mailing.call_off`. `gstbillingapp.papers.PRINTABLES` has to know the noun: there the worker finds
what goes with the letter.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from delivery import letters
from delivery.models import DeliveryState, Letter
from gstbillingapp import limits
from gstbillingapp.access import MemberRequest
from gstbillingapp.actions import mailing
from gstbillingapp.actions.checks import refusal
from gstbillingapp.forms.base import whole_number
from gstbillingapp.forms.mailing import MailForm
from gstbillingapp.models import Mailing, MailingState
from gstbillingapp.views.errors import minutes
from gstbillingapp.views.events import Event
from gstbillingapp.views.printables import Printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailable:
    """A document that can be sent by e-mail, and what its letter says unless somebody writes otherwise."""

    printable: Printable
    to: str  # whom it goes to, as far as that is known
    party: str  # what they are called
    subject: str
    message: str


def send(request: MemberRequest, mailable: Mailable) -> HttpResponse:
    """The form, and its sending. With `again`, it goes to the address of a letter that did not arrive."""
    printable, wait = mailable.printable, 0
    form = MailForm(request.POST) if request.method == "POST" else _blank(request, mailable)
    if request.method == "POST" and form.is_valid():
        wait = limits.wait_for_letter(request)
        sent = form.attempt(lambda: _sent(request, printable, form, wait))
        if sent is not None:
            messages.success(request, f"{printable.name} is on its way to {sent.to}.")
            return redirect(printable.page)
    context = {
        "printable": printable,
        "mailable": mailable,
        "form": form,
        "answers_to": mailing.answers_to(request.business, request.user),
        "is_set_up": letters.is_set_up(),
        "not_set_up": mailing.NOT_SET_UP,
    }
    response = render(request, "papers/mail.html", context, status=429 if wait else 200)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def _sent(request: MemberRequest, printable: Printable, form: MailForm, wait: int) -> Mailing:
    """Send it, unless this person has sent so many; what was typed is kept either way."""
    if wait:
        raise refusal(
            f"You have sent {limits.ALLOWED_LETTERS} e-mails within an hour. "
            f"Send this one in {minutes(wait)} minutes."
        )
    return mailing.send(request.business, request.user, printable.key, form.mail_data())


def mail_events(printable: Printable) -> Iterator[Event]:
    """What became of each letter that a document was sent with."""
    key = printable.key
    rows = Mailing.objects.filter(business=key.business_id, kind=key.kind, object_id=key.object_id)
    found = list(rows.select_related("sent_by").order_by("pk"))
    waiting = [row.letter_id for row in found if row.state == MailingState.QUEUED]
    kept = {letter.pk: letter for letter in Letter.objects.filter(pk__in=waiting)} if waiting else {}
    for row in found:
        yield _event(row, kept.get(row.letter_id), printable)


def _event(row: Mailing, letter: Letter | None, printable: Printable) -> Event:
    at, by = row.settled_at or row.asked_at, name_of(row.sent_by)
    if row.state == MailingState.SENT:
        return Event(at, f"Sent to {row.to} by e-mail", "bi-envelope-check", "success", by=by)
    if row.state == MailingState.CALLED_OFF:
        return Event(at, f"Not sent to {row.to}: it was called off", "bi-envelope-dash", by=by)
    if row.state == MailingState.FAILED:
        return Event(
            at,
            f"Not delivered to {row.to}",
            "bi-envelope-x",
            "danger",
            note=row.reason,
            by=by,
            again=f"{printable.mail}?again={row.pk}",
        )
    return Event(at, f"On its way to {row.to}", "bi-envelope", "info", _progress(letter), by, waits=True)


def _progress(letter: Letter | None) -> str:
    """Why a letter is not there yet, where there is a reason to be told."""
    if letter is None or letter.state != DeliveryState.WAITING or not letter.last_error or not letter.due_at:
        return ""
    due = timezone.localtime(letter.due_at)
    return f"Not taken yet: {letter.last_error}. It is tried again at {due:%H:%M}."


def name_of(user: User | None) -> str:
    """What a person is called; empty for nobody."""
    return (user.get_full_name() or user.get_username()) if user else ""


def _blank(request: MemberRequest, mailable: Mailable) -> MailForm:
    key, again = mailable.printable.key, whole_number(request.GET.get("again", ""))
    earlier = Mailing.objects.filter(business=request.business, kind=key.kind, object_id=key.object_id)
    failed = earlier.filter(pk=again).first() if again is not None else None
    return MailForm.blank(failed.to if failed else mailable.to, mailable.subject, mailable.message)
