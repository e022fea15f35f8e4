"""What may be posted, and that everything else names its field and writes nothing."""

import pytest
from django.contrib.auth.models import AnonymousUser, User

from delivery.models import Delivery, Notification
from gstbillingapp.utils import create_notification, create_notifications

pytestmark = pytest.mark.django_db

LONG = "x" * 201
REFUSED = [
    ("title", {"title": ""}),
    ("title", {"title": "   "}),
    ("title", {"title": LONG}),
    ("title", {"title": None}),
    ("title", {"title": "a\x00b"}),
    ("title", {"title": "half \ud800"}),
    ("message", {"message": "x" * 2001}),
    ("message", {"message": None}),
    ("notification_type", {"notification_type": "BOGUS"}),
    ("notification_type", {"notification_type": "info"}),
    ("notification_type", {"notification_type": None}),
    ("notification_type", {"notification_type": ["INFO"]}),
    ("priority", {"priority": "loud"}),
    ("link_url", {"link_url": "https://evil.example/"}),
    ("link_url", {"link_url": "//evil.example/"}),
    ("link_url", {"link_url": "/\\evil.example/"}),
    ("link_url", {"link_url": "\\\\evil.example"}),
    ("link_url", {"link_url": "javascript:alert(1)"}),
    ("link_url", {"link_url": "java\tscript:alert(1)"}),
    ("link_url", {"link_url": "/\t/evil.example/"}),
    ("link_url", {"link_url": " /invoice/1/"}),
    ("link_url", {"link_url": "invoice/1/"}),
    ("link_url", {"link_url": "data:text/html,x"}),
    ("link_url", {"link_url": "/" + "x" * 500}),
    ("link_text", {"link_text": "x" * 61}),
    ("dedupe_key", {"dedupe_key": LONG}),
    ("thread_key", {"thread_key": LONG}),
    ("related_object_id", {"related_object_id": "9" * 51}),
]


@pytest.mark.parametrize(("field", "fields"), REFUSED)
def test_what_may_not_be_posted_names_its_field_and_writes_nothing(field, fields):
    user = User.objects.create_user("asha")
    with pytest.raises(ValueError, match=f"^{field}: "):
        create_notification(**{"user": user, "title": "Title", "message": "", **fields})
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("user", [None, AnonymousUser(), User(username="unsaved"), 1])
def test_somebody_who_has_no_inbox_is_refused(user):
    with pytest.raises(ValueError, match=r"^user: "):
        create_notification(user, "Title", "")


def test_one_bad_user_among_many_means_that_nobody_is_told():
    user = User.objects.create_user("asha")
    with pytest.raises(ValueError, match=r"^user: "):
        create_notifications([user, None], "Title", "")
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "x" * 200, "message": "x" * 2000},
        {"title": "भुगतान ₹1,180.00 मिला"},
        {"link_url": "/invoice/1234/", "link_text": "View Invoice"},
        {"link_url": "/invoices/?status=overdue&page=2#top"},
        {"link_url": ""},
        {"related_object_type": "invoice", "related_object_id": 1234},
    ],
)
def test_what_may_be_posted_is_kept_as_it_was_given(fields):
    user = User.objects.create_user("asha")
    row = create_notification(**{"user": user, "title": "Title", "message": "", **fields})
    row.refresh_from_db()
    for name, value in fields.items():
        assert getattr(row, name) == (str(value) if name == "related_object_id" else value)
