"""`manage.py delivery DEED`: what whoever runs this does to the pipeline by hand."""

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Max
from django.db.utils import Error as AnyDatabaseError
from django.utils import timezone

from delivery import deeds, health, inbox
from delivery import prune as pruning
from delivery.criteria import Criteria
from delivery.models import UNDER_WAY, Alarm, Deed, DeedKind, DeedState, Delivery, DeliveryState


@dataclass(frozen=True)
class Errors:
    """What fails alike, and how much of it there is."""

    error: str
    state: str
    deliveries: int
    last: str


class Command(BaseCommand):
    help = "Look after the delivery of notifications."

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_subparsers(title="actions", dest="deed", required=True)
        does.add_parser(
            "restored", help="after the database was restored from a backup: have every browser start afresh"
        )
        status = does.add_parser("status", help="how the pipeline stands; exits with 1 where it is not well")
        status.add_argument("--json", action="store_true", dest="as_json", help="for machines")
        retry = does.add_parser("retry", help="have what failed be tried again, with all its attempts")
        retry.add_argument("--id", type=int, action="append", dest="ids", metavar="ID", help="this delivery")
        retry.add_argument("--state", choices=deeds.ALLOWED[DeedKind.RETRY], help="those in this state")
        retry.add_argument("--error", help='those that failed so, as "status" writes it')
        retry.add_argument("--all", action="store_true", dest="everything", help="all that can be")
        retry.add_argument("--dry-run", action="store_true", help="only say how many they are")
        does.add_parser("prune", help="remove now what beat would have removed in time")

    def handle(self, *_: Any, deed: str, **options: Any) -> None:
        known = {name: options[name] for name in OPTIONS.get(deed, ())}
        try:
            getattr(self, deed)(**known)
        except AnyDatabaseError as error:
            raise CommandError(f"The database is away: {str(error).partition(chr(10))[0]}") from error

    def restored(self) -> None:
        """Needed once after a restore, before web and workers start; a second time does no harm."""
        inboxes, newest = inbox.begin_anew()
        self.stdout.write(
            f"{inboxes} inboxes begin anew: every open page fetches its inbox afresh when it is back. "
            f"New notifications are numbered from {newest + 1}."
        )

    def status(self, *, as_json: bool) -> None:
        """The numbers of this moment, and what fails."""
        now = health.now()
        is_well, parts = health.report()
        errors = _errors() if now.database else []
        alarms = list(Alarm.objects.filter(cleared_at=None)) if now.database else []
        if as_json:
            told = {**asdict(now), "workers": _signs(now.workers), "beats": _signs(now.beats)}
            causes = [alarm.cause for alarm in alarms]
            self.stdout.write(
                json.dumps(
                    {"healthy": is_well, **told, "errors": list(map(asdict, errors)), "alarms": causes}
                )
            )
        else:
            self._write_status(now, parts, errors, alarms)
        if not is_well:
            raise SystemExit(1)

    def _write_status(
        self, now: health.Now, parts: dict[str, Any], errors: list[Errors], alarms: list[Alarm]
    ) -> None:
        asked = ("database", "redis", "worker", "beat") if settings.REDIS_URL else ("database",)
        for name in asked:
            self.stdout.write(f"{name:<20} {'yes' if parts[name] else 'NO'}")
        if not settings.REDIS_URL:
            self.stdout.write(f"{'redis':<20} none: whether a server runs here cannot be told")
        if not now.database:
            return
        for name in NUMBERS:
            self.stdout.write(f"{name:<20} {getattr(now, name):>8,}")
        self.stdout.write(f"{'oldest due':<20} {now.oldest_due_seconds:>8,.1f} s")
        self._write_letters(now.letters)
        for sign in (*now.workers, *now.beats):
            self.stdout.write(f"{sign.part:<20} {sign.seconds:>8,.1f} s ago  {sign.name}")
        for found in errors:
            self.stdout.write(f"{found.deliveries:>8,} {found.state:<8} {found.error}  (last {found.last})")
        for alarm in alarms:
            self.stdout.write(f"alarm since {_local(alarm.raised_at)}: {alarm.detail}")
        for deed in Deed.objects.filter(state__in=[*UNDER_WAY, DeedState.STOPPED]).order_by("pk"):
            self.stdout.write(
                f"action {deed.pk}: {deed}, {deed.done} done{deed.note and f', stopped: {deed.note}'}"
            )

    def _write_letters(self, letters: health.Letters) -> None:
        for name in LETTER_NUMBERS:
            self.stdout.write(f"{f'letters {name}':<20} {getattr(letters, name):>8,}")
        self.stdout.write(f"{'oldest letter due':<20} {letters.oldest_due_seconds:>8,.1f} s")
        if letters.away_seconds is not None:
            self.stdout.write(f"mail server away for {letters.away_seconds:,.0f} s: {letters.away_error}")

    def retry(
        self, *, ids: list[int] | None, state: str | None, error: str | None, everything: bool, dry_run: bool
    ) -> None:
        """Through the same deeds as the dashboard: workers carry it on, one row first of many."""
        if not (ids or state or error or everything):
            raise CommandError("Say which: --id, --state, --error, or --all.")
        asked = {"ids": ",".join(map(str, ids or ())), "state": state or "", "error": error or ""}
        try:
            criteria = Criteria.read(asked)
        except ValueError as reason:
            raise CommandError(str(reason)) from reason
        deed = deeds.propose(DeedKind.RETRY, criteria, None)
        count = f"{deed.matching:,} {'delivery' if deed.matching == 1 else 'deliveries'}"
        if dry_run or not deed.matching:
            deed.delete()
            if ids and not dry_run:
                raise CommandError("--id: none of these is dead or waits for another attempt.")
            self.stdout.write(f"{count} would be tried again." if dry_run else "Nothing to try again.")
            return
        deeds.start(deed.pk, None)
        by = "the workers carry" if settings.REDIS_URL else "the server carries, while it runs,"
        first = ", one of them first" if deed.matching > 1 else ""
        self.stdout.write(f"{count} to be tried again{first}: action {deed.pk}, which {by} on.")

    def prune(self) -> None:
        """All of it, however long it takes."""
        removed = pruning.prune(math.inf)
        for kind, count in removed.items():
            self.stdout.write(f"{count:>8,} {kind}")
        if not removed:
            self.stdout.write("Nothing to remove.")


NUMBERS = ("pending", "claimed", "waiting", "dead", "superseded", "discarded", "parked")
LETTER_NUMBERS = ("pending", "claimed", "waiting", "dead")
OPTIONS = {"status": ("as_json",), "retry": ("ids", "state", "error", "everything", "dry_run")}


def _errors() -> list[Errors]:
    """What waits or is dead, by the class and place of its last failure; the most first."""
    failing = Delivery.objects.filter(state__in=[DeliveryState.DEAD, DeliveryState.WAITING])
    groups = failing.exclude(fingerprint="").values_list("fingerprint", "state").order_by()
    counted = groups.annotate(count=Count("pk"), last=Max("claimed_at")).order_by("-count", "fingerprint")
    return [Errors(error, state, count, _local(last)) for error, state, count, last in counted]


def _signs(signs: list[Any]) -> dict[str, float]:
    return {sign.name: round(sign.seconds, 1) for sign in signs}


def _local(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S") if moment else "-"
