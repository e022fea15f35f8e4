"""`manage.py notify USERNAME TITLE MESSAGE`: posts one notification and prints its id."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from delivery.models import NotificationType, Priority
from gstbillingapp.utils import create_notification


class Command(BaseCommand):
    help = "Post one notification to a person and print its id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("title")
        parser.add_argument("message")
        parser.add_argument("--type", default="INFO", help=f"one of {', '.join(NotificationType.values)}")
        parser.add_argument("--link-url", help="a path of this site, such as /invoice/12/")
        parser.add_argument("--link-text")
        parser.add_argument("--priority", default="normal", help=f"one of {', '.join(Priority.values)}")
        parser.add_argument("--dedupe-key", help="posted once per person and key")

    def handle(self, *_: Any, **given: Any) -> None:
        user = get_user_model().objects.filter(username=given["username"]).first()
        if user is None:
            raise CommandError(f"username: there is nobody called {given['username']!r}.")
        try:
            row = create_notification(
                user,
                given["title"],
                given["message"],
                given["type"],
                given["link_url"],
                given["link_text"],
                priority=given["priority"],
                dedupe_key=given["dedupe_key"],
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(row.pk))
