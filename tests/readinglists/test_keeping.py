import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from papers.models import PaperStats
from readinglists import entries, keeping, members, sharing
from readinglists.changing import EditConflictError
from readinglists.models import ReadingList
from tests.factories import make_entry, make_member, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def test_the_default_list_is_made_once() -> None:
    reader = make_user()
    saved = keeping.default_list(reader)
    assert keeping.default_list(reader) == saved
    assert (saved.title, saved.owner, saved.is_default) == ("Saved", reader, True)


def test_another_list_can_be_the_default() -> None:
    reader = make_user()
    keeping.default_list(reader)
    other = make_reading_list(owner=reader)
    keeping.make_default(other)
    assert keeping.default_list(reader) == other


def test_a_deleted_default_is_made_anew() -> None:
    reader = make_user()
    saved = keeping.default_list(reader)
    keeping.delete_list(saved)
    assert keeping.default_list(reader) != saved


def test_a_list_in_the_bin_counts_no_saves_until_it_is_back() -> None:
    entry = make_entry()
    stats = PaperStats.objects.filter(paper=entry.paper)
    keeping.delete_list(entry.reading_list)
    assert stats.get().saves == 0
    keeping.restore_list(entry.reading_list)
    assert stats.get().saves == 1


def test_a_list_in_the_bin_opens_by_no_link_until_it_is_back() -> None:
    reading_list = make_reading_list()
    key = sharing.key_of(sharing.make_link(reading_list))
    assert key
    keeping.delete_list(reading_list)
    assert sharing.find_link_by_key(key) is None
    keeping.restore_list(reading_list)
    assert sharing.find_link_by_key(key) is not None


def test_nothing_is_put_into_a_list_in_the_bin() -> None:
    reading_list = make_reading_list()
    keeping.delete_list(reading_list)
    with pytest.raises(ReadingList.DoesNotExist):
        entries.add(reading_list, make_paper(), by=None)


def test_the_bin_is_emptied_after_thirty_days() -> None:
    now = timezone.now()
    for days, title in ((29, "young"), (31, "old")):
        reading_list = make_reading_list(title=title)
        ReadingList.objects.filter(pk=reading_list.pk).update(deleted_at=now - timedelta(days=days))
    make_reading_list(title="kept")
    assert keeping.empty_old_bins(now=now) == 1
    assert set(ReadingList.objects.values_list("title", flat=True)) == {"young", "kept"}


def test_only_a_list_in_the_bin_is_deleted_for_good() -> None:
    reading_list = make_reading_list()
    assert not keeping.delete_for_good(reading_list)
    assert ReadingList.objects.filter(pk=reading_list.pk).exists()


def test_a_reader_deleted_with_a_list_in_the_bin_counts_once() -> None:
    entry = make_entry()
    make_entry(paper=entry.paper)
    keeping.delete_list(entry.reading_list)
    entry.reading_list.owner.delete()
    assert PaperStats.objects.get(paper=entry.paper).saves == 1


def test_details_changed_by_two_lose_neither() -> None:
    reading_list = make_reading_list(title="First")
    keeping.set_details(reading_list, {"title": "Theirs"}, by=reading_list.owner, seen=1)
    with pytest.raises(EditConflictError) as caught:
        keeping.set_details(reading_list, {"title": "Mine"}, by=reading_list.owner, seen=1)
    assert caught.value.current == {"title": "Theirs"}


def test_an_archived_list_is_no_default() -> None:
    saved = keeping.default_list(make_user())
    keeping.set_archived(saved, archived=True)
    saved.refresh_from_db()
    assert saved.archived_at is not None
    assert not saved.is_default


def test_who_gave_a_list_away_puts_it_into_no_bin() -> None:
    member = make_member(reading_list=make_entry().reading_list)
    read_before = ReadingList.objects.get(pk=member.reading_list_id)
    members.transfer(member.reading_list, member, by=member.reading_list.owner)
    with pytest.raises(ReadingList.DoesNotExist):
        keeping.delete_list(read_before)
    there = ReadingList.objects.get(pk=read_before.pk)
    assert (there.deleted_at, there.owner_id) == (None, member.user_id)
    assert PaperStats.objects.get(paper=there.entries.get().paper).saves == 1


@pytest.mark.django_db(transaction=True)
def test_a_list_that_is_taken_out_of_the_bin_meanwhile_is_not_deleted() -> None:
    there = make_entry().reading_list
    keeping.delete_list(there)
    began = threading.Event()

    def purge() -> None:
        began.set()
        try:
            keeping.delete_for_good(there)
        finally:
            connection.close()

    thread = threading.Thread(target=purge)
    with transaction.atomic():
        keeping.restore_list(there)
        thread.start()
        began.wait()
        time.sleep(0.3)  # it waits for the owner's row meanwhile
        assert thread.is_alive()
    thread.join()
    assert ReadingList.objects.kept().filter(pk=there.pk).exists()
