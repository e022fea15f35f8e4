"""`create_notification` with anything: a row that browsers can show, or ValueError that names the field."""

import json
import re
from datetime import UTC
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import example, given, settings
from hypothesis import strategies as st

from delivery import frames
from delivery.drafts import Draft
from delivery.models import Notification, NotificationType, Priority
from gstbillingapp.utils import create_notification

ANYTHING: st.SearchStrategy[Any] = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.lists(st.text(), max_size=2)),
    *(st.text(), st.text(st.characters(codec=None), max_size=300), st.text("/\\:@.\t\0x", max_size=20)),
    st.sampled_from(
        ["/invoice/1/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/[", "http://[::1"]
    ),
)
GOOD = {
    "title": st.text("अa₹ <&'\"", min_size=1, max_size=200).filter(str.strip),
    "message": st.text("अa₹ <&'\"\n", max_size=2000),
}
OPTIONAL = {
    "notification_type": st.sampled_from(NotificationType.values),
    "link_url": st.from_regex(r"/[a-z]{1,5}/[0-9]{1,4}/", fullmatch=True),
    "link_text": st.text("अa <", max_size=60),
    "related_object_type": st.text("abc", max_size=50),
    "related_object_id": st.integers(0, 10**40),
    "priority": st.sampled_from(Priority.values),
    "dedupe_key": st.text("abc:", min_size=1, max_size=200),
    "thread_key": st.text("abc:", min_size=1, max_size=200),
}
FIELDS = {**GOOD, **OPTIONAL}


@st.composite
def arguments(draw: st.DrawFn) -> dict[str, Any]:
    """Mostly what may be posted, with one or two fields that may be anything."""
    said = draw(st.fixed_dictionaries(GOOD, optional=OPTIONAL))
    for name in draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=2)):
        said[name] = draw(ANYTHING)
    return said


@pytest.mark.django_db
@settings(settings.get_profile("fuzz"), max_examples=5 * settings.get_profile("fuzz").max_examples)
@given(said=arguments())
@example(said={"title": "Title", "message": "", "related_object_id": 10**5000})
@example(said={"title": "Title", "message": "", "link_url": "/["})
@example(said={"title": "Title", "message": "", "dedupe_key": ""})
@example(said={"title": "\u200b", "message": "\ud83d"})
def test_whatever_is_posted_is_a_row_or_names_its_field(said):
    user, _ = User.objects.get_or_create(username="asha")
    before = Notification.objects.count()
    try:
        row = create_notification(user, **said)
    except ValueError as error:
        assert str(error).partition(":")[0] in FIELDS  # noqa: PT017 - a row is as good an answer
        assert Notification.objects.count() == before
    else:
        body = json.loads(frames.notification(row, row.revision))["notification"]
        stored = Notification.objects.get(pk=row.pk)
        assert body == frames.body(stored)
        assert body["link_url"] is None or body["link_url"].startswith("/")


ROWS = st.builds(
    Notification,
    pk=st.integers(1, 2**63 - 1),
    revision=st.integers(0, 2**63 - 1),
    title=st.text(max_size=200),
    message=st.text(max_size=2000),
    notification_type=st.sampled_from(NotificationType.values),
    link_url=st.none() | st.text(max_size=20),
    link_text=st.none() | st.text(max_size=20),
    priority=st.sampled_from(Priority.values),
    is_read=st.booleans(),
    is_deleted=st.booleans(),
    created_at=st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 1 < moment.year < 9999),
)


@settings(settings.get_profile("fuzz"), max_examples=100)
@given(ROWS, st.integers(0, 2**63 - 1), st.integers(0, 2**31))
def test_every_row_becomes_frames_that_say_it_and_fit_one_message(row, revision, count):
    for text in (frames.notification(row, revision), frames.unread_count(count, revision)):
        frame = json.loads(text)
        assert "\n" not in text
        assert frame["revision"] == revision
        assert len(text.encode()) < 64 * 1024  # what clients of WebSocket libraries take without being told
    body = json.loads(frames.notification(row, revision))["notification"]
    assert (body["title"], body["message"], body["id"]) == (row.title, row.message, row.pk)
    assert set(frames.change(row)) == set(
        frames.DeletedBody.__annotations__ if row.is_deleted else {**body, "revision": 0}
    )


@given(said=st.text("/\\.:@\t\r\0 xé", max_size=8).map("/".__add__) | st.text(max_size=60))
@settings(settings.get_profile("fuzz"), max_examples=200)
@example(said="//")
@example(said="//evil.example")
@example(said="/\\evil.example")
@example(said="/\t/evil.example")
def test_no_link_that_is_let_through_leaves_the_site(said):
    try:
        Draft("Title", "", link_url=said).checked()
    except ValueError:
        return
    assert said == "" or re.fullmatch(r"/(?![/\\])[^\x00-\x20\\]*", said)
