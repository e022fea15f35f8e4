"""`manage.py delivery DEED`: what whoever runs this does to the pipeline by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from delivery import inbox


class Command(BaseCommand):
    help = "Look after the delivery of notifications."

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(title="deeds", dest="deed", required=True)
        deeds.add_parser(
            "restored", help="after the database was restored from a backup: have every browser start afresh"
        )

    def handle(self, *_: Any, deed: str, **__: Any) -> None:
        getattr(self, deed)()

    def restored(self) -> None:
        """Needed once after a restore, before web and workers start; a second time does no harm."""
        inboxes, newest = inbox.begin_anew()
        self.stdout.write(
            f"{inboxes} inboxes begin anew: every open page fetches its inbox afresh when it is back. "
            f"New notifications are numbered from {newest + 1}."
        )
