"""PDFs on real processes: made ahead, after the worker was killed over one, after Redis was away."""

from itertools import count
from pathlib import Path
from time import monotonic

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from gstbillingapp.models import Business, Invoice, Membership, Paper, PaperState, Role
from gstbillingapp.models.paper import INVOICE
from tests.factories import BusinessFactory, draft
from tests.support.browserless import Client
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

PASSWORD = "gst-demo-people"
names = (f"prints-{number}" for number in count(1))


def comes(stack: Stack) -> tuple[Business, Client]:
    """Somebody new with a business, signed in there."""
    business = BusinessFactory()
    hashed = make_password(PASSWORD, hasher="pbkdf2_sha256")
    user = User.objects.create(username=next(names), password=hashed)
    Membership.objects.create(business=business, user=user, role=Role.OWNER)
    return business, stack.sign_in(user.username, PASSWORD)


def issue(business: Business, client: Client) -> Invoice:
    """Issue one as the button does."""
    typed = draft(business)
    assert client.post(f"/invoice/{typed.pk}/issue/").status == 200
    stored = Invoice.objects.get(pk=typed.pk)
    assert not stored.is_draft
    return stored


def row(invoice: Invoice) -> Paper:
    return Paper.objects.defer("content").get(kind=INVOICE, object_id=invoice.pk)


def is_made(invoice: Invoice) -> bool:
    return row(invoice).state == PaperState.MADE


def status(client: Client, invoice: Invoice) -> str:
    state: str = client.get(f"/invoice/{invoice.pk}/pdf/status/").json()["state"]
    return state


def assert_served(client: Client, invoice: Invoice) -> None:
    answer = client.get(f"/invoice/{invoice.pk}/pdf/")
    assert answer.status == 200
    assert answer.text.startswith("%PDF-")
    assert invoice.number.replace("/", "-") in answer.headers["Content-Disposition"]


def test_an_invoice_that_is_issued_has_its_pdf_within_a_moment(shared_stack: Stack) -> None:
    business, client = comes(shared_stack)
    issue(business, client)  # the first one finds a worker that has drawn nothing yet
    began = monotonic()
    stored = issue(business, client)
    wait_until(lambda: is_made(stored), 10)
    print(f"issued and made in {monotonic() - began:.2f} s")
    assert_served(client, stored)
    assert status(client, stored) == "made"


def test_one_that_nobody_has_is_made_while_the_page_waits(shared_stack: Stack) -> None:
    business, client = comes(shared_stack)
    stored = issue(business, client)
    wait_until(lambda: is_made(stored), 10)
    Paper.objects.filter(kind=INVOICE, object_id=stored.pk).delete()
    began = monotonic()
    assert client.get(f"/invoice/{stored.pk}/pdf/").status == 202
    wait_until(lambda: status(client, stored) == "made", 10)
    print(f"asked and made in {monotonic() - began:.2f} s")
    assert_served(client, stored)


def test_what_was_asked_for_while_redis_was_away_is_made_when_it_is_back(shared_stack: Stack) -> None:
    business, client = comes(shared_stack)
    shared_stack.redis.kill()
    began = monotonic()
    stored = issue(business, client)
    assert client.get(f"/invoice/{stored.pk}/pdf/").status == 202
    assert status(client, stored) == "making"
    assert monotonic() - began < 5, "no request waits for the broker"
    shared_stack.redis.start()
    wait_until(lambda: status(client, stored) == "made", 30)
    assert_served(client, stored)


def test_a_worker_takes_up_everything_else_before_it(shared_stack: Stack) -> None:
    business, client = comes(shared_stack)
    shared_stack.terminate("worker")
    issue(business, client)
    redis = shared_stack.redis.client()
    wait_until(lambda: redis.llen("celery\x06\x169") > 0, 10)  # as kombu calls the list of that priority
    redis.close()
    shared_stack.mend()


def test_what_a_killed_worker_was_at_is_made_after_its_restart(stack: Stack, tmp_path: Path) -> None:
    business, client = comes(stack)
    order = tmp_path / "die"
    order.touch()
    stack.kill("worker")
    stack.worker_app = "tests.support.paper_saboteur"
    stack.environment["SABOTAGE"] = str(order)
    stack.start("worker")
    stored = issue(business, client)
    wait_until(lambda: not order.exists(), 20)
    wait_until(lambda: not stack.process("worker").is_running, 10)
    assert row(stored).state == PaperState.ASKED
    assert row(stored).attempts == 1
    stack.start("worker")
    wait_until(lambda: is_made(stored), 40)
    assert row(stored).attempts == 2
    assert_served(client, stored)
