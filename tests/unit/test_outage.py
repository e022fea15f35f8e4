"""What is answered while the database is away: plainly, in the asker's own form, without a traceback."""

import pytest
from django.contrib.auth.models import User

from delivery import health
from gstbillingapp.utils import create_notification
from tests.support.away import database_away
from tests.support.databases import on_postgres

pytestmark = pytest.mark.django_db(transaction=True)

FORM = {"HTTP_ACCEPT": "text/html"}


@pytest.fixture
def asha(client):
    user = User.objects.create_user("asha")
    client.force_login(user)
    return user


@pytest.mark.parametrize("debug", [True, False])
def test_a_script_gets_the_contracts_error_and_when_to_come_back(client, asha, settings, debug):
    settings.DEBUG = debug
    row = create_notification(asha, "Title", "")
    with database_away():
        answer = client.post(f"/notifications/{row.pk}/read/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer.json() == {
        "error": {
            "code": "database_away",
            "message": "The database does not answer right now. Try again in 5 seconds.",
        }
    }
    assert client.post(f"/notifications/{row.pk}/read/").json()["unread_count"] == 0


@pytest.mark.parametrize("debug", [True, False])
def test_a_person_gets_a_page_that_says_what_to_do_next(client, asha, settings, debug):
    settings.DEBUG = debug
    row = create_notification(asha, "Title", "")
    with database_away():
        answer = client.post(f"/notifications/{row.pk}/delete/", **FORM)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    page = answer.content.decode()
    assert "Wait 5 seconds, go back, and look whether it is there before you send it again." in page
    assert "Traceback" not in page
    assert "database is locked" not in page
    assert client.post(f"/notifications/{row.pk}/delete/", **FORM).status_code == 302


def test_a_post_raises_and_leaves_nothing_half_written(asha):
    with database_away(), pytest.raises(Exception, match=r"locked|terminat|closed"):
        create_notification(asha, "Title", "")
    assert create_notification(asha, "Title", "").revision == 1


def test_the_probe_names_the_database():
    assert health.report()[1]["database"]
    if on_postgres():  # reading goes on while SQLite is locked
        with database_away():
            is_ready, parts = health.report()
        assert not is_ready
        assert parts["database"] is False
        assert parts["oldest_due_seconds"] is None
