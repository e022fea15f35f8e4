"""The screens of the returns: what they show, to whom, and what they cost."""

import datetime
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gstbillingapp.models import Business, ReturnDueDate
from tests.factories import BusinessFactory, MembershipFactory, issued, line
from tests.unit.returns.conftest import OCTOBER, advanced, consumer, october, sold

pytestmark = pytest.mark.django_db

PERIOD = "?period=102026"
READ_ONLY = ("return_list", "gstr1", "gstr1_json", "gstr3b", "gstr3b_json", "hsn_summary")


def page(client, user, name: str, *args: str, query: str = PERIOD) -> str:
    client.force_login(user)
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_says_what_is_due_when_and_how_it_stands(people, client):
    issued(people.business, date=datetime.date(2026, 9, 9))
    shown = page(client, people.teammate, "return_list")
    assert "Late by 25 days" in shown  # GSTR-1 for September, due 11 October
    assert "Due in 6 days" in shown
    assert "Due in 36 days" in shown
    assert shown.count("Mark as filed") == 4  # September and October; November is under way


def test_an_extension_shows_as_one(people, client):
    ReturnDueDate.objects.create(
        form="GSTR-1", span="month", first=OCTOBER.first, due="2026-11-20", source="12/2026"
    )
    issued(people.business, date=october(9))
    assert "Extended" in page(client, people.owner, "return_list")
    assert "due 20 Nov 2026 (extended)" in page(client, people.owner, "gstr1")


def test_what_needs_care_comes_first_and_leads_to_its_document(people, client):
    wrong = sold(people.business, line(hsn=""))
    shown = page(client, people.owner, "gstr1")
    assert shown.index("Needs care") < shown.index("Sections")
    assert f'href="{wrong.get_absolute_url()}">{wrong.number}' in shown
    assert wrong.number in page(client, people.owner, "gstr1_section", "care")


def test_a_section_shows_the_documents_behind_it_a_page_at_a_time(people, client):
    sales = [sold(people.business, day=1 + n // 3) for n in range(51)]
    shown = page(client, people.owner, "gstr1_section", "b2b")
    assert sales[0].number in shown
    assert sales[50].number not in shown
    assert "1–50 of 51" in shown
    assert sales[50].number in page(client, people.owner, "gstr1_section", "b2b", query=f"{PERIOD}&page=2")


def test_advances_are_shown_where_there_is_a_page_for_them(people, client):
    sold(people.business, customer=consumer(people.business, "33"))
    assert "INTRA" not in page(client, people.owner, "gstr1_section", "b2cs")
    assert "Nothing in this section" in page(client, people.owner, "gstr1_section", "txpd")
    client.force_login(people.owner)
    assert client.get(reverse("gstr1_section", args=["docs"])).status_code == 404


def test_the_file_is_what_the_portal_takes_and_has_a_name_to_keep_it_by(people, client):
    sale = sold(people.business)
    client.force_login(people.owner)
    response = client.get(reverse("gstr1_json") + PERIOD)
    assert response["Content-Type"] == "application/json"
    assert f'filename="GSTR1_{people.business.gstin}_102026.json"' in response["Content-Disposition"]
    body = json.loads(response.content, parse_float=Decimal)
    assert body["b2b"][0]["inv"][0]["inum"] == sale.number
    assert b'"val":118.00' in response.content


def test_the_summary_shows_what_is_left_to_pay_and_downloads(people, client):
    sold(people.business)
    shown = page(client, people.owner, "gstr3b")
    assert "₹18.00 is to be paid in cash" in shown
    body = json.loads(page(client, people.owner, "gstr3b_json"))
    assert body["sup_details"]["osup_det"]["txval"] == 100


def test_the_hsn_summary_has_businesses_and_others_apart(people, client):
    sold(people.business)
    sold(people.business, line(hsn="9405"), customer=consumer(people.business))
    shown = page(client, people.owner, "hsn_summary")
    assert shown.index("8539") < shown.index("To all other buyers") < shown.index("9405")


@pytest.mark.parametrize("scheme", ["composition", "unregistered"])
def test_who_files_no_gstr1_is_told_so(client, scheme):
    business = BusinessFactory(scheme=scheme, **({"gstin": ""} if scheme == "unregistered" else {}))
    user = MembershipFactory(business=business).user
    for name in ("gstr1", "gstr3b", "hsn_summary"):
        assert "Not for this business" in page(client, user, name)
    for name in ("gstr1_json", "gstr3b_json"):
        assert client.get(reverse(name)).status_code == 404
    shown = page(client, user, "return_list")
    assert ("CMP-08" in shown) is (scheme == "composition")


def test_a_stranger_sees_nothing_of_ours(people, client):
    sale = sold(people.business)
    for name in READ_ONLY:
        shown = page(client, people.stranger, name)
        assert sale.number not in shown
        assert people.business.gstin not in shown
    assert sale.number not in page(client, people.stranger, "gstr1_section", "b2b")
    assert sale.number in page(client, people.teammate, "gstr1_section", "b2b")


def test_a_business_says_how_often_it_files(people, client):
    client.force_login(people.owner)
    shown = page(client, people.owner, "business")
    assert "Every quarter (QRMP)" in shown
    form = {"name": "Asha", "gstin": people.business.gstin, "scheme": "regular", "state_code": "29"}
    form |= {"invoice_prefix": "INV", "quotation_prefix": "QTN", "due_days": "30", "hsn_digits": "4"}
    client.post(reverse("business"), form | {"filing_frequency": "quarterly"})
    assert Business.objects.get(pk=people.business.pk).filing_frequency == "quarterly"
    client.post(reverse("business"), form | {"filing_frequency": "weekly"})
    assert Business.objects.get(pk=people.business.pk).filing_frequency == "quarterly"


def test_an_invoice_to_a_registered_buyer_shows_its_irn_and_until_when(people, client):
    sale = sold(people.business)
    shown = page(client, people.owner, "invoice", str(sale.pk))
    assert "IRN, not registered" in shown
    assert "refused after 7 Nov 2026" in shown  # 9 October is day 1 of thirty
    other = sold(people.business, customer=consumer(people.business))
    assert "IRN, not registered" not in page(client, people.owner, "invoice", str(other.pk))


@pytest.mark.parametrize(("price", "is_needed"), [("42372", False), ("42373", True)])
def test_goods_above_fifty_thousand_need_an_eway_bill(people, client, price, is_needed):
    sale = sold(people.business, line(price=Decimal(price)))
    shown = page(client, people.owner, "invoice", str(sale.pk))
    assert ("Needed before the goods move" in shown) is is_needed


def counted(client, user, *names: str) -> dict[str, int]:
    found = {}
    for name in names:
        with CaptureQueriesContext(connection) as queries:
            page(client, user, name)
        found[name] = len([each for each in queries if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))])
    return found


def test_the_screens_cost_as_many_queries_with_few_documents_as_with_many(people, client):
    def grow(count: int) -> dict[str, int]:
        for _ in range(count):
            sold(people.business, line(), line(hsn="9405"))
            advanced(people.business, "10.00", october(1))
        return counted(client, people.owner, *READ_ONLY)

    client.force_login(people.owner)
    client.get(reverse("home"))  # the session is there
    assert grow(2) == grow(20)
