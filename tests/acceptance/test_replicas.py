"""The services of docker-compose.yml, scaled: two web replicas behind the balancer, two workers, one beat.

On PostgreSQL, a Redis and an nginx of their own, started as the file says (see `tests.support.compose`).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from pytest_django import DjangoDbBlocker

from delivery.models import Delivery, DeliveryState, Notification
from gstbillingapp.models import Business, Invoice, Membership, Role
from tests.factories import BusinessFactory, draft
from tests.support.browserless import Client
from tests.support.compose import HERE, ComposeStack, running_services
from tests.support.followers import Follower
from tests.support.inbox_client import InboxClient, truth
from tests.support.ordeal import PASSWORD, suffer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

WEBS = ("web", "web-2")
VICTIMS = (*WEBS, "worker", "worker-2", "beat", "redis", "balancer")
SENT_WITHIN = 30.0  # seconds; a dead worker's lease and a sweep are 15 of them
BURST = 40
names = (f"replica-{number}" for number in count(1))


@pytest.fixture(scope="module")
def replicas(
    django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ComposeStack]:
    """All of it, once for this file."""
    with django_db_blocker.unblock(), running_services(tmp_path_factory.mktemp("compose")) as stack:
        yield stack


@pytest.fixture
def opens(replicas: ComposeStack) -> Iterator[Callable[..., Follower]]:
    """`opens(user, "web-2")`: a page of theirs, open there."""
    with ExitStack() as pages:

        def open_page(user: User, web: str = "balancer") -> Follower:
            page = Follower(replicas.sign_in(user.username, PASSWORD, web))
            pages.callback(page.close)
            page.follow_until(lambda client: client.catch_ups > 0)
            return page

        yield open_page


def person(business: Business) -> User:
    """Somebody who works there."""
    password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    user = User.objects.create(username=next(names), password=password)
    Membership.objects.create(business=business, user=user, role=Role.OWNER)
    return user


def agrees(user: User) -> Callable[[InboxClient], bool]:
    """Whether a page shows what the database says: badge, revision and every row, each shown once."""

    def check(client: InboxClient) -> bool:
        return client.state() == truth(user.pk) and len(client.shown) == len(set(client.shown))

    return check


def test_every_health_check_is_content(replicas: ComposeStack) -> None:
    for name in ("web", "worker", "beat"):
        assert replicas.is_content(name), name
    *_, address = replicas.services["balancer"]["healthcheck"]["test"]
    path = address.removeprefix("http://127.0.0.1:8000")
    assert replicas.visitor().get(path).status == 200


def test_what_a_command_of_the_image_posts_reaches_a_socket_behind_the_balancer(
    replicas: ComposeStack, opens: Callable[..., Follower]
) -> None:
    asha = person(BusinessFactory())
    page = opens(asha)
    replicas.manage("notify", asha.username, "Over Redis", "From PostgreSQL")
    page.follow_until(lambda client: client.titles == ["Over Redis"])
    page.follow_until(agrees(asha))


def test_what_is_done_at_one_web_replica_reaches_the_sockets_of_the_other(
    replicas: ComposeStack, opens: Callable[..., Follower]
) -> None:
    business = BusinessFactory()
    asha, ravi = person(business), person(business)
    strangers = opens(person(BusinessFactory()), "web-2")
    pages = [(user, opens(user, web)) for user in (asha, ravi) for web in WEBS]
    invoice = draft(business)
    assert pages[0][1].http.post(f"/invoice/{invoice.pk}/issue/").status == 200
    assert Invoice.objects.get(pk=invoice.pk).number
    for user, page in pages:
        page.follow_until(lambda client: len(client.shown) == client.count == 1)
        page.follow_until(agrees(user))
    [read] = Notification.objects.filter(user=ravi)
    at_web, at_web_2 = (page for user, page in pages if user == ravi)
    assert at_web_2.http.post(f"/notifications/{read.pk}/read/").status == 200
    at_web.follow_until(lambda client: client.count == 0)
    at_web.follow_until(agrees(ravi))
    strangers.hear_out()
    assert strangers.client.shown == []


def test_the_balancer_passes_on_who_asks_and_keeps_the_metrics_inside(replicas: ComposeStack) -> None:
    outside = replicas.visitor()
    outside.post("/accounts/login/", {"username": "nobody-here", "password": "not it"})
    log = "".join(replicas.process(web).log() for web in WEBS)
    assert HERE in log, "who guesses passwords is told by the address that the outer proxy wrote"
    for path in ("/metrics", "/metrics/", "//metrics", "/%6detrics", "/healthz/../metrics"):
        answer = outside.get(path)
        assert (answer.status, "nginx" in answer.text) == (404, True), path
    inside = Client(replicas.web_url("web"), headers={"Host": "web:8000"}).get("/metrics")
    assert (inside.status, "gstbilling" in inside.text) == (200, True)


def test_each_process_killed_in_turn_under_traffic_loses_nothing_and_repeats_nothing(
    replicas: ComposeStack,
) -> None:
    def each_in_turn() -> None:
        for name in VICTIMS:
            kill(replicas, name)
            newest = Delivery.objects.latest("pk").pk
            if name in WEBS:
                assert replicas.visitor().get("/healthz").status == 200, "the other replica is not asked"
            start(replicas, name)
            later = Delivery.objects.filter(pk__gt=newest, state=DeliveryState.SENT)
            wait_until(later.exists, SENT_WITHIN, f"nothing is sent after {name} came back")

    suffer(replicas, [], "each process of the replicas killed -9 in turn", each_in_turn, size=BURST)


def kill(stack: ComposeStack, name: str) -> None:
    """Kill -9 a process."""
    if name == "redis":
        stack.redis.kill()
    else:
        stack.kill(name)


def start(stack: ComposeStack, name: str) -> None:
    """And start it again, as an engine does."""
    if name == "redis":
        stack.redis.start()
    else:
        stack.start(name)
