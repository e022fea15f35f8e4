"""`manage.py demo`: a believable business to look at and try out."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from gstbillingapp.demo import bulk, load


class Command(BaseCommand):
    help = "Load the demo business once: users demo, demo-staff and demo-other, password gst-demo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--invoices N` tops the demo business up to N invoices, for measuring."""
        parser.add_argument("--invoices", type=int, default=0, metavar="N", help="hold N invoices in all")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is not there; a second run changes nothing."""
        if not settings.DEBUG:
            raise CommandError("The demo has public passwords; it loads only where DEBUG is on.")
        if load.is_loaded():
            self.stdout.write("The demo business is there; nothing was changed.")
        else:
            load.load()
            self.stdout.write("Loaded the demo business. Sign in as demo, password gst-demo.")
        if options["invoices"]:
            self.stdout.write(f"Added {bulk.top_up(options['invoices']):,} invoices.")
