"""What billing and scripts call: each call of `gstbillingapp.utils`, and the words it posts."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from delivery.models import Notification
from gstbillingapp import utils
from gstbillingapp.actions import announce
from gstbillingapp.models import Customer
from gstbillingapp.models.fields import day_text
from tests.factories import CustomerFactory, MembershipFactory, ProductFactory, issued

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Quotation:
    """As much of a quotation as its notifications name."""

    customer: Customer
    pk: int = 7
    number: str = "QUO/26-27/0007"
    total: Decimal = Decimal(118_000)

    def get_absolute_url(self) -> str:
        return f"/quotation/{self.pk}/"


@pytest.fixture
def asha():
    """Somebody outside the business that things happen in, so that only these calls reach her."""
    return MembershipFactory().user


def inbox_of(user: User) -> list[Notification]:
    return list(Notification.objects.filter(user=user).order_by("pk"))


def test_a_notification_of_ones_own_making_says_what_was_given(asha):
    row = utils.notify_custom(
        asha, "Stock count", "Starts at 18:00", "PRODUCT", "/products/", "View products"
    )
    assert inbox_of(asha) == [row]
    assert (row.title, row.message, row.notification_type) == ("Stock count", "Starts at 18:00", "PRODUCT")
    assert (row.link_url, row.link_text) == ("/products/", "View products")
    assert utils.notify_custom(asha, "Plain", "").notification_type == "INFO"


def test_a_created_invoice_is_told_with_number_amount_party_and_due_date_and_only_once(asha):
    invoice = issued()
    row = utils.notify_invoice_created(asha, invoice)
    assert row.title == f"Invoice {invoice.number} created"
    assert row.message == f"₹118.00 for {invoice.buyer_name}, due {day_text(invoice.due_date)}"
    assert (row.notification_type, row.link_url) == ("INVOICE", invoice.get_absolute_url())
    assert (row.related_object_type, row.related_object_id) == ("invoice", str(invoice.pk))
    assert utils.notify_invoice_created(asha, invoice) == row
    assert inbox_of(asha) == [row]


def test_a_member_who_was_told_by_issuing_is_not_told_again_by_the_call():
    member = MembershipFactory()
    invoice = issued(member.business)
    [told] = inbox_of(member.user)
    assert utils.notify_invoice_created(member.user, invoice) == told


def test_each_payment_received_is_told_with_amount_and_customer(asha):
    customer = CustomerFactory()
    first = utils.notify_payment_received(asha, customer, Decimal("123456.50"))
    assert first.message == f"₹1,23,456.50 received from {customer.name}"
    assert (first.notification_type, first.link_url) == ("PAYMENT", customer.get_absolute_url())
    second = utils.notify_payment_received(asha, customer, Decimal("123456.50"))
    assert inbox_of(asha) == [first, second]


def test_a_quotation_is_told_once_when_created_and_once_when_approved(asha):
    quotation = Quotation(CustomerFactory())
    created = utils.notify_quotation_created(asha, quotation)
    approved = utils.notify_quotation_approved(asha, quotation)
    assert created.title == "Quotation QUO/26-27/0007 created"
    assert approved.title == "Quotation QUO/26-27/0007 approved"
    assert (created.notification_type, approved.notification_type) == ("QUOTATION", "SUCCESS")
    assert approved.message == f"₹1,18,000.00 for {quotation.customer.name}"
    assert approved.link_url == "/quotation/7/"
    assert utils.notify_quotation_created(asha, quotation) == created
    assert utils.notify_quotation_approved(asha, quotation) == approved
    assert inbox_of(asha) == [created, approved]


@pytest.mark.parametrize("quantity", [3, Decimal(3)])
def test_low_stock_is_told_loudly_with_what_is_left(asha, quantity):
    product = ProductFactory(name="x" * 200, reorder_level=Decimal("10.500"))
    row = utils.notify_low_stock(asha, product, quantity)
    assert row.title == f"Low stock: {product.name}"[:200]
    assert row.message == f"{product.name}: 3 left, reorder at 10.5"
    assert (row.notification_type, row.priority) == ("PRODUCT", "high")
    assert row.link_url == product.get_absolute_url()


@pytest.mark.parametrize(("left", "words"), [("2.500", "Low stock"), ("0.000", "Out of stock")])
def test_low_stock_is_worded_alike_for_one_person_and_for_all_members(asha, left, words):
    product = ProductFactory(business=asha.membership.business, stock=Decimal(left), reorder_level=Decimal(5))
    announce.stock_low(product)
    utils.notify_low_stock(asha, product, product.stock)
    to_all, to_one = inbox_of(asha)
    assert to_one.title == f"{words}: {product.name}"
    for name in ("title", "message", "notification_type", "priority", "link_url", "link_text", "thread_key"):
        assert getattr(to_all, name) == getattr(to_one, name)


def test_the_unread_are_counted_and_marked_for_one_person_alone(asha):
    ravi = MembershipFactory().user
    utils.create_notifications([asha, ravi], "One", "")
    utils.create_notification(asha, "Two", "")
    assert utils.get_unread_notification_count(asha) == 2
    assert utils.mark_all_notifications_read(asha) == 2
    assert utils.mark_all_notifications_read(asha) == 0
    assert (utils.get_unread_notification_count(asha), utils.get_unread_notification_count(ravi)) == (0, 1)


def test_somebody_without_an_inbox_has_nothing_unread():
    assert utils.get_unread_notification_count(User.objects.create_user("new")) == 0
