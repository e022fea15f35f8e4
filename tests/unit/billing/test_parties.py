"""The profile of a business and its customers: what is taken, what is refused."""

import pytest

from gstbillingapp.actions import business as profile
from gstbillingapp.actions import customers
from gstbillingapp.actions.data import BusinessData, CustomerData
from gstbillingapp.models import Customer
from tests.factories import CustomerFactory, gstin
from tests.refusals import refused

pytestmark = pytest.mark.django_db


def profile_data(**values: object) -> BusinessData:
    return BusinessData(**{"name": "Asha Traders", "gstin": gstin("29", 5), **values})


def customer_data(**values: object) -> CustomerData:
    return CustomerData(**{"name": "Ravi Stores", **values})


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", "name"),
        ("name", "x" * 121, "121"),
        ("gstin", "29ABCDE", "15 characters"),
        ("gstin", "", "Not registered"),
        ("state_code", "27", "Karnataka"),
        ("pincode", "5600", "6 digits"),
        ("phone", "call me", "digits"),
        ("email", "asha@", "name@example.in"),
        ("bank_ifsc", "HDFC1234", "11 characters"),
        ("bank_account", "12-34", "digits"),
        ("upi_id", "asha", "name@okhdfcbank"),
        ("upi_id", "asha@ok.hdfc", "name@okhdfcbank"),
        ("upi_id", "a" * 100 + "@oksbi", "100"),
        ("invoice_prefix", "", "letters"),
        ("invoice_prefix", "INVOIC", "shorter"),
        ("invoice_prefix", "0A", "letter"),
        ("invoice_prefix", "A B", "letters"),
        ("due_days", 366, "365"),
        ("due_days", -1, "0"),
        ("hsn_digits", 8, "4 or 6"),
        ("scheme", "casual", "regular"),
        ("address", "14 SJP Road\x00", "control"),
    ],
)
def test_a_bad_field_of_the_profile_is_refused_by_name(business, field, value, words):
    with refused(field, words):
        profile.save(business, profile_data(**{field: value}))


def test_the_state_is_read_from_the_gstin_when_it_is_not_said(business):
    assert profile.save(business, profile_data(gstin=gstin("27", 8).lower())).state_code == "27"


def test_an_unregistered_business_has_no_gstin_and_says_its_state(business):
    saved = profile.save(business, profile_data(scheme="unregistered", gstin="", state_code="33"))
    assert (saved.gstin, saved.state_code) == ("", "33")
    with refused("gstin", "has none"):
        profile.save(business, profile_data(scheme="unregistered"))


def test_a_customer_with_a_gstin_is_registered_in_the_state_it_begins_with(business):
    saved = customers.save(business, customer_data(gstin=f" {gstin('27', 3).lower()} "))
    assert (saved.kind, saved.state_code, saved.gstin) == ("regular", "27", gstin("27", 3))


def test_a_customer_without_a_gstin_is_unregistered_and_may_have_no_state(business):
    saved = customers.save(business, customer_data())
    assert (saved.kind, saved.state_code) == ("unregistered", "")


def test_a_customer_overseas_is_outside_every_state(business):
    saved = customers.save(business, customer_data(kind="overseas", country=" Sri Lanka "))
    assert (saved.state_code, saved.country) == ("96", "Sri Lanka")


def test_a_customer_in_india_has_no_country_of_its_own(business):
    assert customers.save(business, customer_data(country="India")).country == ""


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("name", {"name": ""}, "name"),
        ("gstin", {"gstin": "27AAPFU0939F1ZX"}, "last character"),
        ("gstin", {"gstin": "28" + gstin("27", 3)[2:]}, "Andhra Pradesh"),
        ("state_code", {"gstin": gstin("27", 3), "state_code": "29"}, "Maharashtra (27)"),
        ("state_code", {"state_code": "98"}, "list"),
        ("state_code", {"kind": "overseas", "country": "Nepal", "state_code": "29"}, "overseas"),
        ("country", {"kind": "overseas"}, "export invoice"),
        ("country", {"kind": "overseas", "country": "INDIA"}, "other country"),
        ("country", {"kind": "overseas", "country": "x" * 61}, "60"),
        ("country", {"country": "Nepal"}, "Overseas"),
        ("gstin", {"kind": "sez", "state_code": "29"}, "GSTIN"),
        ("gstin", {"kind": "overseas", "country": "Nepal", "gstin": gstin("27", 3)}, "empty"),
        ("kind", {"kind": "government"}, "unregistered"),
        ("pincode", {"pincode": "012345"}, "0"),
        ("ship_state_code", {"ship_address": "Plot 4"}, "state"),
        ("ship_state_code", {"ship_state_code": "99"}, "list"),
        ("ship_pincode", {"ship_pincode": "abc"}, "6 digits"),
        ("phone", {"phone": "12"}, "digits"),
        ("email", {"email": "x"}, "name@example.in"),
    ],
)
def test_a_bad_field_of_a_customer_is_refused_by_name(business, field, values, words):
    with refused(field, words):
        customers.save(business, customer_data(**values))


def test_a_changed_customer_is_found_by_the_new_name(business):
    customer = CustomerFactory(business=business)
    customers.save(business, customer_data(name="Ölmühle Traders"), customer.pk)
    assert Customer.objects.get(search_key__contains="ölmühle").pk == customer.pk


def test_a_stranger_cannot_change_or_archive_a_customer(people):
    customer = CustomerFactory(business=people.business, name="Ravi Stores")
    theirs = people.stranger.membership.business
    with pytest.raises(Customer.DoesNotExist):
        customers.save(theirs, customer_data(name="Mine"), customer.pk)
    with pytest.raises(Customer.DoesNotExist):
        customers.set_archived(theirs, customer.pk, True)
    customer.refresh_from_db()
    assert (customer.name, customer.is_archived) == ("Ravi Stores", False)


def test_archiving_is_undone(business):
    customer = CustomerFactory(business=business)
    assert customers.set_archived(business, customer.pk, True).is_archived
    assert not customers.set_archived(business, customer.pk, False).is_archived
