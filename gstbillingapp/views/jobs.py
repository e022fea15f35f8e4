"""One import or export: its columns, what would become of its rows, how far it is, and what became of it."""

from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import jobs
from gstbillingapp.actions.announce.jobs import count, whole
from gstbillingapp.actions.importing import SUBJECTS
from gstbillingapp.forms.data import ColumnsForm, StartForm
from gstbillingapp.models import Job, JobState
from gstbillingapp.sheets import cells, writing
from gstbillingapp.templatetags.billing import day
from gstbillingapp.views.data import download

ERROR_HEADINGS = ("Row", "Column", "Value", "What is wrong")


@require_safe
@member_required
def job(request: MemberRequest, pk: int) -> HttpResponse:
    """Where it stands. Asking carries on one that nobody is at."""
    stored = _job(request, pk)
    jobs.wake(stored)
    stored = _job(request, pk)
    if stored.state == JobState.UPLOADED or ("columns" in request.GET and stored.state == JobState.CHECKED):
        return _columns_page(request, stored)
    if stored.state == JobState.CHECKED:
        return _checked_page(request, stored, StartForm(stored))
    if stored.is_under_way:
        return _page(request, "data/progress.html", stored)
    has_file = not stored.is_import and Job.objects.filter(pk=pk).exclude(content=b"").exists()
    kept_until = stored.ended_at and stored.ended_at + jobs.KEEP_FILES
    return _page(request, "data/ended.html", stored, has_file=has_file, kept_until=kept_until)


@require_safe
@member_required
def status(request: MemberRequest, pk: int) -> JsonResponse:
    """How far it has come, for a page that waits."""
    stored = _job(request, pk)
    jobs.wake(stored)
    stored = _job(request, pk)
    return JsonResponse(
        {
            "state": stored.state,
            "message": standing(stored),
            "is_under_way": stored.is_under_way,
            "done": stored.done,
            "total": stored.total,
        }
    )


@require_POST
@member_required
def columns(request: MemberRequest, pk: int) -> HttpResponse:
    """Say which column is what; all rows are checked then."""
    stored = _job(request, pk)
    if stored.state not in (JobState.UPLOADED, JobState.CHECKED):
        return redirect(stored)
    first = jobs.beginning(stored)
    form = ColumnsForm(SUBJECTS[stored.subject], first[0].cells, first[1:], request.POST)
    if form.attempt(lambda: jobs.map_columns(request.business, pk, form.columns())) is None:
        return _columns_page(request, stored, form)
    return redirect(stored)


@require_POST
@member_required
def start(request: MemberRequest, pk: int) -> HttpResponse:
    """Import what was checked."""
    stored = _job(request, pk)
    if stored.state != JobState.CHECKED:
        return redirect(stored)
    form = StartForm(stored, request.POST)
    started = form.attempt(
        lambda: jobs.start(request.business, pk, skip_wrong=form.skips, update_existing=form.updates)
    )
    return _checked_page(request, stored, form) if started is None else redirect(stored)


@require_POST
@member_required
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop it; what is done stays. With `again`, on to the next file, as a corrected one of the same."""
    before = _job(request, pk)
    stopped = jobs.cancel(request.business, pk)
    if not before.is_ended and stopped.state == JobState.CANCELLED:
        messages.success(request, f"{stopped} is cancelled.")
    if "again" in request.POST and stopped.is_import:
        return redirect("data_import", stopped.subject)
    return redirect(stopped)


@require_safe
@member_required
def errors(request: MemberRequest, pk: int) -> HttpResponse:
    """Every error as a CSV file, to correct the rows by."""
    stored = _job(request, pk)
    content = writing.written(writing.CSV, ERROR_HEADINGS, jobs.problems(stored))
    return download(content, f"{stored.subject}-errors-{stored.pk}", writing.CSV)


@require_safe
@member_required
def file(request: MemberRequest, pk: int) -> HttpResponse:
    """What an export has made."""
    stored = get_object_or_404(Job, business=request.business, pk=pk)
    if stored.is_import or not stored.content:
        raise Http404("There is no file here, or it is not kept any more.")
    day_of = f"{timezone.localtime(stored.created_at):%Y-%m-%d}"
    return download(bytes(stored.content), f"{stored.subject}-{day_of}", stored.file_type)


def standing(stored: Job) -> str:
    """How far a job is, as a sentence."""
    rows = f"{whole(stored.done)} of {count(stored.total, 'row')}"
    match stored.state:
        case JobState.READING:
            return f"Reading {stored.file_name}…"
        case JobState.CHECKING:
            return f"Checked: {rows}"
        case JobState.RUNNING if stored.is_import:
            return f"Imported: {rows}"
        case JobState.RUNNING:
            return f"Written: {rows}"
    return stored.get_state_display()


def _columns_page(request: MemberRequest, stored: Job, form: ColumnsForm | None = None) -> HttpResponse:
    stored.refresh_from_db(fields=["content"])
    heading, *first = jobs.beginning(stored)
    subject = SUBJECTS[stored.subject]
    form = form or ColumnsForm(subject, heading.cells, first, initial=stored.columns)
    width = max([len(heading.cells), *(len(row.cells) for row in first)])
    sample = [[*row.cells, *[""] * (width - len(row.cells))] for row in first]
    headings = [*heading.cells, *[""] * (width - len(heading.cells))]
    return _page(request, "data/columns.html", stored, form=form, headings=headings, rows=sample)


def _checked_page(request: MemberRequest, stored: Job, form: StartForm) -> HttpResponse:
    said = f"{stored.day_first} is {day(cells.day(stored.day_first))}" if stored.day_first else ""
    return _page(request, "data/checked.html", stored, form=form, day_first=said)


def _page(request: MemberRequest, template: str, stored: Job, **more: Any) -> HttpResponse:
    problems = list(islice(jobs.problems(stored), jobs.SHOWN_PROBLEMS)) if stored.wrong else []
    subject = SUBJECTS[stored.subject]
    context = {"job": stored, "subject": subject, "standing": standing(stored), "problems": problems, **more}
    return render(request, template, context)


def _job(request: MemberRequest, pk: int) -> Job:
    rows = Job.objects.defer("content").select_related("created_by")
    stored: Job = get_object_or_404(rows, business=request.business, pk=pk)
    return stored
