"""People in front of a browser."""

from dataclasses import dataclass

from django.test import Client

from gstbillingapp.models import Business, Membership


@dataclass
class Person:
    """A member of a business, signed in in a browser of their own."""

    membership: Membership
    client: Client

    @property
    def business(self) -> Business:
        return self.membership.business

    @property
    def username(self) -> str:
        return self.membership.user.username


def signed_in(membership: Membership) -> Person:
    client = Client()
    client.force_login(membership.user)
    return Person(membership, client)
