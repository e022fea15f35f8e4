"""Forms that do something once, however often they are posted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from gstbillingapp.models import Business, FormKey

# A form is posted again in seconds, or from a tab that stood open over a holiday.
KEEP = timedelta(days=30)
# One that says which version of a row it changes is answered again for as long as a second click takes: gone
# back to later, it is refused where the row has changed since, and not told that it is saved.
AT_ONCE = timedelta(minutes=1)


class UsedError(ValidationError):
    """The form has done its deed, with something else typed into it."""


@dataclass(frozen=True, slots=True)
class PostedForm:
    """A form as it came in: its own key, and the digest of where it was sent with what was typed.

    `has_version` says that it changes a row and knows which state of it.
    """

    business: Business
    key: str
    digest: str
    has_version: bool = False

    def is_again(self, row: FormKey) -> bool:
        """Whether it is this very form, sent once more."""
        is_late = self.has_version and timezone.now() - row.made_at > AT_ONCE
        return row.digest == self.digest and not is_late


@dataclass(frozen=True, slots=True)
class Answer:
    """How a form that did its deed is answered: the page it leads to, and what is said there."""

    url: str
    said: str = ""


def earlier_answer(posted: PostedForm) -> Answer | None:
    """What this very form was answered before, with the same typed into it; None where it is new."""
    row = FormKey.objects.filter(business=posted.business, key=posted.key).first()
    return Answer(row.url, row.said) if row is not None and posted.is_again(row) else None


def once(posted: PostedForm, deed: Callable[[], Answer]) -> Answer:
    """Do a form's deed in a transaction with its key, or give the answer of when it was done.

    What the deed refuses leaves the key free, for the form as it is corrected. Raises UsedError where the
    form has done its deed with something else typed into it: whoever goes back to a form, changes the amount
    and sends it may mean another payment, or the first one put right. That is for them to say.
    """
    with transaction.atomic():
        # Before any lock of billing: of two at the same moment, the second waits here for the first.
        row, is_new = FormKey.objects.get_or_create(
            business=posted.business,
            key=posted.key,
            defaults={"digest": posted.digest, "made_at": timezone.now()},
        )
        if not is_new and row.digest != posted.digest:
            raise _used(row)
        if not is_new and posted.is_again(row):
            return Answer(row.url, row.said)
        answer = deed()
        row.url, row.said = answer.url, answer.said
        row.save(update_fields=["url", "said"])
    return answer


def outlived(now: datetime) -> QuerySet[FormKey]:
    """The keys of forms that nobody posts any more."""
    return FormKey.objects.filter(made_at__lt=now - KEEP)


def _used(row: FormKey) -> UsedError:
    done = f": “{row.said}”" if row.said else "."
    said = (
        f"This form was sent before, with something else in it{done} "
        "Nothing new is recorded: if this is another one, send it again."
    )
    return UsedError({NON_FIELD_ERRORS: [said]})
