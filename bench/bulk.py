"""Many dead deliveries, the pages that show them, and their retry through the dashboard's own forms."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote_plus

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from bench.arithmetic import median
from bench.filling import CONTENT, copies, insert_from, know_sizes
from delivery import retry
from delivery.dashboard import memo
from delivery.models import Attempt, Deed, DeedState, Delivery, DeliveryState, Inbox, Notification, Outcome
from tests.support.browserless import Client
from tests.support.stack import Stack
from tests.support.swarm import Swarm, Visitor

ERROR = "ValueError in delivery.frames.body"
PASSWORD = "gst-demo-people"
NOW = "/admin/pipeline/"
DEADS = "/admin/pipeline/deliveries/?state=dead"
LOOKS = 5  # at each page; their median counts
POLL = 0.05
# Seconds without a frame after which those that are missing count as lost: longer than a dead worker's lease.
SILENCE = 30.0
GIVE_UP = 600.0


@dataclass(frozen=True)
class Ended:
    """How a bulk retry has ended."""

    deed: Deed
    seconds: float  # from Start to Done
    lost: list[int] = field(default_factory=list)  # ids of notifications that no socket was told
    twice: list[int] = field(default_factory=list)
    strayed: int = 0  # frames at a socket of somebody else


def operator(stack: Stack) -> Client:
    """Somebody who may do everything, signed in."""
    password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    User.objects.create(username="operator", password=password, is_staff=True, is_superuser=True)
    return stack.sign_in("operator", PASSWORD)


def fill(people: Sequence[Visitor], rows: int) -> None:
    """So many dead deliveries in all, shared out to these people, each with every attempt that it had."""
    share = rows // len(people)
    posted, ended = timezone.now() - timedelta(hours=2), timezone.now() - timedelta(minutes=10)
    for person in people:
        pattern = Notification(user_id=person.user_id, revision=0, created_at=posted, **CONTENT)
        copies(pattern, share, revision="n")
    notifications = f"(SELECT id, user_id, revision FROM {Notification._meta.db_table})"  # noqa: S608
    dead = Delivery(
        revision=0,
        state=DeliveryState.DEAD,
        attempts=retry.MAX_ATTEMPTS,
        created_at=posted,
        settled_at=ended,
        last_error="ValueError: no body",
        fingerprint=ERROR,
    )
    insert_from(dead, notifications, user_id="user_id", notification_id="id", revision="revision")
    for number in range(1, retry.MAX_ATTEMPTS + 1):
        attempt = Attempt(
            number=number,
            outcome=Outcome.FAILED,
            worker="worker-1:311",
            ended_at=ended - timedelta(minutes=retry.MAX_ATTEMPTS - number),
            error_class="ValueError",
            error_message="no body",
            fingerprint=ERROR,
        )
        insert_from(attempt, f"(SELECT id FROM {Delivery._meta.db_table})", delivery_id="id")  # noqa: S608
    numbers = {"revision": share, "unread_count": share, "posted": share}
    for person in people:
        Inbox.objects.update_or_create(user_id=person.user_id, defaults=numbers)
    know_sizes()
    connection.close()  # a writer that stays open would be one more in the way


def pages(desk: Client) -> dict[str, float]:
    """Seconds that each page takes, the median of a few looks, nothing of it kept from the look before."""
    one = Delivery.objects.order_by("-pk").values_list("pk", flat=True)[0]
    error = f"/admin/pipeline/deliveries/?error={quote_plus(ERROR)}"
    paths = {
        "Now": NOW,
        "Deliveries": "/admin/pipeline/deliveries/",
        "Deliveries that are dead": DEADS,
        "Deliveries with an error": error,
        "Deliveries with it in 24 h": f"{error}&window=24",
        "One delivery": f"/admin/pipeline/deliveries/{one}/",
    }
    found = {name: _median(desk, path) for name, path in paths.items()}
    deed = _proposed(desk)
    found["A proposed deed"] = _median(desk, deed)
    desk.post(f"{deed}cancel/")
    found["Deeds"] = _median(desk, "/admin/pipeline/deeds/")
    return found


def _median(desk: Client, path: str) -> float:
    took = []
    for _ in range(LOOKS):
        if path == NOW:
            time.sleep(memo.SECONDS + 0.1)
        began = time.monotonic()
        answer = desk.get(path)
        took.append(time.monotonic() - began)
        assert answer.status == 200, f"{path}: {answer.status}"
    return median(took)


def _proposed(desk: Client) -> str:
    """The address of a retry of all that are dead, as the list's form proposes it."""
    found = re.search(r'name="form_key" value="(\w+)"', desk.get(DEADS).text)
    assert found
    wanted = {"kind": "retry", "everything": "1", "criteria": "?state=dead", "form_key": found[1]}
    answer = desk.post("/admin/pipeline/deeds/", wanted)
    assert re.search(r"/deeds/\d+/$", answer.url), answer.url
    return answer.url.removeprefix(desk.url)


def retry_all(
    desk: Client, swarm: Swarm, rows: int, meanwhile: Callable[[Deed], None] = lambda _deed: None
) -> Ended:
    """Propose and start the retry of all that are dead, press Start twice, and follow it to its end."""
    address = _proposed(desk)
    deed = Deed.objects.get(pk=int(address.split("/")[-2]))
    assert deed.matching == rows, f"{deed.matching} of {rows}"
    began = time.monotonic()
    for _ in range(2):
        assert desk.post(f"{address}start/").status == 200
    state = ""
    while state not in (DeedState.DONE, DeedState.STOPPED, DeedState.CANCELLED):
        assert time.monotonic() < began + GIVE_UP, f"not done in {GIVE_UP:g} s"
        deed.refresh_from_db()
        meanwhile(deed)
        state = json.loads(desk.get(f"{address.rstrip('/')}.json").text)["state"]
        time.sleep(POLL)
    took = time.monotonic() - began
    deed.refresh_from_db()
    hear_out(swarm, rows)
    return Ended(deed, took, *audit(swarm))


def hear_out(swarm: Swarm, rows: int) -> None:
    """Wait until so many different ids have come, or nothing for a long while."""
    before, since = -1, time.monotonic()
    while len({(tab, pk) for tab in swarm.tabs for pk in tab.shown}) < rows:
        heard = sum(len(tab.shown) for tab in swarm.tabs)
        if heard != before:
            before, since = heard, time.monotonic()
        if time.monotonic() > since + SILENCE:
            return
        time.sleep(POLL)
    time.sleep(1.0)  # in which one that comes twice shows itself


def audit(swarm: Swarm) -> tuple[list[int], list[int], int]:
    """Ids that were lost, ids that came twice, and how many frames came to somebody else's socket."""
    lost, twice, strayed = [], [], 0
    for tab in swarm.tabs:
        assert tab.visitor is not None
        mine = Notification.objects.filter(user=tab.visitor.user_id)
        owed, heard = set(mine.values_list("pk", flat=True)), Counter(tab.shown)
        lost += sorted(owed - heard.keys())
        twice += sorted(pk for pk, times in heard.items() if times > 1)
        strayed += len(heard.keys() - owed)
    return lost, twice, strayed
