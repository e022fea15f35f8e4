"""What is told of imports and exports: that they have come to an end."""

from decimal import Decimal

from gstbillingapp.actions.announce.telling import tell_person
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import EventKind, Job, JobState


def job_finished(job: Job) -> None:
    """An import or export is done or has failed; told to the one who started it, while they are here."""
    starter = job.created_by
    if starter is None or starter not in job.business.members():
        return
    failed = job.state == JobState.FAILED
    counted = f"{count(job.done, 'row')}, {count(job.wrong, 'error')}"
    if job.wrong and not job.has_unseen_errors:
        counted += ": left out, as was chosen"
    tell_person(
        starter,
        EventKind.JOB_FINISHED,
        title=f"{job} {'failed' if failed else 'finished'}",
        message=job.error if failed and not job.done else counted,
        notification_type="ERROR" if failed or job.has_unseen_errors else "SUCCESS",
        link_url=job.get_absolute_url(),
        link_text="View export" if not job.is_import else "View import",
        related_object_type="job",
        related_object_id=job.pk,
        priority="low",
        dedupe_key=f"job:{job.pk}",
    )


def count(number: int, noun: str) -> str:
    """So many of them, in Indian grouping: 1,20,000 rows, 1 error."""
    return f"{whole(number)} {noun}{'' if number == 1 else 's'}"


def whole(number: int) -> str:
    """A count in Indian grouping: 1,20,000."""
    return indian_format(Decimal(number), symbol="", places=0)
