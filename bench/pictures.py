"""`python -m bench.pictures [FOLDER]`: makes the pictures of docs/dashboard.md anew, by doing what they show.

Web, worker, beat and Redis are real, on the demo's people; a real browser presses the buttons.
"""

import os
import re
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.databases import ROOT, Database, manage
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_until

IMAGES = ROOT / "docs" / "images"
WIDE, PHONE = {"width": 1280, "height": 680}, {"width": 390, "height": 844}
PATIENCE_MS = 60_000
STILL_MS = 500  # until what moves stands still
# A kind of notification that the drain does not know: its attempts fail until it is one that it knows.
UNKNOWN, KNOWN = "QUOTE", "INVOICE"
DEAD = "/admin/pipeline/deliveries/?state=dead"
AFTER = (0, 5, 35, 155, 635)  # seconds from a post to each of its attempts
MANY = 1_000  # some seconds of a retry


def main(arguments: Sequence[str]) -> int:
    """Make them all."""
    images = Path(arguments[0]) if arguments else IMAGES
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="pictures-")))
        url = f"sqlite:///{folder / 'pictures.sqlite3'}"
        manage(url, "migrate", "--verbosity", "0")
        manage(url, "demo")
        os.environ |= {"DJANGO_SETTINGS_MODULE": "gstbilling.settings", "DATABASE_URL": url}
        import django

        django.setup()
        from bench import bulk
        from tests.support.browser import launched
        from tests.support.stack import Stack, running

        redis = RedisServer("valkey", folder)
        cleanup.callback(redis.close)
        redis.start()
        stack = cleanup.enter_context(running(Stack(Database(url), redis, folder)))
        bulk.operator(stack)
        browser = cleanup.enter_context(launched())
        Album(browser, stack.url, images).make()
    return 0


class Album:
    """The scenes, each of which leaves the deliveries as the next one needs them."""

    def __init__(self, browser: Any, url: str, images: Path) -> None:
        self._browser, self._url, self._images = browser, url, images
        self.page = self._tab("light", WIDE)

    def make(self) -> None:
        """All of them."""
        dead(MANY)
        self.retry()
        dead(6, KNOWN)
        self.one_delivery()
        self.by_hand()
        self.the_others()

    def retry(self) -> None:
        """Stopped at the first, in progress, done."""
        from delivery.models import Notification

        self._choose_all("Retry")
        self._press(re.compile("^Retry "))
        self._says("The first one failed again, so the others were left alone.")
        self._shoot("retry-stopped")
        Notification.objects.filter(notification_type=UNKNOWN).update(notification_type=KNOWN)
        self._press(re.compile("^Go on"))
        bar = self.page.locator("[data-past]")
        wait_until(lambda: bar.evaluate("bar => bar.value") > MANY / 3, 60, "it does not go on")
        self._shoot("retry-progress")
        self._says(re.compile("^Done:"))
        self.page.reload()
        self._shoot("retry-done")

    def one_delivery(self) -> None:
        """Its timeline: posted, failed, retried by somebody, sent."""
        self.page.goto(DEAD)
        self.page.locator("#pl-list .pl-main a").first.click()
        self._press("Retry")
        self.page.wait_for_timeout(2000)
        self.page.reload()
        self.page.locator(".pl-event-title", has_text="Sent").wait_for(timeout=PATIENCE_MS)
        self._shoot("timeline", whole=True)

    def by_hand(self) -> None:
        """Discard with its Undo, the time of a reschedule, the question of a supersede."""
        self._tick(2)
        self._press("Discard")
        self._shoot("discard-undo")
        self._press("Undo")
        self._tick(2)
        self.page.locator(".pl-when summary").click()
        self.page.get_by_label("To, in India’s time").fill("2030-01-02T10:30")
        self._shoot("reschedule")
        self._tick(3)
        self._press("Supersede")
        self._shoot("supersede")
        self._press("Go back")

    def the_others(self) -> None:
        """Now, the list on a phone, and a proposal in the dark."""
        self.page.goto("/admin/pipeline/")
        self.page.locator("#pl-live[data-state=live]").wait_for(timeout=PATIENCE_MS)
        self._shoot("now-light", whole=True)
        self.page = self._tab("light", PHONE)
        self.page.goto(DEAD)
        self._shoot("deliveries-phone", whole=True)
        self.page = self._tab("dark", WIDE)
        self._choose_all("Retry")
        self._shoot("deed-dark")

    def _tab(self, scheme: str, size: dict[str, int]) -> Any:
        from bench import bulk
        from tests.support.browser import Visitor

        where: dict[str, Any] = {"timezone_id": "Asia/Kolkata", "locale": "en-IN"}
        visitor = Visitor(self._browser, self._url, color_scheme=scheme, viewport=size, **where)
        return visitor.sign_in("operator", bulk.PASSWORD).tab("/admin/pipeline/")

    def _choose_all(self, kind: str) -> None:
        self.page.goto(DEAD)
        self.page.locator("#pl-everything").check()
        self.page.locator("#pl-bar").get_by_role("button", name=kind, exact=True).click()
        self.page.wait_for_url(re.compile(r"/deeds/\d+/$"))

    def _tick(self, count: int) -> None:
        self.page.goto(DEAD)
        for number in range(count):
            self.page.locator('#pl-list input[name="id"]').nth(number).check()

    def _press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()

    def _says(self, text: str | re.Pattern[str]) -> None:
        self.page.locator("[data-said]", has_text=text).wait_for(timeout=PATIENCE_MS)

    def _shoot(self, name: str, *, whole: bool = False) -> None:
        """What is in the window, or in one as long as the page is."""
        path, size = self._images / f"pipeline-{name}.png", self.page.viewport_size
        if whole:
            long = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({**size, "height": long})
        self.page.wait_for_timeout(STILL_MS)
        self.page.screenshot(path=path)
        self.page.set_viewport_size(size)
        print(f"{path} {path.stat().st_size // 1024} KB", flush=True)


def dead(count: int, kind: str = UNKNOWN) -> None:
    """So many dead deliveries, shared out to the demo's people, each with its five attempts."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from delivery.models import Attempt, Delivery, DeliveryState, Inbox, Notification, Outcome

    people = list(User.objects.filter(membership__isnull=False).order_by("pk"))
    now, where = timezone.now(), "KeyError in delivery.models.icon_class"
    trouble = {"error_class": "KeyError", "error_message": f"'{UNKNOWN}'", "fingerprint": where}
    for number in range(count):
        inbox, _ = Inbox.objects.get_or_create(user=people[number % len(people)])
        inbox.revision, inbox.unread_count = inbox.revision + 1, inbox.unread_count + 1
        inbox.posted += 1
        inbox.save()
        posted = now - timedelta(minutes=35, seconds=7 * (count - number) % 900)
        facts = {"user_id": inbox.pk, "revision": inbox.revision, "created_at": posted}
        row = Notification.objects.create(
            title=f"Quotation QTN-2026-{number + 101:04d} was accepted",
            message=f"Ravi Traders, ₹{11_800 + 590 * (number % 40):,}.00",
            notification_type=kind,
            **facts,
        )
        delivery = Delivery.objects.create(
            notification=row,
            state=DeliveryState.DEAD,
            attempts=len(AFTER),
            settled_at=posted + timedelta(seconds=AFTER[-1]),
            last_error=f"KeyError: '{UNKNOWN}'",
            fingerprint=where,
            **facts,
        )
        Attempt.objects.bulk_create(
            Attempt(
                delivery=delivery,
                number=attempt,
                outcome=Outcome.FAILED,
                worker="worker@billing-1:31",
                started_at=posted + timedelta(seconds=after, milliseconds=3),
                ended_at=posted + timedelta(seconds=after, milliseconds=15),
                **trouble,
            )
            for attempt, after in enumerate(AFTER, start=1)
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
