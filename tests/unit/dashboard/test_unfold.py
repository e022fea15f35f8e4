"""What of Unfold is ours, and what it was made from."""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest
import unfold
from django.template.loader import get_template
from django.urls import reverse

pytestmark = pytest.mark.once

THEIRS = Path(unfold.__file__).parent / "templates"
# The templates that ours replace, as they were when ours were made from them.
REPLACED = {
    "unfold/layouts/skeleton.html": "66af9f0bb45f98ba",
    "unfold/helpers/welcomemsg.html": "e8eab02522ba2319",
    "unfold/helpers/navigation_header.html": "35139b9d94580be9",
    "unfold/helpers/navigation_user.html": "4c9ba58b3f215326",
    "unfold/helpers/theme_switch.html": "c8e659df65f5aa78",
    "admin/actions.html": "b5332aace8e69192",
}


@pytest.mark.parametrize("name", REPLACED)
def test_a_template_that_ours_replaces_is_still_the_one_ours_was_made_from(name: str) -> None:
    digest = sha256((THEIRS / name).read_bytes()).hexdigest()
    assert digest.startswith(REPLACED[name]), (
        f"compare templates/{name} with Unfold {version('django-unfold')}"
    )
    assert not get_template(name).origin.name.startswith(str(THEIRS))


@pytest.mark.parametrize(
    "address", ["admin:index", "admin:auth_user_add", "admin:gstbillingapp_gstrate_changelist"]
)
def test_no_page_has_a_script_or_a_style_in_it(admin_client, address: str) -> None:
    page = admin_client.get(reverse(address)).text
    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
    assert "vendor/alpine/cdn.min.js" in page
    assert "unfold/js/alpine/alpine.js" not in page


def test_the_menu_shows_nobody_what_they_may_not_see(client, django_user_model) -> None:
    client.force_login(django_user_model.objects.create(username="meera", is_staff=True))
    page = client.get(reverse("admin:index")).text
    assert reverse("pipeline:now") not in page
    assert reverse("admin:auth_user_changelist") not in page


def test_unfolds_search_which_nothing_asks_for_is_not_there(admin_client, client) -> None:
    assert admin_client.get("/admin/search/?s=a&page=x").status_code == 404
    assert client.get("/admin/search/?s=a").status_code == 302
