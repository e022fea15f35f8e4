"""The retry dashboard in a real browser, on real processes: every deed, live numbers, phone, keyboard."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from delivery import inbox, retry
from delivery.drafts import Draft
from delivery.models import Attempt, Deed, DeedState, Delivery, DeliveryState, Notification, Outcome
from tests.browser.conftest import PASSWORD, Visit, newcomer
from tests.support.browser import Visitor
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

PATIENCE_MS = 30_000
ERROR = "KeyError in delivery.frames.notification"
ADMIN_PAGES = [
    "/admin/",
    "/admin/auth/user/",
    "/admin/auth/group/add/",
    "/admin/admin/logentry/",
    "/admin/django_celery_results/taskresult/",
    "/admin/gstbillingapp/",
    "/admin/gstbillingapp/gstrate/",
    "/admin/gstbillingapp/gstrate/1/change/",
    "/admin/gstbillingapp/business/",
]


@pytest.fixture
def operator(site: Stack) -> User:
    user = newcomer()
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    return user


@pytest.fixture
def desk(site: Stack, visit: Visit, operator: User) -> Visitor:
    """The operator's browser, signed in."""
    return visit(site.url, timezone_id="Asia/Kolkata").sign_in(operator.username, PASSWORD)


@pytest.fixture
def meera(site: Stack) -> User:
    """Somebody whose deliveries are acted on; gone with them afterwards."""
    user = newcomer()
    yield user
    Delivery.objects.filter(user=user).delete()


def dead(user: User, count: int = 1, **changes: str) -> list[Delivery]:
    """Deliveries that have run out of attempts."""
    title = f"Invoice of {user.username}"
    rows = [inbox.post([user.pk], Draft(title=f"{title} {n}", message="Due soon"))[0] for n in range(count)]
    mine = Delivery.objects.filter(notification__in=rows)
    wait_until(lambda: not mine.exclude(state=DeliveryState.SENT).exists(), 30, "these were never sent")
    if changes:
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(**changes)
    mine.update(
        state=DeliveryState.DEAD,
        attempts=retry.MAX_ATTEMPTS,
        settled_at=timezone.now(),
        last_error="KeyError: 'BOGUS'",
        fingerprint=ERROR,
    )
    now = timezone.now()
    Attempt.objects.bulk_create(
        Attempt(
            delivery=row,
            number=retry.MAX_ATTEMPTS,
            outcome=Outcome.FAILED,
            worker="worker-1:311",
            started_at=now - timedelta(milliseconds=12),
            ended_at=now,
            error_class="KeyError",
            error_message="'BOGUS'",
            fingerprint=ERROR,
        )
        for row in mine
    )
    return list(mine.order_by("pk"))


def states(rows: list[Delivery]) -> list[str]:
    found = Delivery.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    return list(found.values_list("state", flat=True))


def of(user: User, **more: str) -> str:
    """The list of somebody's deliveries."""
    query = "&".join(f"{name}={value}" for name, value in {"user": user.username, **more}.items())
    return f"/admin/pipeline/deliveries/?{query}"


def wanted(page: Page, kind: str) -> Page:
    """All that match are ticked, and a deed is asked for."""
    page.locator("#pl-everything").check()
    page.locator("#pl-bar").get_by_role("button", name=kind, exact=True).click()
    page.wait_for_url(re.compile(r"/deeds/\d+/$"))
    return page


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    """What the deed says of itself comes to this, without a reload."""
    expect(page.locator("[data-said]")).to_have_text(text, timeout=PATIENCE_MS)


def test_one_is_retried_from_its_page_and_its_timeline_tells_of_it(desk: Visitor, meera: User) -> None:
    [row] = dead(meera)
    page = desk.tab(f"/admin/pipeline/deliveries/{row.pk}/")
    expect(page.get_by_text("Attempt 5 failed")).to_be_visible()
    page.get_by_role("button", name="Retry", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="1 delivery retried.")).to_be_visible()
    wait_until(lambda: states([row]) == ["sent"], 30, "it was not sent")
    page.goto(f"/admin/pipeline/notifications/{row.notification_id}/")
    expect(page.locator(".pl-event-title").last).to_contain_text("Sent")
    expect(page.get_by_role("link", name=re.compile("Retry by asha"))).to_be_visible()


def test_all_that_match_are_retried_one_first_and_the_page_follows(desk: Visitor, meera: User) -> None:
    rows = dead(meera, 60)
    page = wanted(desk.tab(of(meera, state="dead")), "Retry")
    heading(page, "Retry 60 deliveries?")
    expect(page.get_by_text("One is tried first.")).to_be_visible()
    assert states(rows) == ["dead"] * 60
    page.get_by_role("button", name="Retry 60 deliveries").click()
    heading(page, "Done: 60 deliveries retried.")
    wait_until(lambda: states(rows) == ["sent"] * 60, 30, "they were not sent")


def test_the_first_that_fails_stops_the_rest_until_somebody_decides(desk: Visitor, meera: User) -> None:
    rows = dead(meera, 5, notification_type="BOGUS")
    page = wanted(desk.tab(of(meera, state="dead")), "Retry")
    page.get_by_role("button", name="Retry 5 deliveries").click()
    heading(page, "The first one failed again, so the others were left alone.")
    expect(page.get_by_text("KeyError: 'BOGUS'").first).to_be_visible()
    assert states(rows)[1:] == ["dead"] * 4
    Notification.objects.filter(user=meera).update(notification_type="INFO")
    page.get_by_role("button", name="Go on with the other 4").click()
    heading(page, "Done: 5 deliveries retried.")
    wait_until(lambda: states(rows) == ["sent"] * 5, 30, "they were not sent")


def test_stopping_there_leaves_the_others_as_they_were(desk: Visitor, meera: User) -> None:
    rows = dead(meera, 3, notification_type="BOGUS")
    page = wanted(desk.tab(of(meera, state="dead")), "Retry")
    page.get_by_role("button", name="Retry 3 deliveries").click()
    page.get_by_role("button", name="Stop here").click(timeout=PATIENCE_MS)
    heading(page, "Cancelled: 1 delivery retried.")
    assert states(rows)[1:] == ["dead"] * 2


def test_a_double_click_starts_it_once(desk: Visitor, meera: User) -> None:
    rows = dead(meera, 30)
    page = wanted(desk.tab(of(meera, state="dead")), "Retry")
    page.get_by_role("button", name="Retry 30 deliveries").dblclick()
    heading(page, "Done: 30 deliveries retried.")
    wait_until(lambda: states(rows) == ["sent"] * 30, 30, "they were not sent")
    deed = Deed.objects.order_by("-pk")[0]
    log = LogEntry.objects.filter(object_id=str(deed.pk), change_message__startswith="Started")
    assert (log.count(), deed.done) == (1, 30)


@pytest.mark.parametrize("with_script", [True, False])
def test_a_double_click_on_what_is_done_at_once_does_it_once(
    site: Stack, visit: Visit, operator: User, meera: User, with_script: bool
) -> None:
    [row] = dead(meera, notification_type="BOGUS")
    visitor = visit(site.url, java_script_enabled=with_script).sign_in(operator.username, PASSWORD)
    page = visitor.tab(f"/admin/pipeline/deliveries/{row.pk}/")
    page.get_by_role("button", name="Retry", exact=True).dblclick()
    expect(page.get_by_role("status").filter(has_text="1 delivery retried.").first).to_be_visible()
    wait_until(lambda: states([row]) == ["waiting"], 30, "it was not tried")
    row.refresh_from_db()
    [deed] = Deed.objects.filter(rows__delivery=row)
    assert LogEntry.objects.filter(object_id=str(deed.pk), change_message__contains="retried").count() == 1
    assert (row.attempts, row.failed_attempts.count()) == (1, 2)


def copies(row: Delivery, count: int) -> None:
    """So many more like this one, without posting and sending each of them."""
    facts = {"user": row.user, "revision": row.revision, "created_at": row.created_at}
    state = {"state": row.state, "settled_at": row.settled_at, "fingerprint": row.fingerprint}
    posted = Notification.objects.bulk_create(
        Notification(title=f"{row.notification.title} {n}", message="Due soon", **facts) for n in range(count)
    )
    Delivery.objects.bulk_create(Delivery(notification=copy, **facts, **state) for copy in posted)


def test_what_is_under_way_is_followed_and_cancelled(desk: Visitor, meera: User) -> None:
    [row] = dead(meera)
    # At 200 a second it goes on for half a minute: it is cancelled in the middle however slow the machine is.
    count = 6000
    copies(row, count - 1)
    mine = Delivery.objects.filter(user=meera)
    page = wanted(desk.tab(of(meera, state="dead")), "Discard")
    page.get_by_role("button", name="Discard 6,000 deliveries").click()
    expect(page.locator("[data-past]")).to_have_js_property("max", count)
    expect(page.locator("[data-past]")).not_to_have_js_property("value", 0, timeout=PATIENCE_MS)
    page.get_by_role("button", name="Cancel").click()
    heading(page, re.compile(r"^Cancelled: [\d,]+ deliveries discarded\.$"))
    discarded = mine.filter(state=DeliveryState.DISCARDED).count()
    assert 0 < discarded < count
    page.get_by_role("button", name="Undo").click()
    heading(page, re.compile(r"^Done: [\d,]+ deliveries restored\.$"))
    assert mine.filter(state=DeliveryState.DEAD).count() == count


def test_a_discard_is_done_at_once_and_undone_at_once(desk: Visitor, meera: User) -> None:
    rows = dead(meera, 3)
    page = desk.tab(of(meera))
    page.locator("#pl-page").check()
    expect(page.locator("#pl-chosen")).to_have_text("3 chosen")
    page.get_by_label(f"Choose delivery {rows[0].pk}").uncheck()
    page.get_by_role("button", name="Discard", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="2 deliveries discarded.")).to_be_visible()
    assert states(rows) == ["dead", "discarded", "discarded"]
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("status").filter(has_text="2 deliveries restored.")).to_be_visible()
    assert states(rows) == ["dead"] * 3


def test_one_is_rescheduled_to_a_time_in_india(desk: Visitor, meera: User) -> None:
    [row] = dead(meera)
    page = desk.tab(of(meera))
    page.get_by_label(f"Choose delivery {row.pk}").check()
    page.locator(".pl-when summary").click()
    page.get_by_label("To, in India’s time").fill("2030-01-02T10:30")
    page.locator(".pl-when").get_by_role("button", name="Reschedule").click()
    expect(page.get_by_text("1 delivery rescheduled to 2 Jan 2030, 10:30.")).to_be_visible()
    row.refresh_from_db()
    assert (row.state, row.due_at.isoformat()) == ("waiting", "2030-01-02T05:00:00+00:00")


def test_superseding_asks_first_and_never_mind_does_nothing(desk: Visitor, meera: User) -> None:
    [row] = dead(meera)
    page = desk.tab(f"/admin/pipeline/deliveries/{row.pk}/")
    page.get_by_role("button", name="Supersede").click()
    expect(page.get_by_text("That cannot be undone")).to_be_visible()
    page.get_by_role("button", name="Go back").click()
    expect(page.get_by_text("Nothing was done.")).to_be_visible()
    assert states([row]) == ["dead"]
    page.goto(f"/admin/pipeline/deliveries/{row.pk}/")
    page.get_by_role("button", name="Supersede").click()
    page.get_by_role("button", name="Supersede 1 delivery").click()
    heading(page, "Done: 1 delivery superseded.")
    assert states([row]) == ["superseded"]


def test_numbers_sentences_errors_and_charts_change_without_a_reload(desk: Visitor, meera: User) -> None:
    page = desk.tab("/admin/pipeline/")
    expect(page.locator("#pl-live")).to_contain_text("Live, as of")
    page.evaluate("window.stayed = true")
    before = int(page.locator("[data-figure=dead] .pl-figure-value").inner_text().replace(",", ""))
    dead(meera, 4)
    number = page.locator("[data-figure=dead] .pl-figure-value")
    expect(number).to_have_text(str(before + 4))
    expect(page.locator("[data-region=lines]")).to_contain_text("dead: somebody has to decide.")
    expect(page.locator("[data-region=errors]")).to_contain_text(ERROR)
    drawn = "Chart.getChart(document.querySelector('[data-chart=sent] canvas')).data.datasets[0].data"
    wait_until(lambda: page.evaluate(f"{drawn}.some((sent) => sent > 0)"), 10, "nothing is drawn")
    expect(page.locator("[data-region=parts]")).to_contain_text("heard")
    Delivery.objects.filter(user=meera).delete()
    expect(number).to_have_text(str(before))
    assert page.evaluate("window.stayed")


def test_a_number_of_errors_opens_as_many_deliveries(desk: Visitor, meera: User) -> None:
    dead(meera, 2)
    page = desk.tab("/admin/pipeline/")
    link = page.locator("[data-region=errors] tr", has_text=ERROR).get_by_role("link").first
    # The page may have been read up to two seconds ago, for another viewer.
    count = str(Delivery.objects.filter(failed_attempts__fingerprint=ERROR).distinct().count())
    expect(link).to_have_text(count)
    link.click()
    expect(page.locator("#pl-list .pl-title")).to_contain_text(f"{count} deliver")


def test_a_link_keeps_the_focus_while_numbers_change_under_it(desk: Visitor, meera: User) -> None:
    dead(meera)
    page = desk.tab("/admin/pipeline/")
    page.locator("[data-figure=dead]").focus()
    before = page.locator("[data-figure=dead]").inner_text()
    dead(meera)
    expect(page.locator("[data-figure=dead]")).not_to_have_text(before)
    expect(page.locator("[data-figure=dead]")).to_be_focused()


def test_it_says_so_when_the_server_does_not_answer_and_when_it_does_again(
    site: Stack, visit: Visit, operator: User
) -> None:
    visitor = visit(site.url, offline=True).sign_in(operator.username, PASSWORD)
    page = visitor.tab("/admin/pipeline/")
    expect(page.locator("#pl-live")).to_have_attribute("data-state", "live")
    visitor.context.set_offline(True)
    expect(page.locator("#pl-live")).to_contain_text("The server has not answered since")
    expect(page.locator("[data-region=figures]")).to_have_class(re.compile("is-stale"))
    visitor.context.set_offline(False)
    expect(page.locator("#pl-live")).to_contain_text("Live, as of")
    expect(page.locator("[data-region=figures]")).not_to_have_class(re.compile("is-stale"))
    visitor.context.clear_cookies()
    expect(page.locator("#pl-live")).to_contain_text("You are signed out")


def test_without_a_script_the_pages_show_everything_and_deeds_are_done(
    site: Stack, visit: Visit, operator: User, meera: User
) -> None:
    rows = dead(meera, 3)
    visitor = visit(site.url, java_script_enabled=False).sign_in(operator.username, PASSWORD)
    page = visitor.tab("/admin/pipeline/")
    expect(page.locator("[data-figure=dead]")).to_be_visible()
    expect(page.get_by_text("As it was when this page was opened.")).to_be_visible()
    page.goto(of(meera, state="dead"))
    page.get_by_label(f"Choose delivery {rows[0].pk}").check()
    page.get_by_role("button", name="Retry", exact=True).click()
    expect(page.get_by_text("1 delivery retried.")).to_be_visible()
    page.goto(of(meera, state="dead"))
    page.locator("#pl-everything").check()
    page.get_by_role("button", name="Discard", exact=True).click()
    page.get_by_role("button", name="Discard 2 deliveries").click()
    deed = Deed.objects.order_by("-pk")[0]
    wait_until(lambda: Deed.objects.get(pk=deed.pk).state == DeedState.DONE, 30, "it is not done")
    assert states(rows)[1:] == ["discarded"] * 2
    page.reload()
    expect(page.get_by_text("Done: 2 deliveries discarded.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_scrolls_sideways_and_no_page_complains(
    site: Stack, visit: Visit, operator: User, meera: User, scheme: str
) -> None:
    rows = dead(meera, 3)
    options = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme}
    visitor = visit(site.url, **options).sign_in(operator.username, PASSWORD)
    page = wanted(visitor.tab(of(meera)), "Retry")
    deed = page.url.removeprefix(site.url)
    pages = [
        "",
        "?span=day",
        "deliveries/",
        "deliveries/?q=nothing-like-it",
        "deeds/",
        f"deliveries/{rows[0].pk}/",
    ]
    for path in [*(f"/admin/pipeline/{path}" for path in pages), deed]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


@pytest.mark.parametrize("width", [640, 768, 1024, 1280])
def test_twice_the_size_of_text_and_every_window_between_fits(
    site: Stack, visit: Visit, operator: User, meera: User, width: int
) -> None:
    [row] = dead(meera)
    visitor = visit(site.url, viewport={"width": width, "height": 512}).sign_in(operator.username, PASSWORD)
    for path in ("", "deliveries/", f"deliveries/{row.pk}/", "deeds/"):
        page = visitor.tab(f"/admin/pipeline/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_keyboard_is_enough_to_choose_and_to_act(desk: Visitor, meera: User) -> None:
    rows = dead(meera, 2)
    page = desk.tab(of(meera))
    page.locator("#pl-page").focus()
    page.keyboard.press("Space")
    expect(page.locator("#pl-chosen")).to_have_text("2 chosen")
    page.get_by_role("button", name="Discard", exact=True).focus()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 deliveries discarded.")).to_be_visible()
    assert states(rows) == ["discarded"] * 2


def test_the_administration_logs_nothing_and_its_menu_opens_by_keyboard(
    site: Stack, visit: Visit, operator: User
) -> None:
    visitor = visit(site.url).sign_in(operator.username, PASSWORD)
    for path in [*ADMIN_PAGES, f"/admin/auth/user/{operator.pk}/change/"]:
        visitor.tab(path).close()
    phone = visit(site.url, viewport={"width": 390, "height": 844}).sign_in(operator.username, PASSWORD)
    page = phone.tab("/admin/")
    menu = page.get_by_role("button", name="Menu", exact=True)
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#nav-sidebar")).to_be_visible()
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("link", name="Deliveries")).to_be_visible()
