"""The PDF of a document: asked for, made, failed. The row is the job, and a lost wake-up only delays it."""

import datetime
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from delivery import handoff
from gstbillingapp.models import Paper, PaperState

TASK = "gstbillingapp.paper"
# How long one who makes it holds a row, by the database's clock. 200 lines take a third of a second, in every
# script of India two.
LEASE = datetime.timedelta(seconds=10)
# A row that was given up in the middle so often kills whoever makes it.
ATTEMPTS = 3
CRASHED = "It was tried three times, and nobody came to the end of it."
# Papers are looked for in the first days, and made again in a moment; a business that issues a thousand
# invoices a month keeps some 8 MB of them.
KEEP = datetime.timedelta(days=7)
CHUNK = 100  # rows one run removes, the work of some milliseconds


class PaperKey(NamedTuple):
    """Which paper it is: of which document of which business, and which of its papers."""

    business_id: int
    kind: str
    object_id: int
    variant: str = ""

    def rows(self) -> "QuerySet[Paper]":
        """Its row, where there is one."""
        return Paper.objects.filter(**self._asdict())


def ask_ahead(key: PaperKey) -> None:
    """Have it made before anybody asks, once the transaction that the document comes from has committed."""
    row = Paper(**key._asdict(), ahead=True, asked_at=timezone.now())
    # One that is there already is compared with the document by whoever looks at it.
    Paper.objects.bulk_create([row], ignore_conflicts=True)
    handoff.wake_task_on_commit(TASK)


def ask(key: PaperKey) -> None:
    """Have it made now, as somebody waits. Returns at once; in one process, when it is made."""
    rows = key.rows()
    rows.exclude(state=PaperState.ASKED).update(
        state=PaperState.ASKED,
        ahead=False,
        asked_at=timezone.now(),
        lease_until=None,
        attempts=0,
        error="",
    )
    rows.filter(state=PaperState.ASKED, ahead=True).update(ahead=False)
    if not rows.exists():
        row = Paper(**key._asdict(), asked_at=timezone.now())
        Paper.objects.bulk_create([row], ignore_conflicts=True)  # another tab may have asked just now
    if rows.filter(_free()).exists():
        handoff.wake_task(TASK)


def before(paper: Paper) -> int:
    """How many that others wait for are made before it."""
    asked = Paper.objects.filter(state=PaperState.ASKED, ahead=False)
    return asked.filter(Q(asked_at__lt=paper.asked_at) | Q(asked_at=paper.asked_at, pk__lt=paper.pk)).count()


def claim(kinds: Collection[str], *, ahead: bool) -> Paper | None:
    """The next one of these kinds to make, held for a while; made ahead, where asked for, once nobody waits.

    Those of other kinds are left to workers who know them: of a newer version, while it replaces this one.
    """
    free = Paper.objects.filter(_free(), state=PaperState.ASKED)
    free.filter(attempts__gte=ATTEMPTS).update(state=PaperState.FAILED, error=CRASHED)
    known = free.filter(kind__in=list(kinds))
    wanted = known if ahead else known.filter(ahead=False)
    for paper in wanted.defer("content").order_by("ahead", "asked_at", "pk")[:5]:
        if free.filter(pk=paper.pk).update(lease_until=Now() + LEASE, attempts=F("attempts") + 1):
            return paper
    return None


def is_somebody_at_it() -> bool:
    """Whether one is being made just now."""
    return Paper.objects.filter(state=PaperState.ASKED, lease_until__gte=Now()).exists()


def made(paper: Paper, digest: str, content: bytes) -> None:
    """Keep what was made. Where the document has changed meanwhile, the digest tells."""
    Paper.objects.filter(pk=paper.pk, state=PaperState.ASKED).update(
        state=PaperState.MADE, digest=digest, content=content, made_at=timezone.now(), lease_until=None
    )


def failed(paper: Paper, error: str) -> None:
    """Keep why it could not be made; it is not tried again before somebody asks for that."""
    Paper.objects.filter(pk=paper.pk, state=PaperState.ASKED).update(
        state=PaperState.FAILED, error=error[:200], lease_until=None
    )


def gone(paper: Paper) -> None:
    """Forget one whose document is there no more."""
    Paper.objects.filter(pk=paper.pk).delete()


def remove_old() -> int:
    """Remove some of what nobody has asked for in a long time; how many rows it was."""
    old = Paper.objects.filter(
        state__in=[PaperState.MADE, PaperState.FAILED],
        ahead__in=[True, False],  # for the index
        asked_at__lt=timezone.now() - KEEP,
    )
    some = list(old.values_list("pk", flat=True)[:CHUNK])
    return old.filter(pk__in=some).delete()[0] if some else 0


def _free() -> Q:
    """Asked for and held by nobody: never taken, or left by one that has died."""
    return Q(lease_until=None) | Q(lease_until__lt=Now())
