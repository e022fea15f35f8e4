"""An import on real processes, whose worker is killed in the middle of a part."""

from pathlib import Path

import pytest

from gstbillingapp import jobs as worker
from gstbillingapp.models import Customer, Job, JobState
from tests.acceptance.test_papers import comes
from tests.factories import sent_file
from tests.support.browserless import Client
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

PARTS = 4


def state(client: Client, job: Job) -> str:
    answer: str = client.get(f"/data/jobs/{job.pk}/status/").json()["state"]
    return answer


def test_an_import_whose_worker_was_killed_goes_on_and_no_row_comes_twice(
    stack: Stack, tmp_path: Path
) -> None:
    business, client = comes(stack)
    stack.kill("worker")
    stack.worker_app = "tests.support.job_saboteur"
    order = tmp_path / "die"
    stack.environment["SABOTAGE"] = str(order)
    stack.start("worker")
    count = worker.PART * PARTS
    rows = ["Name,City", *(f"Customer {number},Hubli" for number in range(count))]
    job = sent_file(business.memberships.get(), "\n".join(rows))
    client.post(f"/data/jobs/{job.pk}/columns/", {"name": 0, "city": 1})
    wait_until(lambda: state(client, job) == "checked", 30)
    order.touch()
    client.post(f"/data/jobs/{job.pk}/start/")
    wait_until(lambda: not order.exists(), 30)
    wait_until(lambda: not stack.process("worker").is_running, 10)
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING
    assert Customer.objects.filter(business=business).count() in range(worker.PART, count, worker.PART)
    stack.start("worker")
    wait_until(lambda: state(client, job) == "done", 60)
    names = Customer.objects.filter(business=business).values_list("name", flat=True)
    assert len(names) == len(set(names)) == count
    told = business.memberships.get().user.notifications.get()
    assert told.message == f"{count:,} rows, 0 errors"
