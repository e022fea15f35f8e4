"""Marking a return as filed, taking it back, and who may."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from delivery.models import Notification
from gstbillingapp.actions import announce, returns
from gstbillingapp.gst.returns import Form, Period
from gstbillingapp.models import ReturnDueDate, ReturnFiling
from tests.factories import BusinessFactory
from tests.support.inbox_client import state_equals_events
from tests.unit.returns.conftest import OCTOBER, october

pytestmark = pytest.mark.django_db

FILE = reverse("return_file") + "?form=GSTR-1&span=month&period=102026"
ARN = "AA291126123456K"


def refused(business, form: Form = Form.GSTR_1, period: Period = OCTOBER, **terms) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error:
        returns.file(business, None, form, period, **terms)
    return error.value.message_dict


def test_it_is_noted_who_filed_what_and_when(people):
    filing = returns.file(people.business, people.teammate, Form.GSTR_1, OCTOBER, arn=" aa29 1126123456k")
    assert (filing.period, filing.arn, filing.filed_by) == (OCTOBER, ARN, people.teammate)
    assert filing.filed_on == datetime.date(2026, 11, 5)


def test_what_cannot_be_is_refused_beside_its_field(business):
    assert refused(business, arn="12")["arn"][0].startswith("An ARN has 15")
    assert "filed_on" in refused(business, filed_on=october(31))
    assert "filed_on" in refused(business, filed_on=datetime.date(2026, 11, 6))
    [words] = refused(business, period=Period.month(2026, 11))["filed_on"]
    assert words == "Nov 2026 ends on 30 Nov 2026; it is filed after that."
    assert "files no CMP-08" in refused(business, Form.CMP_08, Period.quarter(2026, 8))["__all__"][0]
    assert not ReturnFiling.objects.exists()


def test_it_is_filed_once(business):
    returns.file(business, None, Form.GSTR_1, OCTOBER)
    assert "is marked as filed already" in refused(business)["__all__"][0]


def test_filing_marks_its_reminders_read_in_every_inbox_whichever_day_it_was_due(people):
    business, members = people.business, [people.owner, people.teammate]
    ReturnDueDate.objects.create(
        form="GSTR-1", span="month", first=OCTOBER.first, due="2026-11-20", source="12/2026"
    )
    for due in (datetime.date(2026, 11, 11), datetime.date(2026, 11, 20)):
        for stage in (-7, 0, 1):
            announce.return_due(business, Form.GSTR_1, OCTOBER, due, stage, "", members)
            announce.return_due(business, Form.GSTR_3B, OCTOBER, due, stage, "", members)
    returns.file(business, people.owner, Form.GSTR_1, OCTOBER)
    for person in members:
        unread = Notification.objects.filter(user=person, is_read=False)
        assert [row.title.split()[0] for row in unread] == ["GSTR-3B"] * 6


@pytest.mark.parametrize("who", ["owner", "teammate", "stranger"])
def test_filing_is_told_to_every_page_that_is_open(people, who):
    members = [people.owner, people.teammate]
    due = datetime.date(2026, 11, 11)
    announce.return_due(people.business, Form.GSTR_1, OCTOBER, due, -7, "", members)
    person = getattr(people, who)
    with state_equals_events(person.pk):
        announce.return_due(people.business, Form.GSTR_1, OCTOBER, due, -3, "", members)
    with state_equals_events(person.pk):
        returns.file(people.business, people.owner, Form.GSTR_1, OCTOBER)
    assert not Notification.objects.filter(user=person, is_read=False).exists()


def test_it_is_marked_and_unmarked_on_the_screens(people, client):
    client.force_login(people.teammate)
    page = client.get(FILE)
    assert "Mark GSTR-1 for Oct 2026 as filed" in page.content.decode()
    shown = client.post(FILE, {"filed_on": "2026-11-04", "arn": ARN}, follow=True).content.decode()
    assert "GSTR-1 for Oct 2026 is marked as filed on 4 Nov 2026" in shown
    filing = ReturnFiling.objects.get()
    assert (filing.business, filing.arn) == (people.business, ARN)
    undo = reverse("return_undo", args=[filing.pk])
    assert undo in shown
    assert "no longer marked as filed" in client.post(undo, follow=True).content.decode()
    assert not ReturnFiling.objects.exists()


def test_what_was_typed_is_kept_where_it_is_refused(people, client):
    client.force_login(people.owner)
    shown = client.post(FILE, {"filed_on": "2026-11-04", "arn": "12"}).content.decode()
    assert 'value="12"' in shown
    assert "An ARN has 15 letters and digits" in shown


@pytest.mark.parametrize(
    "query",
    ["", "?form=GSTR-1", "?form=CMP-08&span=quarter&period=092026", "?form=GSTR-1&span=year&period=032026"],
)
def test_a_return_that_the_business_does_not_file_is_not_there(people, client, query):
    client.force_login(people.owner)
    assert client.get(reverse("return_file") + query).status_code == 404
    assert client.post(reverse("return_file") + query, {"filed_on": "2026-11-04"}).status_code == 404


def test_a_stranger_takes_nothing_back_and_notes_only_their_own(people, client):
    filing = returns.file(people.business, people.owner, Form.GSTR_1, OCTOBER)
    client.force_login(people.stranger)
    assert client.post(reverse("return_undo", args=[filing.pk])).status_code == 404
    client.post(FILE, {"filed_on": "2026-11-04"})
    theirs = people.stranger.membership.business
    assert set(ReturnFiling.objects.values_list("business", flat=True)) == {people.business.pk, theirs.pk}
    client.force_login(people.teammate)
    assert client.post(reverse("return_undo", args=[filing.pk])).status_code == 302


def test_whoever_is_not_registered_notes_nothing():
    business = BusinessFactory(scheme="unregistered", gstin="")
    assert "files no GSTR-1" in refused(business)["__all__"][0]
