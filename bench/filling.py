"""What is posted, and many rows of it in one statement."""

from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault

# Of the size that the product's own have.
CONTENT: dict[str, str] = {
    "title": "Invoice INV-2026-0042 created",
    "message": "₹1,180.00 for Asha Traders, due 22 November 2026",
    "notification_type": "INVOICE",
    "link_url": "/invoice/42/",
    "link_text": "View invoice",
}
SERIES = (
    "(WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count}) "
    "SELECT n FROM series)"
)


def copies(pattern: Model, count: int, **expressions: str) -> None:
    """Insert `count` rows like this one; expressions in SQL say what is to differ, by `n` from 1 on."""
    if count:
        insert_from(pattern, SERIES.format(count=int(count)), **expressions)


def insert_from(pattern: Model, source: str, **expressions: str) -> None:
    """Insert a row like this one for each row of `source`, a query in brackets."""
    columns: list[str] = []
    values: list[str] = []
    parameters: list[Any] = []
    for field in pattern._meta.concrete_fields:
        if field.column is None or (field.primary_key and field.column not in expressions):
            continue
        if field.column in expressions:
            values.append(expressions[field.column])
        elif isinstance(getattr(pattern, field.attname), DatabaseDefault):
            continue
        else:
            values.append("%s")
            parameters.append(field.get_db_prep_save(getattr(pattern, field.attname), connection))
        columns.append(field.column)
    statement = (
        f"INSERT INTO {pattern._meta.db_table} ({', '.join(columns)}) "  # noqa: S608 - nothing from outside
        f"SELECT {', '.join(values)} FROM {source} AS source"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def empty(model: type[Model], user: int) -> None:
    """Delete all rows of a person in one statement: Django would fetch a million of them first."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE user_id = %s", [user])  # noqa: S608


def know_sizes() -> None:
    """Have PostgreSQL count anew what it plans by, which it does by itself a minute later."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
