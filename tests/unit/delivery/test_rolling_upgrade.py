"""Between a migration and the exchange of the processes, the release before writes into the new tables."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from delivery import inbox
from delivery.drafts import Draft
from delivery.models import Attempt, Delivery

pytestmark = pytest.mark.django_db

# The last migration of the release before; a later release moves it on.
BEFORE = ("delivery", "0002_tried_alone")


@pytest.mark.parametrize("model", [Delivery, Attempt])
def test_a_row_with_the_columns_of_the_release_before_is_taken(model):
    asha = User.objects.create_user("asha")
    [posted] = inbox.post([asha.pk], Draft(title="Title", message=""))
    Attempt.objects.create(delivery=posted.delivery, number=1, outcome="failed", ended_at=timezone.now())
    state = MigrationLoader(connection).project_state([BEFORE])
    old = state.apps.get_model("delivery", model.__name__)
    columns = [field.column for field in old._meta.concrete_fields if not field.primary_key]
    if model is Delivery:
        Delivery.objects.update(notification=None)  # one delivery a notification
    written = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {old._meta.db_table} ({written}) SELECT {written} FROM {old._meta.db_table}"
        )
        assert cursor.rowcount == 1
