"""The logs: one delivery is followed from its request to its frame, and nothing more is read or forged."""

import asyncio
import json
import logging
import re
import subprocess
import sys
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from delivery import drain, frames, inbox, trail
from delivery.drafts import Draft
from delivery.layer import OneProcessLayer
from delivery.models import Delivery
from gstbillingapp import request_ids
from gstbillingapp.log_lines import JsonLine, OneLine
from tests.support.databases import ROOT, clean_environment
from tests.support.inbox_client import recorded_layer
from tests.support.waiting import wait_until

NASTY = ["\nCRITICAL root: forged", "\r", "\x1b[2J", "\u202e", "\u2028", "\x00", "\x7f", "\x9b31m", '" }{']
ID = "edge-7f3a.91_0"


@pytest.fixture(params=["line", "json"])
def log(request, monkeypatch, settings):
    """What the product's handler writes meanwhile, in either form, read back."""
    [handler] = [h for h in logging.getLogger().handlers if isinstance(h.formatter, OneLine)]
    stream = StringIO()
    monkeypatch.setattr(handler, "stream", stream)
    if request.param == "json":
        monkeypatch.setattr(handler, "formatter", JsonLine())

    def lines():
        trail.flush()
        return [read(line) for line in stream.getvalue().splitlines()]

    return lines


def read(line):
    if line.startswith("{"):
        told = json.loads(line)
        return {**told, "deliveries": told.get("deliveries", [])}
    words = dict(re.findall(r" (\w+)=(\S+)", line))
    ids = [int(number) for number in words.get("deliveries", "").split(",") if number]
    message = re.match(r"\S+ \S+ \w+ +[\w.]+: (\S+)", line)
    assert message, line
    return {**words, "deliveries": ids, "message": message[1]}


@pytest.fixture
def asha(db):
    return User.objects.create_user("asha")


def post(user, **fields):
    return inbox.post([user.pk], Draft(**{"title": "Paid", "message": "₹90,271", **fields}))[0]


def committed(capture, deed):
    with capture(execute=True):
        return deed()


@pytest.mark.django_db(transaction=True)
def test_one_delivery_is_followed_from_its_request_to_the_sockets_of_a_process(client, log):
    asha = User.objects.create_user("asha")
    row = post(asha)
    client.force_login(asha)
    answer = client.post(f"/notifications/{row.pk}/read/")
    change = Delivery.objects.latest("pk").pk
    with recorded_layer() as layer:
        drain.drain("a-task")
    relay_to_one_socket(layer.sent[0][1])
    lines = [line for line in log() if change in line["deliveries"]]
    assert [line["message"] for line in lines] == ["changed", "sent", "relayed"]
    assert lines[0]["request_id"] == answer["X-Request-ID"]
    assert lines[1]["task_id"] == "a-task"
    assert int(lines[2]["sockets"]) == 1
    of_the_post = [line["message"] for line in log() if row.delivery.pk in line["deliveries"]]
    assert sorted(of_the_post) == ["posted", "relayed", "sent"]


def relay_to_one_socket(message):
    async def relayed():
        layer = OneProcessLayer()
        await layer.group_add("inbox.1", await layer.new_channel())
        await layer.group_send("inbox.1", message)
        await asyncio.sleep(0)

    asyncio.run(relayed())


def test_what_is_rolled_back_leaves_no_trail(asha, log, django_capture_on_commit_callbacks):
    def rolled_back():
        with transaction.atomic():
            post(asha)
            transaction.set_rollback(True)

    committed(django_capture_on_commit_callbacks, rolled_back)
    assert log() == []


def test_a_batch_is_one_line_that_names_all_of_it(asha, log):
    rows = [post(asha) for _ in range(150)]
    with recorded_layer():
        drain.drain()
    [line] = log()
    assert line["message"] == "sent"
    assert line["deliveries"] == sorted(row.delivery.pk for row in rows)


@pytest.mark.django_db(transaction=True)
def test_a_thousand_posts_of_a_script_are_few_lines_that_name_each_of_them(log):
    asha = User.objects.create_user("asha")
    rows = [post(asha) for _ in range(100)]
    named = wait_until(lambda: len(ids_of(log())) >= 100 and log(), 5, "some were never named")
    assert len(named) < 50
    assert ids_of(named) == [row.delivery.pk for row in rows]
    assert all("request_id" not in line for line in named)


def ids_of(lines):
    return [pk for line in lines for pk in line["deliveries"]]


@pytest.mark.once
def test_what_is_gathered_is_written_by_itself_and_at_the_end_of_a_process(tmp_path):
    script = """
import django; django.setup()
import time
from delivery import trail
trail.relayed([1, 2], 3); trail.relayed([3], 3); trail.relayed([4], 1)
time.sleep(5 * trail.MOMENT)
print("half way", flush=True)
trail.relayed([5], 1)
"""
    environment = clean_environment(DATABASE_URL=f"sqlite:///{tmp_path / 'none.sqlite3'}")
    environment["DJANGO_SETTINGS_MODULE"] = "gstbilling.settings"
    command = [sys.executable, "-c", script]
    both = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    words = re.findall(r"relayed deliveries=(\S+) sockets=(\d)|(half way)", both)
    assert words == [("1,2,3", "3", ""), ("4", "1", ""), ("", "", "half way"), ("5", "1", "")]


@pytest.mark.once
def test_a_post_to_ten_thousand_people_is_lines_of_a_bearable_length(log):
    trail.relayed(list(range(10_000)), 1)
    lines = log()
    assert ids_of(lines) == list(range(10_000))
    assert max(len(line["deliveries"]) for line in lines) == trail.MOST_IDS


def test_what_failed_and_what_was_parked_is_named(asha, log):
    row = post(asha)
    with recorded_layer() as layer:
        layer.failing = {frames.group_of(asha.pk): ConnectionRefusedError()}
        drain.drain()
        layer.failing = {frames.group_of(asha.pk): ValueError("₹90,271")}
        drain.drain()
    trails = [line for line in log() if line["deliveries"] == [row.delivery.pk]]
    assert [line["message"] for line in trails] == ["parked", "failed"]
    assert "90,271" not in str(log())


@pytest.mark.once
def test_switched_off_it_costs_nothing_and_registers_nothing(asha, log, caplog):
    caplog.set_level(logging.WARNING, logger="delivery.trail")
    before = len(connection.run_on_commit)
    trail.posted([1])
    trail.settled({"sent": [1]}, 0.1)
    trail.relayed([1], 1)
    assert len(connection.run_on_commit) == before
    assert log() == []


def refused(client, **headers):
    return client.get("/nothing/", headers={"accept": "text/html", **headers})


def test_every_line_of_a_request_carries_the_id_that_its_answer_has(client, db, log):
    answers = [refused(client) for _ in range(2)]
    ids = [answer["X-Request-ID"] for answer in answers]
    assert [line["request_id"] for line in log()] == ids
    assert len(set(ids)) == 2
    logging.getLogger("gstbillingapp").warning("later")
    assert "request_id" not in log()[-1]


@pytest.mark.once
def test_a_proxy_of_ours_may_name_a_request_and_nobody_else(client, db, log, settings):
    settings.PROXY_COUNT = 1
    assert refused(client, **{"x-request-id": ID})["X-Request-ID"] == ID
    assert log()[-1]["request_id"] == ID
    settings.PROXY_COUNT = 0
    assert refused(client, **{"x-request-id": ID})["X-Request-ID"] != ID


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "two words", "a=b;c=d;e", "नमस्ते-नमस्ते", "1234567\u00e9"]
)
@pytest.mark.once
def test_an_id_of_any_other_form_is_replaced(client, db, settings, given):
    settings.PROXY_COUNT = 1
    assert re.fullmatch("[0-9a-f]{32}", refused(client, **{"x-request-id": given})["X-Request-ID"])


@pytest.mark.asyncio
async def test_requests_that_are_answered_at_once_keep_their_ids_apart():
    seen = {}

    async def view(request):
        await asyncio.sleep(0)
        seen[request.path] = request_ids.current.get()
        return HttpResponse()

    middleware = request_ids.RequestIds(view)
    answers = await asyncio.gather(*(middleware(RequestFactory().get(f"/{n}/")) for n in range(10)))
    assert [answer["X-Request-ID"] for answer in answers] == [seen[f"/{n}/"] for n in range(10)]
    assert len(set(seen.values())) == 10
    assert request_ids.current.get() == ""


@pytest.mark.parametrize(
    "formatter", [OneLine("{asctime} {message}", style="{"), JsonLine()], ids=["line", "json"]
)
@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
@pytest.mark.once
def test_nothing_in_a_message_a_field_or_a_traceback_makes_a_second_line(formatter, nasty):
    error = ValueError(nasty)
    record = logging.LogRecord(
        "x", logging.ERROR, "", 1, f"asha{nasty}ravi", (), (ValueError, error, error.__traceback__)
    )
    record.cause, record.deliveries = f"dead:{nasty}", [1, 2]
    written = formatter.format(record)
    first, *rest = written.splitlines()
    assert written.replace("\n", "").isprintable()
    assert all(line.startswith("    ") for line in rest)
    if isinstance(formatter, JsonLine):
        assert rest == []
        told = json.loads(first)
        assert (told["message"], told["cause"]) == (f"asha{nasty}ravi", f"dead:{nasty}")
        assert "ValueError" in told["traceback"]
    else:
        assert "deliveries=1,2" in first


@pytest.mark.parametrize("formatter", [OneLine("{message}", style="{"), JsonLine()], ids=["line", "json"])
@pytest.mark.once
def test_what_a_library_hangs_on_a_record_is_not_written(formatter):
    record = logging.LogRecord("x", logging.INFO, "", 1, "hello", (), None)
    record.request = RequestFactory().post("/?q=Kaveri+Handlooms", {"password": "s3cret"})
    record.data, record.password = {"secret": "s3cret"}, "s3cret"
    written = formatter.format(record)
    assert "s3cret" not in written
    assert "Kaveri" not in written
