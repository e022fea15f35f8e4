"""What the actions refuse and advise, said beside the fields of the editor."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol, TypeVar

from django.contrib import messages as notices
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from gstbillingapp.actions.advice import Advice
from gstbillingapp.actions.invoices import Preview
from gstbillingapp.forms.invoices import InvoiceForm, LineForm
from gstbillingapp.models import Invoice
from gstbillingapp.models.document import Document
from gstbillingapp.models.fields import day_text
from gstbillingapp.templatetags.billing import money

# Where the editor has one field for several of the action's, or another name for it.
FIELDS = {"customer_id": "customer", "product_id": "description", "supply": "rate"}
FIELDS |= {"disc_pct": "discount", "disc_amt": "discount", "is_service": "hsn"}
# Advice that is a refusal once the document gets its number; the editor shows it then, beside the field.
NEEDED_TO_ISSUE = ("customer_missing", "lines_missing", "date_ahead", "validity_over")
UNSAID_WHILE_TYPING = ("customer_missing", "lines_missing")
_OF_LINE = re.compile(r"lines-(\d+)-(\w+)")

Errors = dict[str, list[str]]


class HasPage(Protocol):
    """Something with a page of its own."""

    def get_absolute_url(self) -> str: ...


Judged = TypeVar("Judged", bound=HasPage)


@dataclass(frozen=True, slots=True)
class Problem:
    """A message with the field it is about; `url` where that is on another page.

    `more` says what else would mend it, at `more_url`.
    """

    field: str
    message: str
    url: str = ""
    more: str = ""
    more_url: str = ""

    def as_json(self) -> dict[str, str]:
        """As the editor's script reads it."""
        return asdict(self)


def shown_name(name: str) -> str:
    """The editor's name of an action's field: `lines-2-disc_pct` is shown at `lines-2-discount`."""
    line = _OF_LINE.fullmatch(name)
    if line:
        return f"lines-{line[1]}-{FIELDS.get(line[2], line[2])}"
    return FIELDS.get(name, name)


def shown(errors: Mapping[str, Sequence[str]]) -> Errors:
    """The errors of an action, keyed by the editor's names."""
    found: Errors = {}
    for name, messages in errors.items():
        found.setdefault(shown_name(name), []).extend(messages)
    return found


def labelled(errors: Mapping[str, Sequence[str]], form: type[InvoiceForm] = InvoiceForm) -> list[Problem]:
    """The errors for a summary, each with the name of its field as the screen has it."""
    return [
        Problem(target(name), f"{label}: {message}" if (label := label_of(name, form)) else message)
        for name, messages in shown(errors).items()
        for message in messages
    ]


def label_of(name: str, form: type[InvoiceForm] = InvoiceForm) -> str:
    """What the screen calls a field: `Line 3, quantity`. Empty for what belongs to no field."""
    line = _OF_LINE.fullmatch(name)
    if line:
        label = str(LineForm.base_fields[line[2]].label or "")
        return f"Line {int(line[1]) + 1}, {lower_first(label)}"
    if name == "lines":
        return "Lines"
    if name == "customer":
        return "Customer"
    known = form.base_fields.get(name)
    return "" if known is None or name == NON_FIELD_ERRORS else str(known.label or "")


def warnings_of(preview: Preview) -> list[Problem]:
    """What is worth a look before issuing."""
    return [_problem(advice) for advice in preview.warnings if advice.code not in UNSAID_WHILE_TYPING]


def missing_of(preview: Preview, form: type[InvoiceForm] = InvoiceForm) -> list[Problem]:
    """What keeps the document from getting its number."""
    return labelled(preview.errors | missing_errors(preview), form)


def missing_errors(preview: Preview) -> Errors:
    """What may stay out of a draft but not out of an invoice, by field."""
    found: Errors = {}
    for advice in preview.warnings:
        if advice.code in NEEDED_TO_ISSUE:
            found.setdefault(shown_name(advice.field), []).append(advice.message)
    return found


def issued_message(invoice: Invoice) -> str:
    """What is said when an invoice has its number."""
    return (
        f"Invoice {invoice.number} issued to {invoice.party}. "
        f"{money(invoice.total)} due {day_text(invoice.due_date)}."
    )


def saved_message(draft: Document, preview: Preview, next_step: str) -> str:
    """What is said when a draft is stored, with what it still needs."""
    missing = [message for messages in missing_errors(preview).values() for message in messages]
    saved = f"Draft{f' for {draft.party}' if draft.party else ''} saved."
    return " ".join([saved, *(missing or [next_step])])


def reason_against(judge: Callable[[], None]) -> str:
    """Why a deed is refused, in words; empty where nothing stands against it."""
    try:
        judge()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def turned_away(request: HttpRequest, judged: Judged, judge: Callable[[Judged], None]) -> HttpResponse | None:
    """Back to its page with the reason, where no form could help a deed along; None where it is open."""
    try:
        judge(judged)
    except ValidationError as error:
        notices.info(request, " ".join(error.messages))
        return redirect(judged)
    return None


def _problem(advice: Advice) -> Problem:
    if advice.field == "business":
        return Problem("", advice.message, reverse("business"))
    line = _OF_LINE.fullmatch(advice.field)
    place = f"Line {int(line[1]) + 1}: " if line else ""
    problem = Problem(target(shown_name(advice.field)), place + advice.message)
    if advice.product is None:
        return problem
    edit = f"{reverse('product_edit', args=[advice.product.pk])}#id_hsn"
    return replace(problem, more="Add it to the product", more_url=edit)


def target(name: str) -> str:
    """The field to go to; the lines as a whole begin at the first."""
    return {"lines": "lines-0-description", NON_FIELD_ERRORS: ""}.get(name, name)


def lower_first(text: str) -> str:
    """As in the middle of a sentence; GSTIN stays as it is."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
