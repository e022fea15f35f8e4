"""Every address of the description, asked with whatever it allows and with whatever it does not."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi

from delivery import inbox
from delivery.drafts import Draft
from gstbillingapp.views.description import DESCRIPTION
from tests.factories import CustomerFactory, MembershipFactory, ProductFactory

pytestmark = pytest.mark.django_db

TOKEN = "t" * 32
PROMISED = [
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
    openapi.negative_data_rejection,
    openapi.unsupported_method,
]
# It says itself, with 503, what does not work: there is no worker behind these tests.
MAY_FAIL = {"/readyz"}

description = schemathesis.openapi.from_path(DESCRIPTION)
description.config.generation.update(allow_extra_parameters=False, with_security_parameters=False)


@dataclass
class Script:
    """A client with a session and a CSRF token, on the whole stack of middleware."""

    site: WSGIHandler
    user: User
    session: str

    def send(self, case: schemathesis.Case) -> schemathesis.Response:
        cache.clear()  # the rate limit has its own tests
        answer: schemathesis.Response = case.call(
            app=self.site,
            headers={"Accept": "application/json", "X-CSRFToken": TOKEN},
            cookies={"sessionid": self.session, "csrftoken": TOKEN},
        )
        return answer


@pytest.fixture
def connection_of_the_test() -> Iterator[None]:
    """Requests end with closing their database connection; here it is the test's, in its transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def script(db: None, connection_of_the_test: None) -> Script:
    """A member of a business with something in every list."""
    member = MembershipFactory()
    CustomerFactory(business=member.business)
    ProductFactory(business=member.business)
    posted = [
        inbox.post([member.user_id], Draft(f"Number {n}", "", link_url="/invoices/"))[0] for n in range(3)
    ]
    inbox.mark_read(member.user_id, posted[0].pk)
    inbox.delete(member.user_id, posted[1].pk)
    browser = Client()
    browser.force_login(member.user)
    return Script(WSGIHandler(), member.user, browser.session.session_key or "")


@description.parametrize()
@settings(settings.get_profile("fuzz"))
def test_whatever_is_asked_is_answered_as_described(case: schemathesis.Case, script: Script) -> None:
    answer = script.send(case)
    checks = PROMISED if case.path in MAY_FAIL else [not_a_server_error, *PROMISED]
    case.validate_response(answer, checks=checks)
    if answer.status_code == 400 and case.path.startswith("/notifications/api/"):
        name = answer.json()["error"]["message"].partition(":")[0]
        assert name in {parameter.name for parameter in case.operation.query}
