"""Import and export: what there is, sending a file, and taking one home."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gstbillingapp import queries
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import exporting, jobs
from gstbillingapp.actions.importing import SUBJECTS, Subject
from gstbillingapp.forms.base import messages_by_field
from gstbillingapp.forms.data import FileForm
from gstbillingapp.limits import wait_for_file
from gstbillingapp.models import Business, Job
from gstbillingapp.models.fields import today
from gstbillingapp.sheets import writing
from gstbillingapp.views.errors import too_many


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    """What can be imported and exported, and what was, the latest first."""
    rows = Job.objects.filter(business=request.business).defer("content").select_related("created_by")
    context = {
        "subjects": [(subject, is_small(request.business, subject)) for subject in SUBJECTS.values()],
        "page": queries.page_of(rows.order_by("-pk"), request.GET.get("page")),
    }
    return render(request, "data/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: MemberRequest, slug: str) -> HttpResponse:
    """Send a file to import."""
    subject = _subject(slug)
    if request.method == "POST" and (wait := wait_for_file(request)):
        return too_many(request, wait)
    sent = int(request.META.get("CONTENT_LENGTH") or 0)
    form = FileForm(request.POST, request.FILES, sent=sent) if request.method == "POST" else FileForm()
    if request.method == "POST":
        job = form.attempt(lambda: _uploaded(request, subject, form))
        if job is not None:
            return redirect(job)
    return render(request, "data/upload.html", {"subject": subject, "form": form})


def _uploaded(request: MemberRequest, subject: Subject, form: FileForm) -> Job:
    file = form.cleaned_data["file"]
    name = file.name.replace("\0", "")
    return jobs.upload(request.business, request.user, subject.slug, name, file.read())


@require_safe
@member_required
def sample(request: MemberRequest, slug: str, file_type: str) -> HttpResponse:
    """A file to begin with."""
    subject, kind = _subject(slug), _file_type(file_type)
    return download(exporting.sample(subject.slug, kind), f"{subject.slug}-sample", kind)


@require_safe
@member_required
def export(request: MemberRequest, slug: str, file_type: str) -> HttpResponse:
    """All rows as a file at once; of more than somebody waits for, the page that has it made."""
    subject, kind = _subject(slug), _file_type(file_type)
    if wait := wait_for_file(request):
        return too_many(request, wait)
    if not is_small(request.business, subject):
        return redirect("data")
    return download(exporting.file(request.business, subject.slug, kind), _named(subject), kind)


@require_POST
@member_required
def export_later(request: MemberRequest, slug: str, file_type: str) -> HttpResponse:
    """Have a large file made in the background."""
    subject, kind = _subject(slug), _file_type(file_type)
    if wait := wait_for_file(request):
        return too_many(request, wait)
    total = exporting.count(request.business, subject.slug)
    try:
        return redirect(jobs.export(request.business, request.user, subject.slug, kind, total))
    except ValidationError as error:
        for words in messages_by_field(error).values():
            messages.error(request, " ".join(words))
        return redirect("data")


def is_small(business: Business, subject: Subject) -> bool:
    """Whether all rows are made into a file while somebody waits."""
    some = exporting.EXPORTS[subject.slug].rows(business).values("pk")[: exporting.AT_ONCE + 1]
    return len(some) <= exporting.AT_ONCE


def download(content: bytes, name: str, file_type: str) -> HttpResponse:
    """A file to be saved under a name."""
    response = HttpResponse(content, content_type=writing.TYPES[file_type])
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{file_type}")
    return response


def _named(subject: Subject) -> str:
    return f"{subject.slug}-{today():%Y-%m-%d}"


def _subject(slug: str) -> Subject:
    if slug not in SUBJECTS:
        raise Http404("This cannot be imported or exported.")
    return SUBJECTS[slug]


def _file_type(name: str) -> str:
    if name not in writing.TYPES:
        raise Http404("There is CSV and XLSX.")
    return name
