"""Imports and exports as rows: sent, mapped, started, cancelled, taken a part further, ended.

The row is the job: a lost wake-up only delays it. What a part changes and that the part is done are one
transaction, so that a worker that dies, or two that are at the same part, do no row twice.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from delivery import handoff
from gstbillingapp.actions import announce
from gstbillingapp.actions.checks import refusal
from gstbillingapp.actions.importing import SUBJECTS
from gstbillingapp.models import ENDED, UNDER_WAY, Business, Job, JobKind, JobPart, JobState
from gstbillingapp.sheets import reading, writing

TASK = "gstbillingapp.job"
# How long one who is at it holds a job, by the database's clock; it is taken anew with every part, the work
# of a quarter of a second.
LEASE = datetime.timedelta(seconds=15)
# A job that was given up so often without coming further kills whoever takes it.
ATTEMPTS = 3
CRASHED = "It was tried three times and came no further. What was done until then has stayed."
# Files are of people's own businesses: none is kept longer than somebody needs it.
KEEP_UPLOADS = datetime.timedelta(days=1)
KEEP_FILES = datetime.timedelta(days=7)
KEEP_JOBS = datetime.timedelta(days=30)
CHUNK = 20  # jobs that one run removes; each may have two hundred parts
# How many of a business may be unfinished at a time: each holds up to 10 MB.
MOST_OPEN = 5
SHOWN_PROBLEMS = 100
UNCOUNTED = {"done": 0, "added": 0, "changed": 0, "unchanged": 0, "wrong": 0}


# ---------- What a person does ----------


def upload(business: Business, user: User, subject: str, file_name: str, content: bytes) -> Job:
    """Keep a file that is to be imported, with a guess which column of it is what.

    Raises ValidationError on `file` for one that cannot be read or holds no rows, or where too many wait.
    """
    try:
        first = _beginning(content)
    except reading.UnreadableError as error:
        raise refusal(str(error), "file") from error
    if len(first) < 2:
        raise refusal(
            "The file has no rows. Its first row holds the headings; add the rows below it.", "file"
        )
    _refuse_too_many(business, "file")
    return Job.objects.create(
        business=business,
        created_by=user,
        kind=JobKind.IMPORT,
        subject=subject,
        state=JobState.UPLOADED,
        file_name=file_name[-120:],
        file_type=writing.XLSX if reading.is_workbook(content) else writing.CSV,
        content=content,
        columns=SUBJECTS[subject].guess(first[0].cells),
        turn_at=timezone.now(),
    )


def beginning(job: Job) -> list[reading.Row]:
    """The headings and the first rows of a file that was sent."""
    return _beginning(bytes(job.content))


def _beginning(content: bytes, count: int = 6) -> list[reading.Row]:
    found = []
    for row in reading.rows(content):
        found.append(row)
        if len(found) == count:
            break
    return found


def map_columns(business: Business, job_id: int, columns: Mapping[str, int]) -> Job:
    """Say which column of the file is what, and have all rows checked. Also to do it again.

    Raises ValidationError where two columns are said to be at the same place, or none is said at all.
    """
    if not columns:
        raise refusal("Choose at least one column of the file.")
    places = list(columns.values())
    twice = next((name for name, place in columns.items() if places.count(place) > 1), None)
    if twice is not None:
        raise refusal("Another field takes this column of the file. Choose each of them once.", twice)
    changed = {"state": JobState.READING, "columns": dict(columns), "total": 0, "day_first": "", **UNCOUNTED}
    return _go_on(business, job_id, (JobState.UPLOADED, JobState.CHECKED), changed)


def start(business: Business, job_id: int, *, skip_wrong: bool, update_existing: bool) -> Job:
    """Import the rows that were checked; those with errors are left out, where that is wanted.

    How many these are is kept: more of them at the end are news, as things have changed since the check.
    One that was started before is as it was. Raises ValidationError where leaving out is not wanted, and some
    have errors.
    """
    with transaction.atomic():
        job = locked(business, job_id)
        if job.state != JobState.CHECKED:
            return job
        if job.wrong and not skip_wrong:
            raise refusal(
                "Some rows have errors. Correct them in the file and send it again, or leave them out.",
                "wrong",
            )
        changed = {
            "state": JobState.RUNNING,
            "update_existing": update_existing,
            "accepted": job.wrong,
            "content": b"",
            **UNCOUNTED,
        }
        job.parts.update(is_done=False, problems=[])
        return _go_on(business, job_id, (JobState.CHECKED,), changed)


def _go_on(business: Business, job_id: int, states: Sequence[str], changed: Mapping[str, Any]) -> Job:
    """Hand a job to the worker, where it stands in one of these states; else it is as it was."""
    free = {"attempts": 0, "lease_until": None, "turn_at": timezone.now()}
    with transaction.atomic():
        job = locked(business, job_id)
        if job.state in states:
            Job.objects.filter(pk=job.pk).update(**changed, **free)
            handoff.wake_task_on_commit(TASK)
    return Job.objects.defer("content").get(pk=job.pk)


def cancel(business: Business, job_id: int) -> Job:
    """Stop a job that has not ended. What it has done until now stays."""
    with transaction.atomic():
        job = locked(business, job_id)
        if job.state not in ENDED:
            _end(job, JobState.CANCELLED)
    return job


def export(business: Business, user: User, subject: str, file_type: str, total: int) -> Job:
    """Have a file made in the background: for more rows than somebody waits for."""
    _refuse_too_many(business)
    with transaction.atomic():
        job = Job.objects.create(
            business=business,
            created_by=user,
            kind=JobKind.EXPORT,
            subject=subject,
            state=JobState.RUNNING,
            file_name=f"{subject}.{file_type}",
            file_type=file_type,
            total=total,
            turn_at=timezone.now(),
        )
        handoff.wake_task_on_commit(TASK)
    return job


def wake(job: Job) -> None:
    """Have it carried on where nobody is at it: somebody looks, and a wake-up may have been lost."""
    if job.is_under_way and Job.objects.filter(_free(), pk=job.pk).exists():
        handoff.wake_task(TASK)


def problems(job: Job) -> Iterator[list[Any]]:
    """What is wrong, row by row: `[number, column, text, what is wrong]`."""
    for part in job.parts.values_list("problems", flat=True).order_by("number").iterator():
        yield from part


def locked(business: Business, job_id: int) -> Job:
    """The job as it is, held. Raises Job.DoesNotExist for one of another business."""
    return Job.objects.select_for_update(no_key=True).defer("content").get(business=business, pk=job_id)


def _refuse_too_many(business: Business, field: str = "__all__") -> None:
    """Of a business that has as many unfinished as it may."""
    if Job.objects.filter(business=business).exclude(state__in=ENDED).count() >= MOST_OPEN:
        raise refusal(
            f"{MOST_OPEN} imports and exports are not finished yet. Finish or cancel one of them first.",
            field,
        )


# ---------- What a worker does ----------


def claim() -> Job | None:
    """The next job to take further, held for a while; none while somebody is at one.

    One at a time: SQLite has one writer, and a worker has notifications to send.
    """
    for job in Job.objects.filter(_free(), state__in=UNDER_WAY, attempts__gte=ATTEMPTS).defer("content"):
        fail(job, CRASHED)
    if Job.objects.filter(state__in=UNDER_WAY, lease_until__gte=Now()).exists():
        return None
    free = Job.objects.filter(_free(), state__in=UNDER_WAY)
    for job in free.defer("content").order_by("turn_at", "pk")[:5]:
        if free.filter(pk=job.pk).update(lease_until=Now() + LEASE, attempts=F("attempts") + 1):
            return job
    return None


def is_anything_left() -> bool:
    """Whether a job waits for a worker."""
    return Job.objects.filter(_free(), state__in=UNDER_WAY).exists()


def let_go(job: Job) -> None:
    """Give it back; others have their turn first."""
    Job.objects.filter(pk=job.pk).update(lease_until=None, turn_at=timezone.now())


def come_further(job: Job, state: str, **counted: int) -> bool:
    """Count what is done, and hold the job on; False where it is no longer in that state, as when cancelled.

    In the transaction of what is counted, and before it: its row is the first that a part locks.
    """
    changed: dict[str, Any] = {name: F(name) + number for name, number in counted.items()}
    running = Job.objects.filter(pk=job.pk, state=state)
    return bool(running.update(lease_until=Now() + LEASE, attempts=0, **changed))


def keep_parts(job: Job, parts: Sequence[JobPart], total: int, day_first: str) -> None:
    """Keep the rows of a file that was read, and have them checked."""
    with transaction.atomic():
        # Of columns that were chosen anew meanwhile another reading is under way.
        if come_further(job, JobState.READING) and _columns_of(job) == job.columns:
            JobPart.objects.filter(job=job).delete()
            JobPart.objects.bulk_create(parts, batch_size=50)
            Job.objects.filter(pk=job.pk).update(
                state=JobState.CHECKING, total=total, day_first=day_first, **UNCOUNTED
            )


def _columns_of(job: Job) -> Any:
    return Job.objects.values_list("columns", flat=True).get(pk=job.pk)


def waiting_parts(job: Job) -> list[int]:
    """The ids of the parts that are not done, in their order."""
    return list(job.parts.filter(is_done=False).order_by("number").values_list("pk", flat=True))


def part_to_do(part_id: int) -> JobPart | None:
    """A part; None where another has done it. The job is locked by `come_further`, so it stays as it is."""
    return JobPart.objects.filter(pk=part_id, is_done=False).first()


def part_done(part: JobPart, problems: Sequence[list[Any]], *, stored: bool) -> None:
    """Mark a part as done, in the transaction of what it does."""
    part.is_done, part.problems = True, list(problems)
    part.rows = [] if stored else part.rows
    part.save(update_fields=["is_done", "problems", "rows"])


def checked(job: Job) -> None:
    """All rows are checked: it is the person's turn."""
    Job.objects.filter(pk=job.pk, state=JobState.CHECKING).update(state=JobState.CHECKED, lease_until=None)


def finish(job: Job, content: bytes = b"") -> None:
    """It is done, and whoever started it is told; an export leaves its file."""
    with transaction.atomic():
        job = locked(job.business, job.pk)
        if job.state == JobState.RUNNING:
            _end(job, JobState.DONE, content)
            announce.job_finished(job)


def fail(job: Job, error: str) -> None:
    """It cannot go on; what it has done stays, and whoever started it is told."""
    with transaction.atomic():
        job = locked(job.business, job.pk)
        if job.state in UNDER_WAY:
            job.error = error[:300]
            _end(job, JobState.FAILED)
            announce.job_finished(job)


def _end(job: Job, state: str, content: bytes = b"") -> None:
    job.state, job.ended_at, job.content, job.lease_until = state, timezone.now(), content, None
    job.save(update_fields=["state", "ended_at", "content", "lease_until", "error"])
    job.parts.exclude(rows=[]).update(rows=[])


def remove_old() -> None:
    """Remove some of what nobody needs any more: files that were never imported, files made, old jobs."""
    now = timezone.now()
    left = Job.objects.exclude(state__in=[*ENDED, *UNDER_WAY]).filter(turn_at__lt=now - KEEP_UPLOADS)
    for job in left.defer("content")[:CHUNK]:
        cancel(job.business, job.pk)
    _some(Job.objects.filter(state=JobState.DONE, ended_at__lt=now - KEEP_FILES).exclude(content=b"")).update(
        content=b""
    )
    _some(Job.objects.filter(state__in=ENDED, ended_at__lt=now - KEEP_JOBS)).delete()


def _some(rows: QuerySet[Job]) -> QuerySet[Job]:
    return Job.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:CHUNK]))


def _free() -> Q:
    """Held by nobody: never taken, let go, or left by one that has died."""
    return Q(lease_until=None) | Q(lease_until__lt=Now())
