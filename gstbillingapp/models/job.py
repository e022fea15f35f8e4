"""Imports and exports: files that come in or go out in the background."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from gstbillingapp.models.business import Business


class JobKind(models.TextChoices):
    """Whether rows come in or go out."""

    IMPORT = "import", "Import"
    EXPORT = "export", "Export"


class JobSubject(models.TextChoices):
    """What the rows are."""

    CUSTOMERS = "customers", "Customers"
    PRODUCTS = "products", "Products"
    OPENING = "opening", "Opening balances"


class JobState(models.TextChoices):
    """How far it has come. Of an export: running, then done, failed or cancelled."""

    UPLOADED = "uploaded", "Waits for its columns"
    READING = "reading", "Being read"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Waits for your decision"
    RUNNING = "running", "Under way"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


# Where a worker is needed, and where a person is.
UNDER_WAY = (JobState.READING, JobState.CHECKING, JobState.RUNNING)
WAITING = (JobState.UPLOADED, JobState.CHECKED)
ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Job(models.Model):
    """One file. The row is the job: while it is under way, whoever looks may take it a part further.

    `content` is what was sent until the import begins, and what an export made until it is removed. `columns`
    says which position of the file holds which column.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=6, choices=JobKind)
    subject = models.CharField(max_length=9, choices=JobSubject)
    state = models.CharField(max_length=9, choices=JobState)
    file_name = models.CharField(max_length=120)
    file_type = models.CharField(max_length=4, help_text="csv or xlsx")
    content = models.BinaryField(default=bytes)
    columns = models.JSONField(default=dict)
    update_existing = models.BooleanField(default=True)
    total = models.PositiveIntegerField(default=0, help_text="Rows in all, as far as it is known")
    done = models.PositiveIntegerField(default=0, help_text="Rows that are behind it")
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Rows with errors that were shown before it began, to be left out"
    )
    day_first = models.CharField(max_length=20, blank=True, help_text="A date that could be read either way")
    error = models.CharField(max_length=300, blank=True)
    turn_at = models.DateTimeField(help_text="Jobs take turns in this order")
    lease_until = models.DateTimeField(null=True, blank=True, help_text="While somebody is at it")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Begun since it last came further")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["business", "-id"], name="job_by_business"),
            models.Index(fields=["state", "turn_at", "id"], name="job_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ENDED, ended_at__isnull=False)
                | ~models.Q(state__in=ENDED) & models.Q(ended_at__isnull=True),
                name="job_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.get_subject_display().lower()}"

    def get_absolute_url(self) -> str:
        """The page of this job."""
        return reverse("data_job", args=[self.pk])

    @property
    def is_import(self) -> bool:
        """Whether rows come in."""
        return self.kind == JobKind.IMPORT

    @property
    def is_under_way(self) -> bool:
        """Whether a worker is needed."""
        return self.state in UNDER_WAY

    @property
    def is_ended(self) -> bool:
        """Whether nothing will become of it any more."""
        return self.state in ENDED

    @property
    def has_unseen_errors(self) -> bool:
        """Whether more rows were left out than somebody had seen and agreed to."""
        return self.wrong > self.accepted

    @property
    def percent(self) -> int:
        """How much of the present stage is done."""
        return min(100, self.done * 100 // self.total) if self.total else 0


class JobPart(models.Model):
    """Some rows of an import, done in one transaction that also says that they are done.

    `rows` are `[number, {column: text}, number of the row that says the same or 0]`, and empty once they have
    been stored; `problems` are `[number, column, text, what is wrong]`.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    rows = models.JSONField(default=list)
    is_done = models.BooleanField(default=False)
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="job_part_once")]

    def __str__(self) -> str:
        return f"Part {self.number} of {self.job}"
