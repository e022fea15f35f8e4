"""The JSON side: shapes, errors, limits, and that nobody reaches the inbox of another."""

import json

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from delivery import inbox, reading
from delivery.drafts import Draft
from delivery.models import Notification
from gstbillingapp import limits
from tests.support.inbox_client import InboxClient, state_equals_events, truth

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def asha():
    return User.objects.create_user("asha")


@pytest.fixture
def browser(asha):
    client = Client()
    client.force_login(asha)
    return client


@pytest.fixture
def stranger():
    client = Client()
    client.force_login(User.objects.create_user("stranger"))
    return client


def post(user, times=1, **fields):
    return [inbox.post([user.pk], Draft(title=f"Number {n}", message="", **fields))[0] for n in range(times)]


GETS = ["/notifications/api/count/", "/notifications/api/changes/?since=0", "/notifications/api/"]
POSTS = [
    "/notifications/1/read/",
    "/notifications/1/delete/",
    "/notifications/read-all/",
    "/notifications/delete-read/",
]


def test_the_count_and_its_revision(asha, browser):
    assert browser.get(GETS[0]).json() == {"unread_count": 0, "revision": 0}
    post(asha, 2)
    assert browser.get(GETS[0]).json() == {"unread_count": 2, "revision": 2}


def test_the_changes_have_the_contracts_shape(asha, browser):
    kept, gone = post(asha, 2, link_url="/invoices/", link_text="View")
    inbox.delete(asha.pk, gone.pk)
    answer = browser.get("/notifications/api/changes/?since=0&limit=100").json()
    assert list(answer) == ["revision", "unread_count", "notifications", "next", "reset"]
    assert (answer["revision"], answer["unread_count"], answer["next"], answer["reset"]) == (
        3,
        1,
        None,
        False,
    )
    first, second = answer["notifications"]
    assert (first["id"], first["revision"], first["is_read"], first["link_url"]) == (
        kept.pk,
        1,
        False,
        "/invoices/",
    )
    assert second == {"id": gone.pk, "is_deleted": True, "revision": 3}


def test_following_the_cursor_over_http_gives_the_truth(asha, browser):
    post(asha, 12)

    def fetch(since, cursor):
        more = {"cursor": cursor} if cursor else {}
        return browser.get("/notifications/api/changes/", {"since": since, "limit": 5, **more}).json()

    client = InboxClient(fetch)
    client.opened()
    assert client.state() == truth(asha.pk)


@pytest.mark.parametrize("missed", [0, 100])
def test_a_catch_up_takes_six_queries_however_much_was_missed(
    asha, browser, missed, django_assert_num_queries
):
    post(asha, missed)
    # Session, user, inbox, whether it is too much, the rows, whether their history was pruned meanwhile.
    with django_assert_num_queries(6):
        answer = browser.get("/notifications/api/changes/?since=0&limit=100")
    assert len(answer.json()["notifications"]) == missed


def test_a_page_is_newest_first_and_filtered_by_status_and_type(asha, browser):
    rows = post(asha, 3)
    [invoice] = post(asha, notification_type="INVOICE")
    inbox.mark_read(asha.pk, rows[0].pk)

    def ids(query):
        return [row["id"] for row in browser.get(f"/notifications/api/?{query}").json()["notifications"]]

    assert ids("") == [invoice.pk, rows[2].pk, rows[1].pk, rows[0].pk]
    assert ids("status=unread") == [invoice.pk, rows[2].pk, rows[1].pk]
    assert ids("status=read") == [rows[0].pk]
    assert ids("type=INVOICE") == [invoice.pk]
    assert ids(f"before={rows[2].pk}&limit=1") == [rows[1].pk]
    assert browser.get("/notifications/api/?limit=2").json()["next"] == rows[2].pk
    assert browser.get("/notifications/api/?limit=4").json()["next"] is None


def test_every_change_by_post_answers_the_counts_and_is_idempotent(asha, browser):
    with state_equals_events(asha.pk):
        first, second = post(asha, 2)
        for _ in range(2):
            answer = browser.post(f"/notifications/{first.pk}/read/")
            assert answer.json() == {"unread_count": 1, "revision": 3}
        for _ in range(2):
            assert browser.post(f"/notifications/{second.pk}/delete/").json() == {
                "unread_count": 0,
                "revision": 4,
            }
        assert browser.post("/notifications/read-all/").json() == {"unread_count": 0, "revision": 4}
        assert browser.post("/notifications/delete-read/").json() == {"unread_count": 0, "revision": 5}
        assert browser.post("/notifications/delete-read/").json() == {"unread_count": 0, "revision": 5}


@pytest.mark.parametrize("path", GETS)
def test_nobody_is_told_anything_without_a_session(path):
    answer = Client().get(path)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_signed_in"


@pytest.mark.parametrize("path", POSTS)
def test_nobody_changes_anything_without_a_session(path):
    assert Client().post(path).status_code == 401


@pytest.mark.parametrize("path", POSTS)
def test_a_post_without_the_csrf_token_is_refused_in_json(asha, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(asha)
    [row] = post(asha)
    answer = client.post(path.replace("1", str(row.pk)))
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "csrf"
    assert reading.snapshot(asha.pk) == (1, 1)


@pytest.mark.parametrize("path", POSTS)
def test_nothing_changes_by_get(asha, browser, path):
    [row] = post(asha)
    answer = browser.get(path.replace("1", str(row.pk)))
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert reading.snapshot(asha.pk) == (1, 1)


@pytest.mark.parametrize("deed", ["read", "delete"])
def test_the_notification_of_another_is_not_there(asha, stranger, deed):
    [row] = post(asha)
    answer = stranger.post(f"/notifications/{row.pk}/{deed}/")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert reading.snapshot(asha.pk) == (1, 1)


def test_a_stranger_sees_nothing_in_any_answer(asha, stranger):
    post(asha, 3)
    for path in GETS:
        assert "Number" not in stranger.get(path).content.decode()
    stranger.post("/notifications/read-all/")
    assert Notification.objects.filter(is_read=False).count() == 3


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("since", "changes/"),
        ("since", "changes/?since=-1"),
        ("since", "changes/?since=1.5"),
        ("since", "changes/?since=abc"),
        ("since", "changes/?since=४१"),
        ("since", "changes/?since=99999999999999999999"),
        ("limit", "changes/?since=0&limit=0"),
        ("limit", "changes/?since=0&limit=1001"),
        ("limit", "changes/?since=0&limit="),
        ("cursor", "changes/?since=0&cursor=nonsense"),
        ("cursor", "changes/?since=99&cursor=nonsense"),
        ("cursor", "changes/?since=0&cursor="),
        ("cursor", "changes/?since=0&cursor=!MTox!"),
        ("status", "?status=seen"),
        ("type", "?type=BOGUS"),
        ("before", "?before=x"),
        ("before", "?before=0"),
        ("limit", "?limit=101"),
    ],
)
def test_a_bad_parameter_is_named(browser, name, query):
    answer = browser.get(f"/notifications/api/{query}")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "bad_parameter"
    assert error["message"].startswith(f"{name}: ")


@pytest.mark.parametrize("number", [0, 999, 2**63 - 1, 2**63, 10**30])
def test_a_number_that_is_no_notification_is_not_there(browser, number):
    assert browser.post(f"/notifications/{number}/read/").status_code == 404


def test_who_asks_too_often_is_told_when_to_come_back(asha, browser, monkeypatch):
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_010.0)
    for _ in range(limits.ALLOWED):
        assert browser.get(GETS[0]).status_code == 200
    answer = browser.get(GETS[0])
    assert answer.status_code == 429
    assert answer["Retry-After"] == "50"
    assert answer.json()["error"]["code"] == "rate_limited"
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_061.0)
    assert browser.get(GETS[0]).status_code == 200


@pytest.mark.parametrize(
    ("asked", "sent_to"),
    [
        ("/invoices/?page=2", "/invoices/?page=2"),
        ("https://evil.example/", "/notifications/"),
        ("//evil.example/", "/notifications/"),
        ("//", "/notifications/"),
        ("", "/notifications/"),
    ],
)
def test_a_plain_form_is_sent_back_to_a_page_of_this_site(asha, browser, asked, sent_to):
    [row] = post(asha)
    answer = browser.post(
        f"/notifications/{row.pk}/read/",
        {"next": asked},
        headers={"accept": "text/html,application/xhtml+xml"},
    )
    assert (answer.status_code, answer["Location"]) == (302, sent_to)


def test_a_plain_form_whose_notification_is_gone_gets_a_page_and_who_is_signed_out_the_sign_in(browser):
    accept = {"accept": "text/html,application/xhtml+xml"}
    gone = browser.post("/notifications/999/read/", headers=accept)
    assert (gone.status_code, gone["Content-Type"]) == (404, "text/html; charset=utf-8")
    signed_out = Client().post("/notifications/999/read/", headers=accept)
    assert signed_out["Location"] == "/accounts/login/?next=/notifications/"


def test_who_is_signed_out_is_told_so_before_any_csrf_token(db):
    answer = Client(enforce_csrf_checks=True).post("/notifications/read-all/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_signed_in")


def test_text_of_a_notification_is_json_and_nothing_else(asha, browser):
    row = inbox.post([asha.pk], Draft(title="</script><script>alert(1)</script>", message=""))[0]
    answer = browser.get("/notifications/api/")
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert json.loads(answer.content)["notifications"][0]["title"] == row.title


def test_a_type_that_this_release_does_not_know_hides_nothing_from_its_owner(asha, browser):
    [strange], [known] = (inbox.post([asha.pk], Draft(title=title, message="")) for title in ("New", "Old"))
    Notification.objects.filter(pk=strange.pk).update(notification_type="SHIPMENT")
    page = browser.get("/notifications/api/").json()["notifications"]
    assert {row["id"] for row in page} == {strange.pk, known.pk}
    assert {row["icon_class"] for row in page} == {"bi-info-circle text-info"}
    assert browser.get("/notifications/api/changes/?since=0").status_code == 200
