from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from readinglists import keeping, tasks
from readinglists.models import ListChange, ReadingList
from tests.factories import make_entry, make_reading_list, make_user

pytestmark = pytest.mark.django_db
BIN = "/lists/bin/"


def address(verb: str, reading_list: ReadingList) -> str:
    return reverse(f"readinglists:{verb}", args=[reading_list.pk])


def test_another_list_becomes_the_default(client: Client) -> None:
    reading_list = make_reading_list()
    keeping.default_list(reading_list.owner)
    client.force_login(reading_list.owner)
    client.post(address("make_default", reading_list))
    assert ReadingList.objects.get(is_default=True) == reading_list


def test_a_list_is_archived_and_comes_back(client: Client) -> None:
    reading_list = make_reading_list()
    client.force_login(reading_list.owner)
    client.post(address("archive", reading_list), {"archived": "1"})
    assert ReadingList.objects.get().archived_at is not None
    client.post(address("archive", reading_list), {"archived": "0"})
    assert ReadingList.objects.get().archived_at is None


def test_the_bin_says_how_many_days_are_left(client: Client) -> None:
    reading_list = make_reading_list(title="Thrown away")
    keeping.delete_list(reading_list)
    ReadingList.objects.update(deleted_at=timezone.now() - timedelta(days=27, hours=1))
    keeping.delete_list(make_reading_list(title="Of someone else"))
    client.force_login(reading_list.owner)
    text = client.get(BIN).content.decode()
    assert "Thrown away" in text
    assert "3 days left" in text
    assert "Of someone else" not in text


def test_a_list_in_no_bin_has_no_days_left() -> None:
    with pytest.raises(ValueError, match="not in the bin"):
        keeping.days_left(make_reading_list(), now=timezone.now())


def test_as_many_queries_for_twenty_lists_as_for_ten(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    owner = make_user()
    client.force_login(owner)
    for _ in range(2):
        for _ in range(10):
            keeping.delete_list(make_reading_list(owner=owner))
        with django_assert_num_queries(3):  # session, reader, lists
            client.get(BIN)


def test_deleting_for_good_asks_first(client: Client) -> None:
    entry = make_entry()
    keeping.delete_list(entry.reading_list)
    client.force_login(entry.reading_list.owner)
    where = address("delete_for_good", entry.reading_list)
    assert "It holds 1 paper." in client.get(where).content.decode()
    assert ReadingList.objects.exists()
    client.post(where)
    assert not ReadingList.objects.exists()


def test_a_list_that_is_in_use_is_not_deleted_for_good(client: Client) -> None:
    reading_list = make_reading_list()
    client.force_login(reading_list.owner)
    assert client.post(address("delete_for_good", reading_list)).status_code == 404
    assert ReadingList.objects.exists()


def test_the_nightly_tasks_may_run_twice() -> None:
    old = make_entry().reading_list
    keeping.delete_list(old)
    ReadingList.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    kept = make_entry().reading_list
    ListChange.objects.update(changed_at=timezone.now() - timedelta(days=366))
    for _ in range(2):
        tasks.empty_old_bins()
        tasks.forget_old_changes()
    assert ReadingList.objects.get() == kept
    assert not ListChange.objects.exists()
