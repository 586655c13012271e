"""Rows that the tests of one file share: made once, and for each test as they were made.

They are made in a transaction around all tests of the file. What a test changes is rolled back to
there, so that no test sees another's. Tests that commit need a file of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def shared_rows(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep open what is written until the end: for a fixture of module scope.

    Make the rows in `blocker.unblock()`. Rows are for reading afterwards; a test that changes an
    object in memory takes one of its own from the database.
    """
    around = transaction.atomic()
    # Else what must not stand in a transaction would refuse to run in this one (durable=True).
    around._from_testcase = True  # type: ignore[attr-defined]
    with blocker.unblock():
        around.__enter__()
    try:
        yield
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
