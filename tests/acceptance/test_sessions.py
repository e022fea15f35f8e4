"""The end of a session ends its sockets: on every server, within two seconds, and nobody else's."""

from collections.abc import Callable
from datetime import timedelta
from http.cookiejar import Cookie
from time import monotonic

import django.test
import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from gstbillingapp.models import Membership
from tests.support.browserless import Client, Socket

pytestmark = pytest.mark.once

ON_DEMO = pytest.mark.parametrize("live_database", ["demo"], indirect=True)
ON_BOTH = pytest.mark.parametrize("stack", ["uvicorn", "daphne"], indirect=True)
PASSWORD, NEW_PASSWORD = "gst-demo", "tulsi-leaf-and-honey"
# The contract's word for "at once".
LIMIT_SECONDS = 2.0
SERVERS = ("web", "web-2")


def let_in(stack, username: str) -> Client:
    """A new session of that person, without the second that checking a password takes."""
    browser = django.test.Client()
    browser.force_login(User.objects.get(username=username), "django.contrib.auth.backends.ModelBackend")
    person = Client(stack.url)
    person.cookies.set_cookie(cookie("sessionid", browser.session.session_key))
    return person


def cookie(name: str, value: str) -> Cookie:
    """As the site would have set it."""
    there = {"domain": "127.0.0.1", "domain_specified": False, "domain_initial_dot": False}
    path = {"path": "/", "path_specified": True, "port": None, "port_specified": False}
    kept = {
        "secure": False,
        "expires": None,
        "discard": True,
        "comment": None,
        "comment_url": None,
        "rest": {},
    }
    return Cookie(0, name, value, **there, **path, **kept)


def sockets_of(stack, person: Client) -> list[Socket]:
    """An open socket of that session on every server."""
    opened = []
    for name in SERVERS:
        there = Client(stack.web_url(name))
        there.cookies = person.cookies
        opened.append(there.socket())
        opened[-1].receive("unread_count")
    return opened


def session_of(person: Client):
    [key] = [cookie.value for cookie in person.cookies if cookie.name == "sessionid"]
    return Session.objects.filter(session_key=key)


def all_close(sockets: list[Socket], deed: Callable[[], object]) -> None:
    """The deed closes every one of them with 4401 within the contract's time."""
    deed()
    done = monotonic()
    codes = [socket.wait_closed() for socket in sockets]
    took = monotonic() - done
    assert codes == [4401] * len(sockets)
    assert took < LIMIT_SECONDS, f"{took:.2f} s after the deed"


def still_open(sockets: list[Socket]) -> None:
    for socket in sockets:
        socket.send({"type": "ping"})
        socket.receive("pong")


@ON_DEMO
@ON_BOTH
def test_every_way_a_session_ends_closes_its_sockets_on_every_server_and_no_others(stack):
    stack.start("web-2")
    owner, second = (let_in(stack, "demo") for _ in range(2))
    stranger = let_in(stack, "demo-other")
    bystanders = sockets_of(stack, stranger)
    signs_out_on_another_server(stack, owner, second)
    changes_her_password(stack, second)
    loses_his_session(stack, "demo-staff")
    is_taken_off_the_team(stack, let_in(stack, "demo"), "demo-staff")
    is_deactivated_or_deleted_in_the_administration(stack)
    still_open(bystanders)
    for socket in bystanders:
        socket.close()


def signs_out_on_another_server(stack, owner: Client, second: Client) -> None:
    theirs, others = sockets_of(stack, owner), sockets_of(stack, second)
    elsewhere = Client(stack.web_url("web-2"))
    for cookie in owner.cookies:
        elsewhere.cookies.set_cookie(cookie)
    all_close(theirs, elsewhere.sign_out)
    still_open(others)
    for socket in others:
        socket.close()
    assert Client.socket(owner).wait_closed() == 4401
    assert owner.get("/notifications/api/count/").status == 401


def changes_her_password(stack, person: Client) -> None:
    """All of the person's sockets end, those of the session that changed it too: that one goes on."""
    other = let_in(stack, "demo")

    def changes_password() -> None:
        form = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
        assert "Your password is changed" in person.post("/accounts/password/", form).text

    all_close(sockets_of(stack, person) + sockets_of(stack, other), changes_password)
    assert other.get("/notifications/api/count/").status == 401
    reopened = sockets_of(stack, person)
    witness = let_in(stack, "demo-staff")
    all_close(sockets_of(stack, witness), session_of(witness).delete)  # so they have been looked at as well
    still_open(reopened)
    for socket in reopened:
        socket.close()


def loses_his_session(stack, username: str) -> None:
    """It expires, or somebody deletes the row."""
    for end in (expire, delete):
        person = let_in(stack, username)
        all_close(sockets_of(stack, person), lambda person=person, end=end: end(person))
        assert person.get("/notifications/api/count/").status == 401


def expire(person: Client) -> None:
    session_of(person).update(expire_date=timezone.now() - timedelta(seconds=1))


def delete(person: Client) -> None:
    session_of(person).delete()


def is_taken_off_the_team(stack, owner: Client, username: str) -> None:
    """What a teammate who was shut out can still reach: nothing."""
    person = let_in(stack, username)
    member = Membership.objects.get(user__username=username)
    all_close(sockets_of(stack, person), lambda: owner.post(f"/business/team/{member.user_id}/remove/"))
    assert person.socket().wait_closed() == 4401
    for path in ("/notifications/api/", "/notifications/api/changes/?since=0"):
        assert person.get(path).status == 401
    assert person.get("/invoices/").url.startswith(f"{stack.url}/accounts/login/")
    assert person.get("/business/").url.startswith(f"{stack.url}/accounts/login/")
    assert not member.business.members().filter(pk=member.user_id), "what happens there is still told him"


def is_deactivated_or_deleted_in_the_administration(stack) -> None:
    person = User.objects.create_user("guest")
    sockets = sockets_of(stack, let_in(stack, "guest"))
    all_close(sockets, lambda: User.objects.filter(pk=person.pk).update(is_active=False))
    User.objects.filter(pk=person.pk).update(is_active=True)
    sockets = sockets_of(stack, let_in(stack, "guest"))
    all_close(sockets, lambda: User.objects.filter(pk=person.pk).delete())
