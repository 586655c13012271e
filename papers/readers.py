"""The row of a reader, held by whoever writes something of theirs: deleting an account waits."""

from django.contrib.auth import get_user_model
from django.db import connection


def hold_reader(reader_id: int) -> None:
    """Keep the account from being deleted until the transaction ends; nobody else waits.

    Before any other lock: whoever deletes the account has its row first and then wants theirs.
    Without it Postgres asks for the row at the end (keys are checked at COMMIT), with all locks
    held. Raises the reader model's DoesNotExist when the account is gone.
    """
    model = get_user_model()
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE id = %s FOR KEY SHARE", [reader_id])  # noqa: S608
        if cursor.fetchone() is None:
            raise model.DoesNotExist
