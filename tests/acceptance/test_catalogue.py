"""Each event of the catalogue, from the deed it belongs to through real processes to the open pages."""

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import count

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.utils import timezone

from delivery.models import Notification
from gstbillingapp import reminders
from gstbillingapp.actions import invoices, jobs, payments, quotations
from gstbillingapp.models import Business, Customer, Job, JobState, Membership, Role
from gstbillingapp.models.fields import INDIA, today
from tests.factories import (
    BusinessFactory,
    CustomerFactory,
    MembershipFactory,
    ProductFactory,
    bill,
    draft,
    issued,
    line,
    noted,
    paid,
    sent,
    sent_file,
)
from tests.support.browserless import Client
from tests.support.followers import Follower
from tests.support.inbox_client import truth
from tests.support.stack import Stack
from tests.support.waiting import wait_until

PASSWORD = "gst-demo-people"
DAYS = 40  # of mornings: the month's returns fall due within them, and what is sold today is 30 days overdue
names = (f"catalogue-{number}" for number in count(1))

# What somebody is told: the dedupe key, the title, the type and the priority, as the catalogue has them.
CATALOGUE = {
    "invoice issued": (r"inv:\d+:issued", r"Invoice INV/.* created", "INVOICE", "normal"),
    "due in 3 days": (r"inv:\d+:due:3:.*", r"INV/.* due .*", "INVOICE", "normal"),
    "due today": (r"inv:\d+:due:0:.*", r"INV/.* due .*", "INVOICE", "normal"),
    **{
        f"overdue by {days}": (rf"inv:\d+:over:{days}:.*", r"INV/.* overdue \d+ days?", "WARNING", "high")
        for days in (1, 7, 15, 30)
    },
    "payment recorded": (r"pay:\d+", r"₹.* received from .*", "PAYMENT", "normal"),
    "payment reversed": (r"pay:\d+:fail", r"Payment ₹.* not cleared", "ERROR", "high"),
    "invoice cancelled": (r"inv:\d+:cancelled", r"Invoice INV/.* cancelled", "INVOICE", "normal"),
    "credit note": (r"note:\d+", r"Credit note CN/.*: ₹.* against INV/.*", "INVOICE", "normal"),
    "over the credit limit": (r"cust:\d+:limit:1", r".* over limit: ₹.* of ₹.*", "WARNING", "high"),
    "quotation sent": (r"q:\d+:sent", r"QTN/.* sent to .*", "QUOTATION", "high"),
    "quotation approved": (
        r"q:\d+:approved",
        r".* approved QTN/.*: convert to an .*",
        "SUCCESS",
        "high",
    ),
    "quotation declined": (r"q:\d+:declined", r".* declined QTN/.*", "WARNING", "high"),
    "quotation expires": (r"q:\d+:exp:-3:.*", r"QTN/.* expires .*", "QUOTATION", "normal"),
    "quotation expired": (r"q:\d+:exp:1:.*", r"QTN/.* expired .*", "QUOTATION", "normal"),
    "quotation converted": (r"q:\d+:conv", r"QTN/.* is now invoice INV/.*", "INVOICE", "normal"),
    "stock low": (r"stock:\d+:low:1", r"Low stock: .*", "PRODUCT", "high"),
    "stock out": (r"stock:\d+:out:1", r"Out of stock: .*", "PRODUCT", "high"),
    "bill due": (r"bill:\d+:0:.*", r"Pay .* ₹.* by .*", "WARNING", "normal"),
    "bill overdue": (r"bill:\d+:1:.*", r"Pay .* ₹.*: overdue 1 day", "WARNING", "high"),
    "return due in 7 days": (r"gst:.*:GSTR-1:.*:7:.*", r"GSTR-1 for .* due .*", "SYSTEM", "normal"),
    "return due today": (r"gst:.*:GSTR-3B:.*:0:.*", r"GSTR-3B for .* due .*", "SYSTEM", "high"),
    "return late": (r"gst:.*:GSTR-1:.*:late:.*", r"GSTR-1 for .* is late.*", "SYSTEM", "high"),
    "e-way bill needed": (r"inv:\d+:ewb", r"INV/.* is above ₹50,000: e-way bill", "WARNING", "high"),
    "credit notes close": (
        r"gst:.*:s34:.*:30",
        r"Credit notes for .* close on .*",
        "SYSTEM",
        "normal",
    ),
    "new financial year": (r"fy:.*", r"Financial year .* begins", "SYSTEM", "normal"),
    "new sign-in": (r"sec:sign_in:.*", r"New sign-in from .*", "SYSTEM", "high"),
    "import finished": (r"job:\d+", r"Import .* finished", "SUCCESS", "low"),
    "daily digest": (r"digest:\d+:.*", r"Today: due ₹.*, overdue ₹.*", "INFO", "low"),
}
# What only the one it happened to is told.
OF_ONE = {"new sign-in", "import finished"}
# What every registered business is told, whatever it has done.
OF_THE_CALENDAR = {
    *("return due in 7 days", "return due today", "return late"),
    *("credit notes close", "new financial year"),
}


@pytest.fixture
def page(stack: Stack) -> Iterator[object]:
    """`page(user)`: somebody with an open page."""
    followers: list[Follower] = []

    def opened(user: User) -> Follower:
        followers.append(Follower(stack.sign_in(user.username, PASSWORD)))
        followers[-1].follow_until(lambda client: client.catch_ups > 0)
        return followers[-1]

    yield opened
    for follower in followers:
        follower.close()


def member(business: Business, role: Role = Role.OWNER) -> Membership:
    one: Membership = MembershipFactory(business=business, role=role, user__username=next(names))
    one.user.password = make_password(PASSWORD, hasher="pbkdf2_sha256")  # as the site has it
    one.user.save()
    return one


def told(user: User) -> set[str]:
    """The events of the catalogue that are in somebody's inbox, in exactly its words."""
    rows = Notification.objects.filter(user=user, dedupe_key__isnull=False)
    posted = list(rows.values_list("dedupe_key", "title", "notification_type", "priority"))
    return {
        event
        for event, (key, title, type_, priority) in CATALOGUE.items()
        if any(
            re.fullmatch(key, row[0]) and re.fullmatch(title, row[1]) and row[2:] == (type_, priority)
            for row in posted
        )
    }


def sell(owner: User, customer: Customer) -> None:
    """A day at the counter: goods until they are gone, money that comes and goes, an invoice taken back."""
    business = customer.business
    wire = ProductFactory(business=business, name="Copper wire", stock=100, reorder_level=50)
    much = line(wire, qty=Decimal(60), price=Decimal(1000))
    sold = issued(business, much, customer=customer, due_date=in_days(4))
    issued(business, line(wire, qty=Decimal(40)), customer=customer)
    payment = paid(sold, "1000")
    payments.reverse(business, owner, payment.pk, "Cheque returned")
    noted(sold)
    invoices.cancel(business, owner, issued(business, customer=customer).pk, "Billed twice")


def offer(owner: User, customer: Customer) -> None:
    """Quotations that are approved and billed, declined, and forgotten."""
    business = customer.business
    wanted, unwanted = sent(business, customer=customer), sent(business, customer=customer)
    sent(business, customer=customer, due_date=in_days(5))
    quotations.approve(business, owner, wanted.pk)
    invoices.issue(business, owner, quotations.convert(business, owner, wanted.pk).pk)
    quotations.decline(business, owner, unwanted.pk, "Too dear")


def bring_in(owner: Membership) -> None:
    """A list of customers, by the real worker."""
    job = sent_file(owner, "Name\nAsha Traders\nRavi Stores")
    jobs.map_columns(owner.business, job.pk, job.columns)
    wait_until(lambda: Job.objects.get(pk=job.pk).state == JobState.CHECKED, 20, "the file is not checked")
    jobs.start(owner.business, job.pk, skip_wrong=True, update_existing=True)
    wait_until(lambda: Job.objects.get(pk=job.pk).state == JobState.DONE, 20, "the file is not imported")


def live_on() -> None:
    """The mornings that follow, the next April and the October after it."""
    days = [in_days(number) for number in range(DAYS)]
    year = today().year + (today().month > 3)
    for day in [*days, datetime.date(year, 4, 1), datetime.date(year, 10, 31)]:
        reminders.do_all(datetime.datetime.combine(day, datetime.time(9), INDIA))


def in_days(number: int) -> datetime.date:
    return today() + datetime.timedelta(days=number)


def test_every_event_of_the_catalogue_reaches_the_open_pages_of_its_people(stack: Stack, page) -> None:
    business = BusinessFactory()
    # Here before the month whose returns fall due in these days.
    Business.objects.filter(pk=business.pk).update(created_at=timezone.now() - datetime.timedelta(days=62))
    owner, staff, stranger = member(business), member(business, Role.STAFF), member(BusinessFactory())
    people = [(one, page(one.user)) for one in (owner, staff, stranger)]
    customer = CustomerFactory(business=business, credit_limit=Decimal(1000))
    with stack.posting():
        sell(owner.user, customer)
        offer(owner.user, customer)
        bill(business, due_date=in_days(4))
        draft(business)
        live_on()
        bring_in(owner)
        typed = {"username": owner.user.username, "password": PASSWORD}
        elsewhere = Client(stack.url).post("/accounts/login/", typed)
        assert elsewhere.status == 200
    for one, follower in people:
        follower.follow_until(lambda client, pk=one.user_id: client.state() == truth(pk), 60)
        assert len(follower.client.shown) == len(set(follower.client.shown))
    assert told(owner.user) == set(CATALOGUE)
    assert told(staff.user) == set(CATALOGUE) - OF_ONE
    assert told(stranger.user) <= OF_THE_CALENDAR
