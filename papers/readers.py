"""The row of a reader, held by whoever writes something of theirs: deleting an account waits."""

from django.contrib.auth import get_user_model
from django.db import connection
from psycopg.sql import SQL, Identifier

# The row is locked last, after the turn.
_HOLD = SQL("""
WITH turn AS MATERIALIZED (
    SELECT pg_advisory_xact_lock_shared(hashtextextended('papers.readers', %(id)s))
)
SELECT reader.id FROM turn, {table} AS reader WHERE reader.id = %(id)s FOR KEY SHARE OF reader
""")
_AWAIT_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('papers.readers', %(id)s))"


def hold_reader(reader_id: int) -> None:
    """Keep the account from being deleted until the transaction ends; nobody else waits.

    Before any other lock: whoever deletes the account has its row first and then wants theirs.
    Without it Postgres asks for the row at the end (keys are checked at COMMIT), with all locks
    held. Raises the reader model's DoesNotExist when the account is gone.
    """
    model = get_user_model()
    hold = _HOLD.format(table=Identifier(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(hold, {"id": reader_id})
        if cursor.fetchone() is None:
            raise model.DoesNotExist


def stop_new_work(reader_id: int) -> None:
    """Wait for all who hold the reader, and let none begin until the transaction ends.

    Postgres lets those who share a row's lock go ahead of whoever waits to have it alone, so that
    two who write by turns would keep the account for ever; of advisory locks the first comes first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_AWAIT_TURN, {"id": reader_id})
