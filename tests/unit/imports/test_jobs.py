"""The job as a row: killed in the middle, done twice at once, cancelled, given up, removed."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from gstbillingapp import jobs as worker
from gstbillingapp import tasks
from gstbillingapp.actions import exporting, jobs
from gstbillingapp.actions.importing import SUBJECTS
from gstbillingapp.models import Customer, Job, JobPart, JobState, NotificationPreferences
from tests.factories import CustomerFactory, made_file, sent_file
from tests.support.inbox_client import state_equals_events
from tests.unit.imports.conftest import (
    checked,
    counts,
    csv,
    go_on,
    imported,
    names,
    numbered,
    problems,
    started,
)
from tests.unit.screens.people import Person

pytestmark = pytest.mark.usefixtures("small_parts")


class Killed(BaseException):
    """As a worker is killed: nothing of ours may catch it."""


def stored(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def lapse(job: Job) -> None:
    """Let the lease of one end."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(minutes=1))


def kill_at(monkeypatch: pytest.MonkeyPatch, module: object, name: str, call: int) -> None:
    """Die once, in a call of a function, after what it does."""
    done = getattr(module, name)
    calls = []

    def done_or_dead(*args: object, **kwargs: object) -> object:
        calls.append(1)
        answer = done(*args, **kwargs)
        if len(calls) == call:
            raise Killed
        return answer

    monkeypatch.setattr(module, name, done_or_dead)


def killed(job: Job) -> None:
    """Have a worker begin, and find that it has died and holds the job."""
    with pytest.raises(Killed):
        worker.go_on()
    assert stored(job).lease_until is not None
    assert worker.go_on(), "somebody may be at it"
    lapse(job)


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_worker_that_is_killed_in_the_middle_of_a_part_leaves_nothing_of_it_and_no_row_comes_twice(
    owner: Person, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    job = started(owner, numbered(5))
    kill_at(monkeypatch, worker, "store", call)
    killed(job)
    assert Customer.objects.count() == stored(job).done == (call - 1) * 2
    go_on()
    assert names(Customer.objects.all()) == [f"Customer {number}" for number in range(5)]
    assert (stored(job).state, counts(stored(job))) == (JobState.DONE, (5, 0, 0, 0))


@pytest.mark.parametrize("name", ["read_file", "do_part", "judge"])
def test_a_worker_that_is_killed_while_it_reads_or_checks_is_followed_by_another(
    owner: Person, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    job = sent_file(owner.membership, numbered(5))
    jobs.map_columns(owner.business, job.pk, job.columns)
    kill_at(monkeypatch, worker, name, 1)
    killed(job)
    go_on()
    assert (stored(job).state, stored(job).total, counts(stored(job))) == (JobState.CHECKED, 5, (5, 0, 0, 0))


def test_two_workers_at_the_same_job_do_each_row_once(owner: Person) -> None:
    job = started(owner, numbered(6))
    first = jobs.claim()
    assert first is not None
    assert jobs.claim() is None, "one at a time"
    lapse(job)
    second = jobs.claim()
    assert second is not None
    for part in jobs.waiting_parts(job):
        assert worker.do_part(first, part)
        assert worker.do_part(second, part)
    for one in (first, second):
        jobs.finish(one)
    assert Customer.objects.count() == 6
    assert counts(stored(job)) == (6, 0, 0, 0)
    assert owner.membership.user.notifications.filter(dedupe_key=f"job:{job.pk}").count() == 1


def test_a_job_that_is_cancelled_stops_at_the_part_it_is_at_and_what_is_done_stays(owner: Person) -> None:
    job = started(owner, numbered(6))
    held = jobs.claim()
    assert held is not None
    first, second, _ = jobs.waiting_parts(job)
    assert worker.do_part(held, first)
    jobs.cancel(owner.business, job.pk)
    assert not worker.do_part(held, second)
    jobs.finish(held)
    go_on()
    assert (stored(job).state, stored(job).done, Customer.objects.count()) == (JobState.CANCELLED, 2, 2)
    assert not owner.membership.user.notifications.exists()
    assert not JobPart.objects.exclude(rows=[]).exists(), "rows of people are kept no longer than needed"


def test_a_job_that_kills_its_workers_is_given_up_after_three_and_says_so(owner: Person) -> None:
    job, other = started(owner, numbered(1)), sent_file(owner.membership, numbered(3))
    for _ in range(jobs.ATTEMPTS):
        assert jobs.claim() is not None
        lapse(job)
    jobs.map_columns(owner.business, other.pk, other.columns)
    go_on()
    assert (stored(job).state, stored(job).error) == (JobState.FAILED, jobs.CRASHED)
    assert stored(other).state == JobState.CHECKED
    assert owner.membership.user.notifications.get().notification_type == "ERROR"


def test_coming_further_makes_good_for_the_attempts_before(owner: Person) -> None:
    job = started(owner, numbered(20))
    for part in jobs.waiting_parts(job):
        held = jobs.claim()
        assert held is not None
        worker.do_part(held, part)
        lapse(job)
    go_on()
    assert stored(job).state == JobState.DONE


def test_what_fails_is_told_without_a_word_of_the_file(
    owner: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise IntegrityError("Key (name)=(Customer 0) already exists")

    job = started(owner, numbered(2))
    monkeypatch.setattr(SUBJECTS["customers"], "store", fail)
    go_on()
    assert (stored(job).state, stored(job).error) == (JobState.FAILED, worker.FAILED)
    assert "IntegrityError" in caplog.text
    assert "Customer 0" not in caplog.text
    [told] = owner.membership.user.notifications.all()
    assert (told.title, told.message) == ("Import of customers failed", worker.FAILED)


def test_jobs_take_turns(owner: Person, stranger: Person) -> None:
    jobs_of_both = [(person, checked(person, numbered(4))) for person in (owner, stranger)]
    first, second = (
        jobs.start(person.business, job.pk, skip_wrong=True, update_existing=True)
        for person, job in jobs_of_both
    )
    for job in (first, second, first, second):
        held = jobs.claim()
        assert held is not None
        assert held.pk == job.pk
        worker.do_parts(held, 0.0)
        jobs.let_go(held)
    assert [stored(job).done for job in (first, second)] == [4, 4]


def test_the_one_who_started_it_is_told_when_it_is_over_and_nobody_else(
    owner: Person, teammate: Person
) -> None:
    user = owner.membership.user
    with state_equals_events(user.pk):
        job = imported(owner, csv("Name,PIN code", "Asha,560001", "Ravi,0"))
    [told] = user.notifications.all()
    assert (told.title, told.message) == (
        "Import of customers finished",
        "2 rows, 1 error: left out, as was chosen",
    )
    assert (told.notification_type, told.priority, told.dedupe_key) == ("SUCCESS", "low", f"job:{job.pk}")
    assert told.link_url == job.get_absolute_url()
    assert not teammate.membership.user.notifications.exists()


def test_whoever_wants_to_hear_nothing_of_it_is_told_nothing(owner: Person) -> None:
    user = owner.membership.user
    NotificationPreferences.objects.create(user=user, muted=["job_finished"])
    imported(owner, numbered(1))
    assert not user.notifications.exists()


def test_an_import_without_errors_is_a_success_and_one_who_has_left_is_told_nothing(
    owner: Person, teammate: Person
) -> None:
    imported(owner, numbered(1))
    assert owner.membership.user.notifications.get().notification_type == "SUCCESS"
    job = started(teammate, numbered(2))
    teammate.membership.delete()
    go_on()
    assert stored(job).state == JobState.DONE
    assert not teammate.membership.user.notifications.exists()


def test_rows_with_errors_are_left_out_or_nothing_is_imported(owner: Person) -> None:
    job = checked(owner, csv("Name,PIN code", "Asha,560001", "Ravi,0"))
    with pytest.raises(ValidationError) as refused:
        jobs.start(owner.business, job.pk, skip_wrong=False, update_existing=True)
    assert "wrong" in refused.value.message_dict
    assert not Customer.objects.exists()
    jobs.start(owner.business, job.pk, skip_wrong=True, update_existing=True)
    go_on()
    assert names(Customer.objects.all()) == ["Asha"]
    assert [row for row, _, _ in problems(stored(job))] == [3]


def test_a_button_pressed_twice_leaves_the_errors_of_what_is_done(owner: Person) -> None:
    job = started(owner, csv("Name,PIN code", "Asha,560001", "Ravi,560002", "Meera,0"))
    held = jobs.claim()
    assert held is not None
    for part in jobs.waiting_parts(job):
        worker.do_part(held, part)
    for skip_wrong in (True, False):
        again = jobs.start(owner.business, job.pk, skip_wrong=skip_wrong, update_existing=False)
        assert (again.state, again.update_existing) == (JobState.RUNNING, True)
        assert [row for row, _, _ in problems(stored(job))] == [4]
        assert not jobs.waiting_parts(job)


def test_what_was_right_when_it_was_checked_is_judged_again_when_it_is_imported(owner: Person) -> None:
    job = checked(owner, csv("Name,City", "Ravi,Hubli"))
    assert counts(job) == (1, 0, 0, 0)
    for _ in range(2):
        CustomerFactory(business=owner.business, name="Ravi")
    jobs.start(owner.business, job.pk, skip_wrong=True, update_existing=True)
    go_on()
    assert counts(stored(job)) == (0, 0, 0, 1)
    told = owner.membership.user.notifications.get()
    assert (told.notification_type, told.message) == ("ERROR", "1 row, 1 error"), "nobody had seen it"


def test_columns_can_be_chosen_again_and_two_of_them_not_be_the_same(owner: Person) -> None:
    job = checked(owner, csv("Name,Place", "Asha,Hubli"))
    for columns in ({"name": 0, "city": 0}, {}):
        with pytest.raises(ValidationError):
            jobs.map_columns(owner.business, job.pk, columns)
    jobs.map_columns(owner.business, job.pk, {"name": 0, "city": 1})
    go_on()
    jobs.start(owner.business, job.pk, skip_wrong=True, update_existing=True)
    go_on()
    assert Customer.objects.get().city == "Hubli"
    assert not stored(job).content, "the file is not kept once the import has begun"


def test_a_file_that_turns_out_to_be_unreadable_further_on_fails_with_the_reason(owner: Person) -> None:
    rows = [*(f"Customer {number}" for number in range(9)), '"Ravi']
    job = checked(owner, csv("Name", *rows))
    assert (job.state, "Row 11" in job.error) == (JobState.FAILED, True)


def test_a_business_may_have_five_unfinished(owner: Person, stranger: Person) -> None:
    waiting = [sent_file(owner.membership) for _ in range(jobs.MOST_OPEN)]
    with pytest.raises(ValidationError):
        sent_file(owner.membership)
    sent_file(stranger.membership)
    jobs.cancel(owner.business, waiting[0].pk)
    sent_file(owner.membership)


def test_files_go_after_a_while_and_jobs_later(owner: Person) -> None:
    abandoned, exported, old = (
        sent_file(owner.membership),
        made_file(owner.membership),
        made_file(owner.membership),
    )
    now = timezone.now()
    Job.objects.filter(pk=abandoned.pk).update(turn_at=now - jobs.KEEP_UPLOADS - timedelta(hours=1))
    Job.objects.filter(pk=exported.pk).update(ended_at=now - jobs.KEEP_FILES - timedelta(hours=1))
    Job.objects.filter(pk=old.pk).update(ended_at=now - jobs.KEEP_JOBS - timedelta(hours=1))
    recent = made_file(owner.membership)
    go_on()
    assert stored(abandoned).state == JobState.CANCELLED
    assert not stored(abandoned).content
    assert not stored(exported).content
    assert stored(recent).content
    assert not Job.objects.filter(pk=old.pk).exists()


def test_a_large_export_is_made_in_the_background_and_told(owner: Person) -> None:
    CustomerFactory.create_batch(3, business=owner.business)
    job = jobs.export(owner.business, owner.membership.user, "customers", "csv", 3)
    go_on()
    job = stored(job)
    assert (job.state, job.done) == (JobState.DONE, 3)
    assert bytes(job.content) == exporting.file(owner.business, "customers", "csv")
    [told] = owner.membership.user.notifications.all()
    assert (told.title, told.message) == ("Export of customers finished", "3 rows, 0 errors")


def test_an_export_that_is_cancelled_leaves_no_file(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    CustomerFactory.create_batch(3, business=owner.business)
    monkeypatch.setattr(exporting, "CHUNK", 1)
    job = jobs.export(owner.business, owner.membership.user, "customers", "csv", 3)
    customer = exporting._customer

    def cancelled(row: Customer) -> dict[str, object]:
        jobs.cancel(owner.business, job.pk)
        return customer(row)

    export = exporting.EXPORTS["customers"]
    monkeypatch.setitem(
        exporting.EXPORTS, "customers", exporting.Export(export.rows, cancelled, export.besides)
    )
    go_on()
    assert (stored(job).state, stored(job).done, bytes(stored(job).content)) == (JobState.CANCELLED, 0, b"")


def test_an_export_whose_worker_died_is_begun_anew(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    CustomerFactory.create_batch(3, business=owner.business)
    monkeypatch.setattr(exporting, "CHUNK", 1)
    job = jobs.export(owner.business, owner.membership.user, "customers", "csv", 3)
    kill_at(monkeypatch, worker, "_told", 2)
    killed(job)
    go_on()
    assert (stored(job).state, stored(job).done) == (JobState.DONE, 3)


def test_the_worker_is_woken_when_it_is_committed_and_again_while_something_is_left(
    owner: Person,
    with_worker: list[str],
    django_capture_on_commit_callbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = sent_file(owner.membership, numbered(6))
    with django_capture_on_commit_callbacks(execute=True):
        jobs.map_columns(owner.business, job.pk, job.columns)
    assert with_worker == [jobs.TASK]
    monkeypatch.setattr(worker, "LONGEST", -1.0)
    tasks.job.apply()
    assert with_worker == [jobs.TASK] * 2
    monkeypatch.setattr(worker, "LONGEST", 60.0)
    tasks.job.apply()
    assert with_worker == [jobs.TASK] * 2
    assert stored(job).state == JobState.CHECKED


def test_a_part_costs_as_many_statements_with_many_rows_as_with_few(
    owner: Person, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries
) -> None:
    monkeypatch.setattr(worker, "PART", 250)
    job = started(owner, numbered(100))
    held = jobs.claim()
    assert held is not None
    [part] = jobs.waiting_parts(job)
    with django_assert_max_num_queries(14):  # SQLite inserts some forty rows in a statement
        worker.do_part(held, part)
    assert Customer.objects.count() == 100
