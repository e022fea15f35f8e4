"""The wire format: every frame has exactly the keys of its type, and says what the contract says."""

import json
import typing
from datetime import UTC, datetime

import pytest

from delivery import frames
from delivery.models import Notification, NotificationType


@pytest.fixture
def row():
    return Notification(
        pk=123,
        user_id=7,
        revision=42,
        title="New Invoice",
        message="Invoice #1234 created",
        notification_type="INVOICE",
        link_url="/invoice/1234/",
        link_text="View Invoice",
        created_at=datetime(2026, 11, 22, 4, 45, 30, 123456, tzinfo=UTC),
    )


def keys_of(typed_dict: type) -> set[str]:
    return set(typing.get_type_hints(typed_dict)) - {"revision"}


def test_the_notification_frame_is_the_one_of_the_contract_to_the_letter(row):
    assert frames.notification(row, 42) == (
        '{"type":"notification","revision":42,"notification":{"id":123,"title":"New Invoice",'
        '"message":"Invoice #1234 created","notification_type":"INVOICE","link_url":"/invoice/1234/",'
        '"link_text":"View Invoice","icon_class":"bi-receipt text-primary","badge_class":"badge-primary",'
        '"created_at":"2026-11-22T10:15:30.123456+05:30","priority":"normal","is_read":false}}'
    )


def test_the_other_frames_are_those_of_the_contract_to_the_letter():
    assert frames.unread_count(5, 41) == '{"type":"unread_count","count":5,"revision":41}'
    assert frames.inbox_changed(43) == '{"type":"inbox_changed","revision":43}'
    assert frames.PONG == '{"type":"pong"}'
    assert frames.error("bad_json", "…") == '{"type":"error","code":"bad_json","message":"…"}'


@pytest.mark.parametrize("kind", NotificationType.values)
def test_a_notification_of_any_type_has_no_key_that_browsers_do_not_know(row, kind):
    row.notification_type = kind
    body = json.loads(frames.notification(row, 1))["notification"]
    assert set(body) == keys_of(frames.NotificationBody)
    assert body["icon_class"].startswith("bi-")
    assert body["badge_class"].startswith("badge-")


def test_a_whole_second_still_has_its_microseconds_so_that_times_sort_as_text(row):
    row.created_at = row.created_at.replace(microsecond=0)
    assert frames.body(row)["created_at"] == "2026-11-22T10:15:30.000000+05:30"


def test_no_link_is_null_and_not_an_empty_string(row):
    row.link_url = row.link_text = ""
    assert frames.body(row)["link_url"] is None
    assert frames.body(row)["link_text"] is None


def test_of_a_deleted_one_nothing_is_left_but_its_id_and_revision(row):
    row.is_deleted = True
    assert frames.change(row) == {"id": 123, "is_deleted": True, "revision": 42}


def test_text_is_passed_on_as_text_whatever_it_looks_like(row):
    row.title = '</script><img src=x onerror="alert(1)">'
    assert json.loads(frames.notification(row, 1))["notification"]["title"] == row.title
