"""The screens of import and export: every step, what is refused, and who sees what."""

import datetime
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from gstbillingapp import limits
from gstbillingapp.actions import exporting, jobs
from gstbillingapp.models import Customer, Job, JobState
from gstbillingapp.sheets import reading
from tests.factories import CustomerFactory, made_file, sent_file
from tests.unit.imports.conftest import checked, csv, go_on, imported, numbered, started
from tests.unit.screens.people import Person


def send(
    person: Person, content: bytes | str, name: str = "list.csv", subject: str = "customers"
) -> HttpResponse:
    sent = content.encode() if isinstance(content, str) else content
    return person.client.post(
        reverse("data_import", args=[subject]), {"file": SimpleUploadedFile(name, sent)}
    )


def page(person: Person, job: Job) -> str:
    answer = person.client.get(job.get_absolute_url())
    assert answer.status_code == 200
    return answer.text


def press(person: Person, job: Job, deed: str, **typed: Any) -> HttpResponse:
    return person.client.post(reverse(f"data_job_{deed}", args=[job.pk]), typed)


def test_a_file_goes_through_its_steps_to_the_list_without_a_script(owner: Person) -> None:
    answer = send(owner, csv("Party;Town;PIN", "Asha;Hubli;580020", "Ravi;Mysuru;x"))
    job = Job.objects.get()
    assert answer.url == job.get_absolute_url()
    text = page(owner, job)
    assert "The first rows" in text
    assert '<option value="0" selected>Party (Asha)</option>' in text
    assert press(owner, job, "columns", name="0", city="1", pincode="2").url == job.get_absolute_url()
    text = page(owner, job)  # in one process, looking carries it on
    assert "Rows with errors" in text
    assert "6 digits" in text
    assert ">Import without the row with errors</button>" in text
    refused = press(owner, job, "start").text
    assert "Correct them in the file" in refused
    assert not Customer.objects.exists()
    press(owner, job, "start", wrong="skip")
    text = page(owner, job)
    assert "See the customers" in text
    assert Customer.objects.get().city == "Hubli"
    assert job.file_name in owner.client.get(reverse("data")).text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "The file is empty."),
        ("Name\n", "add the rows below it"),
        (b"\x89PNG\0\0", "neither a CSV file"),
        (b"x" * (reading.MAX_BYTES + 1), "larger than 10 MB"),
    ],
)
def test_a_file_that_is_refused_says_why_and_nothing_of_it_is_kept(
    owner: Person, content: bytes | str, said: str
) -> None:
    answer = send(owner, content)
    assert answer.status_code == 200
    assert said in answer.text
    assert "error-summary" in answer.text
    assert not Job.objects.exists()


def test_no_file_at_all_and_two_files_are_refused(owner: Person) -> None:
    assert "Choose a file." in owner.client.post(reverse("data_import", args=["customers"])).text
    both = {"file": io.BytesIO(b"Name\nAsha\n"), "more": io.BytesIO(b"Name\nAsha\n")}
    assert owner.client.post(reverse("data_import", args=["customers"]), both).status_code == 400


def test_choosing_a_column_twice_is_said_beside_the_field(owner: Person) -> None:
    job = sent_file(owner.membership, csv("Name,City", "Asha,Hubli"))
    text = press(owner, job, "columns", name="0", city="0").text
    assert "Another field takes this column" in text
    assert "Choose at least one column" in press(owner, job, "columns").text
    assert "is not one of the available choices" in press(owner, job, "columns", name="7").text


def test_columns_can_be_changed_after_the_check(owner: Person) -> None:
    job = checked(owner, numbered(2))
    assert "Match columns</h2>" in owner.client.get(f"{job.get_absolute_url()}?columns").text


def test_a_page_that_waits_looks_again_without_a_script_and_asks_with_one(
    owner: Person, with_worker: list[str]
) -> None:
    job = started(owner, numbered(3))
    text = page(owner, job)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in text
    assert "Imported: 0 of 3 rows" in text
    status = reverse("data_job_status", args=[job.pk])
    expected = {"state": "running", "message": "Imported: 0 of 3 rows", "is_under_way": True}
    assert owner.client.get(status).json() == expected | {"done": 0, "total": 3}
    assert with_worker == [jobs.TASK] * 2, "a lost wake-up is made good by whoever looks"
    go_on()
    assert owner.client.get(status).json()["is_under_way"] is False


def test_an_import_that_is_cancelled_says_how_far_it_came(owner: Person, with_worker: list[str]) -> None:
    job = started(owner, numbered(3))
    assert press(owner, job, "cancel").url == job.get_absolute_url()
    assert "Nothing was changed." in page(owner, job)
    assert press(owner, job, "cancel").status_code == 302, "twice changes nothing"
    for deed in ("columns", "start"):
        assert press(owner, job, deed).url == job.get_absolute_url()
    assert Job.objects.get().state == JobState.CANCELLED


@pytest.mark.parametrize(
    ("rows", "main", "other"),
    [
        (["Asha,560001"], "Import", ""),
        (
            ["Asha,560001", "Ravi,0", "Meera,0"],
            "Import without the 2 rows with errors",
            "Upload a corrected file",
        ),
        (["Ravi,0"], "Upload a corrected file", ""),
        (["Kaveri,"], "Upload another file", ""),
    ],
)
def test_the_main_button_says_what_becomes_of_the_rows(
    owner: Person, rows: list[str], main: str, other: str
) -> None:
    CustomerFactory(business=owner.business, name="Kaveri")
    text = page(owner, checked(owner, csv("Name,PIN code", *rows)))
    [button] = re.findall(r'<button class="btn btn-primary"[^>]*>([^<]+)</button>', text)
    assert button == main
    others = re.findall(r'<button class="btn btn-outline-secondary"[^>]*>(Upload[^<]+)</button>', text)
    assert others == [other] * bool(other)


def test_a_corrected_file_takes_the_place_of_the_one_with_errors(owner: Person) -> None:
    job = checked(owner, csv("Name,PIN code", "Asha,0"))
    assert press(owner, job, "cancel", again="1").url == reverse("data_import", args=["customers"])
    assert Job.objects.get().state == JobState.CANCELLED


def test_a_file_that_was_made_is_called_by_its_day_in_india(owner: Person) -> None:
    job = made_file(owner.membership)
    Job.objects.filter(pk=job.pk).update(
        created_at=datetime.datetime(2026, 11, 24, 19, 0, tzinfo=datetime.UTC)
    )
    answer = owner.client.get(reverse("data_job_file", args=[job.pk]))
    assert "customers-2026-11-25.csv" in answer["Content-Disposition"]


def test_errors_are_downloaded_as_csv_with_nothing_in_it_that_a_spreadsheet_would_run(owner: Person) -> None:
    job = checked(owner, csv("Name,Phone", "Asha,=1+1", "Ravi,x"))
    answer = owner.client.get(reverse("data_job_errors", args=[job.pk]))
    assert answer["Content-Disposition"] == f'attachment; filename="customers-errors-{job.pk}.csv"'
    rows = [row.cells for row in reading.rows(answer.content)]
    assert rows[0] == ["Row", "Column", "Value", "What is wrong"]
    assert [row[:3] for row in rows[1:]] == [["2", "Phone", "=1+1"], ["3", "Phone", "x"]]
    assert b"'=1+1" in answer.content


def test_a_small_export_comes_at_once_and_a_large_one_is_made_in_the_background(
    owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    CustomerFactory.create_batch(3, business=owner.business)
    path = reverse("data_export", args=["customers", "xlsx"])
    answer = owner.client.get(path)
    assert answer.content.startswith(b"PK")
    assert answer["Content-Disposition"].startswith('attachment; filename="customers-')
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    assert owner.client.get(path).url == reverse("data")
    assert reverse("data_export_later", args=["customers", "xlsx"]) in owner.client.get(reverse("data")).text
    made = owner.client.post(reverse("data_export_later", args=["customers", "csv"]))
    job = Job.objects.get()
    assert made.url == job.get_absolute_url()
    assert "The file is kept for 7 days" in page(owner, job)
    answer = owner.client.get(reverse("data_job_file", args=[job.pk]))
    assert answer.content == exporting.file(owner.business, "customers", "csv")


def test_more_than_five_unfinished_exports_are_refused_with_a_message(
    owner: Person, with_worker: list[str]
) -> None:
    for _ in range(jobs.MOST_OPEN):
        owner.client.post(reverse("data_export_later", args=["customers", "csv"]))
    answer = owner.client.post(reverse("data_export_later", args=["customers", "csv"]), follow=True)
    assert "Finish or cancel one of them first" in answer.text
    assert Job.objects.count() == jobs.MOST_OPEN


@pytest.mark.parametrize("slug", ["invoices", "customers.exe"])
def test_there_is_nothing_else_to_import_or_export(owner: Person, slug: str) -> None:
    assert owner.client.get(f"/data/import/{slug}/").status_code == 404
    assert owner.client.get(f"/data/export/{slug}.csv").status_code == 404
    assert owner.client.get("/data/export/customers.exe").status_code == 404


def test_files_are_sent_and_made_so_often_in_an_hour_and_no_more(
    owner: Person, teammate: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ALLOWED_FILES", 1)
    monkeypatch.setattr(limits.wait_for_file, "__defaults__", None)
    path = reverse("data_export", args=["customers", "csv"])
    assert [owner.client.get(path).status_code for _ in range(2)] == [200, 429]
    assert send(owner, "Name\nAsha\n").status_code == 429
    assert teammate.client.get(path).status_code == 200


def test_a_teammate_sees_and_carries_on_what_the_owner_began_and_a_stranger_finds_nothing(
    owner: Person, teammate: Person, stranger: Person
) -> None:
    job = sent_file(owner.membership, numbered(2))
    made = made_file(owner.membership)
    for deed in ("columns", "start", "cancel"):
        assert press(stranger, job, deed, name="0").status_code == 404
    for name, row in (
        ("data_job", job),
        ("data_job_status", job),
        ("data_job_errors", job),
        ("data_job_file", made),
    ):
        path = reverse(name, args=[row.pk])
        assert stranger.client.get(path).status_code == 404
        assert teammate.client.get(path).status_code == 200
    for person, sees in ((teammate, True), (stranger, False)):
        assert (reverse("data_job", args=[job.pk]) in person.client.get(reverse("data")).text) is sees
    press(teammate, job, "columns", name="0")
    go_on()
    press(teammate, job, "start")
    go_on()
    assert {customer.business for customer in Customer.objects.all()} == {owner.business}
    assert Customer.objects.count() == 2


def test_an_export_holds_nothing_of_another_business(owner: Person, stranger: Person) -> None:
    CustomerFactory(business=owner.business, name="Mine")
    CustomerFactory(business=stranger.business, name="Theirs")
    content = owner.client.get(reverse("data_export", args=["customers", "csv"])).content
    assert b"Mine" in content
    assert b"Theirs" not in content


def test_hostile_text_of_a_file_is_text_on_every_page(owner: Person) -> None:
    evil = "<script>alert(1)</script>"
    job = sent_file(owner.membership, csv(f"Name,{evil}", f"{evil},{evil}"))
    assert evil not in page(owner, job)
    job = checked(owner, csv("Name,PIN code", f"{evil},{evil}"))
    assert evil not in page(owner, job)
    imported(owner, csv("Name", evil))
    assert evil not in owner.client.get(reverse("customer_list")).text
