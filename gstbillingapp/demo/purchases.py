"""What the demo's businesses buy and spend: made through the actions, day by day, as the sales are."""

import datetime
import random
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils import timezone

from gstbillingapp.actions import bill_payments, bills, expenses, vendor_notes, vendors
from gstbillingapp.actions.data import (
    BillData,
    BillLineData,
    ExpenseData,
    NoteLineData,
    VendorData,
    VendorNoteData,
)
from gstbillingapp.demo.catalogue import made_up_gstin
from gstbillingapp.models import (
    Bill,
    BillPayment,
    Business,
    Expense,
    PaymentMode,
    Product,
    StockLevel,
    Vendor,
    VendorNote,
    VendorNoteReason,
)
from gstbillingapp.models.fields import INDIA, today


@dataclass(frozen=True, slots=True)
class Seller:
    """A vendor of the demo; `kind` "" means by the GSTIN, which `firm` (P, F, C …) makes up."""

    name: str
    city: str
    state: str
    pincode: str
    firm: str = "C"
    kind: str = ""
    days: int = 30


@dataclass(frozen=True, slots=True)
class Habit:
    """What is paid month after month: `amount` in rupees, more or less by a tenth; `rate` in per cent."""

    category: str
    payee: str
    amount: int
    day: int
    mode: str = PaymentMode.BANK
    rate: int = 0
    gstin: bool = False


SELLERS = (
    Seller("Finolex Cables Depot", "Bengaluru", "29", "560058"),
    Seller("Anchor Switchgear Distributors", "Bengaluru", "29", "560002", "F", days=15),
    Seller("Havells Regional Warehouse", "Hosur", "33", "635126", days=45),
    Seller("Crompton Lighting Agencies", "Hyderabad", "36", "500003", "F"),
    Seller("Peenya Packaging Works", "Bengaluru", "29", "560058", "P", "composition", 7),
    Seller("Ramesh Goods Carriers", "Bengaluru", "29", "560053", "", "unregistered", 7),
    Seller("Shenzhen Bright Electric", "Shenzhen", "", "", "", "overseas", 60),
)
OTHER_SELLERS = (
    Seller("Nizam Cold Chain", "Hyderabad", "36", "500018"),
    Seller("Godavari Rice Mills", "Rajahmundry", "37", "533101", "F", days=15),
)
HABITS = (
    Habit("Rent", "Lakshmi Estates", 85_000, 3),
    Habit("Salaries", "Staff", 312_000, 1),
    Habit("Electricity", "BESCOM", 14_200, 12),
    Habit("Telephone and internet", "ACT Fibernet", 2_360, 8, PaymentMode.UPI, 18, gstin=True),
    Habit("Office supplies", "Sapna Stationery", 3_400, 17, PaymentMode.CARD, 18, gstin=True),
    Habit("Travel", "Fuel and cabs", 7_900, 21, PaymentMode.CASH),
    Habit("Bank charges", "HDFC Bank", 1_180, 28, PaymentMode.BANK, 18),
)
REASON = "Goods sent back, damaged in transit"


def buy(business: Business, clerk: User, *, small: bool = False) -> None:
    """Vendors, bills in every state, and the expenses of the months; fewer for a `small` business."""
    dice = random.Random(business.name)  # noqa: S311, nothing secret hangs on it
    sellers = [
        _add_vendor(business, seller, n) for n, seller in enumerate(OTHER_SELLERS if small else SELLERS)
    ]
    goods = list(
        Product.objects.filter(business=business, kind="goods", stock_level=StockLevel.ENOUGH).order_by("pk")
    )
    ages = sorted((int(200 * dice.random() ** 1.5) for _ in range(8 if small else 44)), reverse=True)
    for n, age in enumerate(ages):
        vendor = dice.choice(sellers)
        _settle(clerk, dice, _buy_one(clerk, dice, vendor, goods, n, age), n, age)
    for months_ago in range(3 if small else 8):
        _spend_month(business, clerk, dice, months_ago)


def _add_vendor(business: Business, seller: Seller, n: int) -> Vendor:
    return vendors.save(
        business,
        VendorData(
            name=seller.name,
            kind=seller.kind,
            gstin=made_up_gstin(seller.state, seller.firm, seller.name, n + 140) if seller.firm else "",
            state_code=seller.state,
            city=seller.city,
            pincode=seller.pincode,
            phone=f"+91 80 4{n}{n * 613 % 10}10 {n * 5171 % 10_000:04d}" if seller.state else "",
            due_days=seller.days,
            bank_name="State Bank of India" if seller.state else "",
            bank_account=f"3{n * 9176453 + 60213457:010d}" if seller.state else "",
            bank_ifsc=f"SBIN00{n * 37 + 1042:05d}" if seller.state else "",
        ),
    )


def _buy_one(
    clerk: User, dice: random.Random, vendor: Vendor, goods: list[Product], n: int, age: int
) -> Bill:
    date = today() - datetime.timedelta(days=age)
    bill = bills.record(
        vendor.business,
        clerk,
        BillData(
            vendor_id=vendor.pk,
            number=f"{vendor.name[:2].upper()}/{n + 211}",
            date=date,
            rcm=vendor.kind == "unregistered",
            lines=_lines(dice, vendor, goods),
        ),
    )
    Bill.objects.filter(pk=bill.pk).update(created_at=_hour_of(dice, date))
    return bill


def _lines(dice: random.Random, vendor: Vendor, goods: list[Product]) -> list[BillLineData]:
    if vendor.kind == "unregistered":
        price = Decimal(dice.randint(18, 90) * 100)
        return [
            BillLineData(
                description="Carriage of goods by road",
                hsn="996511",
                qty=Decimal(1),
                price=price,
                rate=Decimal(5),
            )
        ]
    return [
        BillLineData(
            product_id=product.pk,
            qty=Decimal(dice.randint(5, 60)),
            price=(product.price * Decimal(dice.randint(66, 80)) / 100).quantize(Decimal("0.01")),
        )
        for product in dice.sample(goods, min(dice.choice((1, 2, 2, 3)), len(goods)))
    ]


def _settle(clerk: User, dice: random.Random, bill: Bill, n: int, age: int) -> None:
    """Most are paid about their due date, every fifth half or late; some are credited or cancelled."""
    late = age - (bill.due_date - bill.date).days
    if n % 9 == 4 and not bill.rcm:
        _send_back(clerk, bill, n, age)
        bill.refresh_from_db()
    if n % 15 == 5:
        bills.cancel(bill.business, clerk, bill.pk, REASON)
    elif n % 5 == 2 and late < 40:
        _pay(clerk, dice, bill, (bill.balance / 2).quantize(Decimal(100)), age)
    elif late > -3 and (n % 5 or late > 40):
        _pay(clerk, dice, bill, bill.balance, age)


def _send_back(clerk: User, bill: Bill, n: int, age: int) -> None:
    """The vendor takes one of the first line back."""
    date = bill.date + datetime.timedelta(days=min(age, 6))
    data = VendorNoteData(
        number=f"{bill.number[:2]}/CN/{n + 31}",
        date=date,
        reason=VendorNoteReason.RETURN,
        lines=[NoteLineData(qty=Decimal(1))],
    )
    note = vendor_notes.record(bill.business, clerk, bill.pk, data)
    came_in = datetime.datetime.combine(date, datetime.time(11, 20), INDIA)
    VendorNote.objects.filter(pk=note.pk).update(created_at=min(came_in, timezone.now()))


def _pay(clerk: User, dice: random.Random, bill: Bill, amount: Decimal, age: int) -> None:
    date = bill.date + datetime.timedelta(days=dice.randint(0, min(age, 35)))
    reference = f"UTR{dice.randint(10**9, 10**10 - 1)}"
    payment = bill_payments.pay(bill.business, clerk, bill.pk, amount, date, PaymentMode.BANK, reference)
    BillPayment.objects.filter(pk=payment.pk).update(created_at=_hour_of(dice, date))


def _spend_month(business: Business, clerk: User, dice: random.Random, months_ago: int) -> None:
    month = today().replace(day=1)
    for _ in range(months_ago):
        month = (month - datetime.timedelta(days=1)).replace(day=1)
    for n, habit in enumerate(HABITS):
        date = month.replace(day=habit.day)
        if date <= today():
            _spend(business, clerk, dice, habit, date, n)


def _spend(
    business: Business, clerk: User, dice: random.Random, habit: Habit, date: datetime.date, n: int
) -> None:
    gstin = made_up_gstin(business.state_code, "C", habit.payee, n + 170) if habit.gstin else ""
    expense = expenses.record(
        business,
        clerk,
        ExpenseData(
            date=date,
            category=habit.category,
            payee=habit.payee,
            payee_gstin=gstin,
            amount=Decimal(habit.amount * dice.randint(90, 110)) / 100,
            rate=Decimal(habit.rate) if habit.rate else None,
            itc=habit.gstin,
            mode=habit.mode,
        ),
    )
    Expense.objects.filter(pk=expense.pk).update(created_at=_hour_of(dice, date))


def _hour_of(dice: random.Random, date: datetime.date) -> datetime.datetime:
    """A moment of a working day, and never one that is yet to come."""
    time = datetime.time(dice.randint(9, 18), dice.randint(0, 59))
    return min(datetime.datetime.combine(date, time, INDIA), timezone.now())
