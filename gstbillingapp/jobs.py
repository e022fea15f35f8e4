"""Takes imports and exports further: reads a file, checks its rows, stores them, makes a file."""

import logging
from collections.abc import Callable, Hashable, Iterator, Sequence
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from gstbillingapp.actions import exporting, jobs
from gstbillingapp.actions.importing import SUBJECTS, Outcome, Said, Subject, Verdict
from gstbillingapp.models import Business, Job, JobPart, JobState
from gstbillingapp.sheets import reading
from gstbillingapp.sheets.cells import day, is_either_way

logger = logging.getLogger(__name__)

# Seconds that one run goes on: a worker has two processes, and notifications to send; others come in between.
# In one process, a request waits for it.
LONGEST, LONGEST_HERE = 5.0, 1.0
# Seconds after which a process is killed over one file that never ends. 50,000 rows of a workbook are read in
# ten or so on a slow machine.
TIME_LIMIT = 180
# Rows a transaction: a quarter of a second on SQLite, for which every other writer waits.
PART = 250
HOLD_EVERY = 1_000  # rows read or written, after which the job is held on
FAILED = "Something failed here that is not your file. Try it again; if it fails again, tell us the time."


def go_on() -> bool:
    """Take the jobs that wait further, for a while; whether nothing is left to do for this run."""
    end = monotonic() + (LONGEST if settings.REDIS_URL is not None else LONGEST_HERE)
    while monotonic() < end:
        job = jobs.claim()
        if job is None:
            jobs.remove_old()
            return True
        _go_on_with(job, end)
    return not jobs.is_anything_left()


def _go_on_with(job: Job, end: float) -> None:
    """Take one further, until it ends, waits for a person, or the time is over."""
    try:
        if not job.is_import:
            make_file(job)
        elif job.state == JobState.READING:
            read_file(job)
        else:
            do_parts(job, end)
    except exporting.Stopped:
        return  # cancelled meanwhile
    except (OperationalError, InterfaceError):
        raise  # the database is away, which is nobody's fault: when the lease has ended, it goes on
    except reading.UnreadableError as error:
        jobs.fail(job, str(error))
    except Exception as error:  # noqa: BLE001, whatever it is: the person is told, and the next job goes on
        # Without its words: those of a database quote the row, which is somebody's own.
        logger.error("job %s failed: %s at %s", job.pk, type(error).__name__, _where(error))  # noqa: TRY400
        jobs.fail(job, FAILED)
    else:
        jobs.let_go(job)


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"


# ---------- Import ----------


def read_file(job: Job) -> None:
    """Cut a file into parts of rows, each cell under the name of its column."""
    subject = SUBJECTS[job.subject]
    content = bytes(Job.objects.values_list("content", flat=True).get(pk=job.pk))
    seen: dict[Hashable, int] = {}
    parts: list[JobPart] = []
    total, day_first = 0, ""
    rows = reading.rows(content)
    next(rows, None)  # the headings
    for row in rows:
        texts = {name: row.cells[place] for name, place in job.columns.items() if place < len(row.cells)}
        said = subject.read(row.number, {name: text for name, text in texts.items() if text})
        if not said.texts:
            continue
        if total % PART == 0:
            parts.append(JobPart(job=job, number=len(parts), rows=[]))
        parts[-1].rows.append([row.number, said.texts, _said_before(seen, subject, said)])
        day_first = day_first or _either_way(subject, said)
        total += 1
        if total % HOLD_EVERY == 0 and not jobs.come_further(job, JobState.READING):
            return
    jobs.keep_parts(job, parts, total, day_first)


def _said_before(seen: dict[Hashable, int], subject: Subject, said: Said) -> int:
    """The number of an earlier row that says the same as this one, else 0."""
    identity = subject.identity(said)
    if identity is None:
        return 0
    first = seen.setdefault(identity, said.number)
    return first if first < said.number else 0


def _either_way(subject: Subject, said: Said) -> str:
    texts = (said.texts.get(column.name, "") for column in subject.columns if column.read is day)
    return next((text for text in texts if is_either_way(text)), "")


def do_parts(job: Job, end: float) -> None:
    """Check or store part after part. After the last one it is the person's turn, or the job is done."""
    for part_id in jobs.waiting_parts(job):
        if not do_part(job, part_id) or monotonic() > end:
            return
    if job.state == JobState.CHECKING:
        jobs.checked(job)
    else:
        jobs.finish(job)


def do_part(job: Job, part_id: int) -> bool:
    """Check or store the rows of a part, all in one transaction; False where the job is to stop."""
    storing = job.state == JobState.RUNNING
    with transaction.atomic():
        if not jobs.come_further(job, job.state):
            return False
        part = jobs.part_to_do(part_id)
        if part is not None:
            verdicts = store(job, part) if storing else judge(job, part)
            jobs.part_done(part, list(_problems(job, verdicts)), stored=storing)
            jobs.come_further(job, job.state, **_counted(job, verdicts))
    return True


def judge(job: Job, part: JobPart) -> list[Verdict]:
    """What would become of the rows of a part, each of them by itself, in their order."""
    subject = SUBJECTS[job.subject]
    business = Business.objects.get(pk=job.business_id)
    return subject.judge(business, _rows(subject, part), lock=False)


def store(job: Job, part: JobPart) -> list[Verdict]:
    """Store the rows that are right: those that are new, and the others where that is wanted.

    As if each row were stored before the next one is judged, so that it does not matter where a part ends.
    Most rows have nothing to do with each other, and all of a part are judged and stored together.
    """
    subject = SUBJECTS[job.subject]
    wanted = {Outcome.ADD, Outcome.CHANGE} if job.update_existing else {Outcome.ADD}
    # One import at a time adds to a business: the next finds what this one has added.
    business = Business.objects.select_for_update(no_key=True).get(pk=job.business_id)
    rows, verdicts, tellings = _rows(subject, part), list[Verdict](), list[Callable[[], None]]()
    while rows:
        judged = subject.judge(business, rows, lock=True)
        judged = judged[: subject.count_apart(judged, wanted)]
        right = [verdict for verdict in judged if verdict.outcome in wanted]
        tellings.append(subject.store(job.created_by, right))
        verdicts += judged
        rows = rows[len(judged) :]
    for tell in tellings:
        tell()
    return verdicts


def _rows(subject: Subject, part: JobPart) -> list[Said]:
    """The rows of a part as they are read, with what is wrong with them whatever is stored."""
    rows = [subject.read(number, texts) for number, texts, _ in part.rows]
    for said, (_, _, before) in zip(rows, part.rows, strict=True):
        if before:
            subject.refuse_twice(said, before)
    return rows


def _problems(job: Job, verdicts: Sequence[Verdict]) -> Iterator[list[Any]]:
    subject = SUBJECTS[job.subject]
    order = {column.name: place for place, column in enumerate(subject.columns)}
    for verdict in verdicts:
        for problem in sorted(verdict.problems, key=lambda problem: order.get(problem.column, -1)):
            text = verdict.said.texts.get(problem.column, "")
            yield [verdict.said.number, subject.label(problem.column), text[:200], problem.message]


def _counted(job: Job, verdicts: Sequence[Verdict]) -> dict[str, int]:
    outcomes = [verdict.outcome for verdict in verdicts]
    changed, same = outcomes.count(Outcome.CHANGE), outcomes.count(Outcome.SAME)
    if job.state == JobState.RUNNING and not job.update_existing:
        changed, same = 0, same + changed
    return {
        "done": len(outcomes),
        "added": outcomes.count(Outcome.ADD),
        "changed": changed,
        "unchanged": same,
        "wrong": outcomes.count(Outcome.WRONG),
    }


# ---------- Export ----------


def make_file(job: Job) -> None:
    """Make the file of an export; one that dies in the middle leaves nothing, and another begins anew."""
    Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(done=0)
    content = exporting.file(job.business, job.subject, job.file_type, tell=lambda rows: _told(job, rows))
    jobs.finish(job, content)


def _told(job: Job, rows: int) -> None:
    if not jobs.come_further(job, JobState.RUNNING, done=rows):
        raise exporting.Stopped
