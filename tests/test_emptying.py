import pytest
from django.contrib.auth.models import Permission
from django.test import TransactionTestCase

from papers.models import Category, PaperTombstone
from tests import emptying
from tests.factories import make_entry, make_paper
from tests.security.routes import rows

pytestmark = pytest.mark.django_db(transaction=True)
ALL: frozenset[str] = frozenset()


@pytest.fixture(autouse=True)
def left() -> dict[str, list[str]]:
    """What a whole flush leaves."""
    emptying._flush(TransactionTestCase())
    emptying._remember()
    return rows(without=ALL)


def test_what_a_test_committed_is_gone_and_all_else_is_there(left: dict[str, list[str]]) -> None:
    make_entry()
    make_paper().delete()
    assert PaperTombstone.objects.exists()
    assert emptying._deleted()
    assert rows(without=ALL) == left


def test_where_nothing_was_written_nothing_changes(left: dict[str, list[str]]) -> None:
    assert emptying._deleted()
    assert rows(without=ALL) == left


def test_what_every_site_has_and_a_test_changed_is_left_to_a_flush() -> None:
    number = Permission.objects.count()
    Permission.objects.earliest("pk").delete()
    assert not emptying._deleted()
    emptying._empty(TransactionTestCase())
    assert Permission.objects.count() == number


def test_much_is_left_to_a_flush() -> None:
    Category.objects.bulk_create(Category(code=f"x{n}") for n in range(emptying.MOST_ROWS + 1))
    assert not emptying._deleted()
    emptying._empty(TransactionTestCase())
    assert not Category.objects.exists()
