"""Vendors: who they are under GST, and who may change them."""

import pytest
from django.db import IntegrityError, transaction

from gstbillingapp import payables
from gstbillingapp.actions import vendors
from gstbillingapp.actions.data import VendorData
from gstbillingapp.models import Vendor
from tests.factories import VendorFactory, bill, days_ago, gstin, paid_out
from tests.refusals import everything, refused

pytestmark = pytest.mark.django_db


def test_a_gstin_says_that_a_vendor_is_registered_and_where(business):
    vendor = vendors.save(business, VendorData(name=" Polycab ", gstin=gstin("33", 5).lower()))
    assert (vendor.name, vendor.kind, vendor.state_code, vendor.due_days) == ("Polycab", "regular", "33", 30)
    assert vendors.save(business, VendorData(name="Chai stall")).kind == "unregistered"
    assert vendors.save(business, VendorData(name="Shenzhen", kind="overseas")).state_code == "96"


@pytest.mark.parametrize(
    ("field", "terms", "words"),
    [
        ("name", {"name": " "}, "Enter the vendor's name"),
        ("gstin", {"kind": "composition"}, "Enter the GSTIN"),
        ("gstin", {"gstin": gstin("29", 3), "kind": "unregistered"}, "Leave the GSTIN empty"),
        ("gstin", {"gstin": "29ABCDE1234F1Z0"}, "must be"),
        ("kind", {"kind": "friend"}, "Choose one of"),
        ("state_code", {"gstin": gstin("29", 3), "state_code": "33"}, "begins with 29"),
        ("state_code", {"kind": "overseas", "state_code": "29"}, "no state of India"),
        ("due_days", {"due_days": 366}, "0 to 365"),
        ("bank_ifsc", {"bank_ifsc": "HDFC1"}, "11 characters"),
        ("upi_id", {"upi_id": "nobody"}, "name@okhdfcbank"),
        ("pincode", {"pincode": "012345"}, "6 digits"),
    ],
)
def test_a_bad_field_of_a_vendor_is_refused_by_name(business, field, terms, words):
    with refused(field, words):
        vendors.save(business, VendorData(**{"name": "Polycab", **terms}))


def test_the_database_holds_the_gstin_to_the_registration(business):
    vendor = VendorFactory(business=business)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vendor.objects.filter(pk=vendor.pk).update(gstin="")


def test_what_a_vendor_is_owed_is_the_sum_of_the_balances_and_the_late_part_of_it(business):
    vendor, other = VendorFactory(business=business), VendorFactory(business=business)
    paid_out(bill(vendor=vendor), "18")
    bill(vendor=vendor, date=days_ago(40), due_date=days_ago(3))
    paid_out(bill(vendor=vendor))
    assert payables.vendor_totals(vendor) == (218, 118)
    assert payables.owed_to([vendor, other]) == {vendor.pk: 218}


def test_an_archived_vendor_is_in_no_list_until_it_is_put_back(business):
    vendor = VendorFactory(business=business)
    vendors.set_archived(business, vendor.pk, archived=True)
    assert not payables.vendor_list(business)
    assert list(payables.vendor_list(business, archived=True)) == [vendor]
    vendors.set_archived(business, vendor.pk, archived=False)
    assert list(payables.vendor_list(business, search=vendor.gstin[2:12])) == [vendor]


def test_a_stranger_can_neither_change_nor_archive_a_vendor(people):
    theirs, vendor = people.stranger.membership.business, VendorFactory(business=people.business)
    before = everything()
    with pytest.raises(Vendor.DoesNotExist):
        vendors.save(theirs, VendorData(name="Mine"), vendor.pk)
    with pytest.raises(Vendor.DoesNotExist):
        vendors.set_archived(theirs, vendor.pk, archived=True)
    assert everything() == before
