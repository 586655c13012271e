import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from readinglists import copying, entries, headings, history, history_page, keeping, members
from readinglists.models import ListChange, ReadingList, Role
from readinglists.positions import Gap, Spot
from tests.factories import make_entry, make_member, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db

_DECLINED = "an invitation was declined"


def page_of(client: Client, reading_list: ReadingList, query: str = "") -> str:
    client.force_login(reading_list.owner)
    address = reverse("readinglists:history", args=[reading_list.pk])
    return client.get(address + query).content.decode()


def test_it_says_who_did_what_with_which_paper(client: Client) -> None:
    member = make_member()
    entry = make_entry(reading_list=member.reading_list, paper=make_paper(title="On Owls"))
    entries.set_note(entry, "New <b>", by=member.user, seen=1)
    page = page_of(client, member.reading_list)
    assert f"{member.user.email} changed the note" in page
    assert "You added" in page
    assert "On Owls" in page
    assert "New &lt;b&gt;" in page


def test_headings_are_named(client: Client) -> None:
    reading_list = make_reading_list()
    heading = headings.add_heading(reading_list, "Old <i>", by=reading_list.owner)
    headings.rename_heading(heading, "New", by=reading_list.owner, seen=1)
    headings.remove_heading(heading, by=reading_list.owner)
    page = page_of(client, reading_list)
    assert "You added the heading “Old &lt;i&gt;”" in page
    assert "You renamed the heading “Old &lt;i&gt;” to “New”" in page
    assert "You removed the heading “New”" in page


def test_moves_say_what_was_moved(client: Client) -> None:
    reading_list = make_reading_list()
    make_entry(reading_list=reading_list, paper=make_paper(title="On Owls"))
    heading = headings.add_heading(reading_list, "First <i>", by=reading_list.owner)
    owl = reading_list.entries.get()
    headings.move_heading(heading, Gap(before=Spot("e", owl.pk)), by=reading_list.owner)
    assert "You moved the heading “First &lt;i&gt;”" in page_of(client, reading_list)
    headings.remove_heading(heading, by=reading_list.owner)
    assert "You moved a heading" in page_of(client, reading_list)


def test_a_new_owner_reads_of_themselves_by_name(client: Client) -> None:
    member = make_member()
    members.transfer(member.reading_list, member, by=member.reading_list.owner)
    member.reading_list.refresh_from_db()
    assert f"{member.user.email} owns the list" in page_of(client, member.reading_list)


@pytest.mark.promise(32)
def test_numbers_in_the_name_of_a_file_tell_nobody_s_address(client: Client) -> None:
    stranger, reading_list = make_user(), make_reading_list()
    for kind in ListChange.Kind:
        if kind != ListChange.Kind.SHARED:
            words = f"{{{stranger.pk}}}.bib"
            history.record(reading_list, reading_list.owner, kind, words=words)
    page = page_of(client, reading_list)
    assert stranger.email not in page
    assert f"{{{stranger.pk}}}.bib" in page


def test_a_paper_that_was_removed_is_named_all_the_same(client: Client) -> None:
    entry = make_entry(paper=make_paper(title="On Owls"), note="Lost?")
    entries.remove(entry, by=entry.reading_list.owner)
    page = page_of(client, entry.reading_list)
    assert page.count("On Owls") == 3  # added, noted, removed
    assert "Lost?" in page


def test_undo_leads_back_here_and_is_marked(client: Client) -> None:
    entry = make_entry()
    change = entries.remove(entry, by=entry.reading_list.owner)
    assert change
    client.force_login(entry.reading_list.owner)
    here = reverse("readinglists:history", args=[entry.reading_list_id])
    response = client.post(reverse("readinglists:undo", args=[change.pk]), {"next": here})
    assert response["Location"] == here
    page = page_of(client, entry.reading_list)
    assert entry.reading_list.entries.count() == 1
    assert "(undone)" in page
    assert "undid a removal" in page


def test_a_deleted_account_is_somebody(client: Client) -> None:
    member, other = make_member(), make_member()
    members.change_role(member, Role.VIEWER, by=member.reading_list.owner)
    entry = make_entry(reading_list=member.reading_list)
    entries.set_note(entry, "x", by=member.user, seen=1)
    email = member.user.email
    member.user.delete()
    page = page_of(client, member.reading_list)
    assert email not in page
    assert "Somebody changed the note" in page
    assert "somebody may read" in page
    assert other.reading_list.changes.count() == 0


def test_many_changes_come_in_pages_without_a_query_a_row(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(history_page, "PAGE_SIZE", 3)
    reading_list = make_reading_list()
    for n in range(5):
        make_entry(reading_list=reading_list, paper=make_paper(title=f"Paper {n}"))
    page = page_of(client, reading_list)
    oldest = reading_list.changes.order_by("-pk")[2].pk
    assert f"?before={oldest}" in page
    assert "Paper 1" not in page
    assert "Paper 1" in page_of(client, reading_list, f"?before={oldest}")
    for size in (2, 4):
        monkeypatch.setattr(history_page, "PAGE_SIZE", size)
        with django_assert_num_queries(5):  # changes, names, entries, merged, papers
            history_page.get_history_page(reading_list, reading_list.owner)


def test_of_many_rows_five_are_shown(client: Client) -> None:
    reading_list = make_reading_list()
    news = [entries.NewEntry(make_paper().pk) for _ in range(8)]
    entries.add_many(reading_list, news, by=reading_list.owner)
    assert "and 3 more" in page_of(client, reading_list)


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "²"])
def test_nonsense_shows_the_newest(client: Client, before: str) -> None:
    entry = make_entry()
    assert "You added" in page_of(client, entry.reading_list, f"?before={before}")


def test_what_was_done_in_one_language_is_read_in_another(client: Client) -> None:
    member = make_member()
    with translation.override("de"):
        members.change_role(member, Role.VIEWER, by=member.reading_list.owner)
    assert f"You changed who may see or edit it: {member.user.email} may read" in page_of(
        client, member.reading_list
    )
    client.force_login(member.reading_list.owner)
    address = reverse("readinglists:history", args=[member.reading_list_id])
    page = client.get(address, HTTP_ACCEPT_LANGUAGE="de").content.decode()
    assert "Sie haben geändert, wer die Liste sehen oder bearbeiten darf: " in page
    assert f"{member.user.email} (darf lesen)" in page


def test_each_kind_of_change_is_a_sentence_of_its_own(client: Client) -> None:
    """With the name in it, where a language wants it."""
    member = make_member()
    for kind in ListChange.Kind:
        history.record(member.reading_list, member.reading_list.owner, kind)
        history.record(member.reading_list, member.user, kind)
    page_of(client, member.reading_list)
    address = reverse("readinglists:history", args=[member.reading_list_id])
    page = client.get(address, HTTP_ACCEPT_LANGUAGE="de").content.decode()
    name = member.user.get_username()
    assert page.count("Sie haben ") >= len(ListChange.Kind) - 2
    assert page.count(f"{name} hat ") >= len(ListChange.Kind) - 2
    assert f"{name} ist beigetreten" in page
    assert "Sie sind ausgetreten" in page


def test_words_that_are_stored_with_a_change_are_part_of_its_sentence(client: Client) -> None:
    member = make_member()
    owner = member.reading_list.owner
    history.record(member.reading_list, owner, ListChange.Kind.IMPORTED, words="notes.bib")
    history.record(member.reading_list, None, ListChange.Kind.SHARED, words=_DECLINED)
    history.record(member.reading_list, member.user, ListChange.Kind.JOINED, words="by invitation")
    page = page_of(client, member.reading_list)
    assert "You imported “notes.bib”" in page
    assert "An invitation was declined" in page
    assert f"{member.user.email} joined by invitation" in page


def make_move(
    owner: User, editor: User | None = None, *, of_there: User | None = None
) -> tuple[ReadingList, ReadingList]:
    """Two lists of `owner` (the second of `of_there`) named "Here" and "There", a paper moved from
    the first to the other by `editor`, who edits both, or by the owner."""
    here = make_reading_list(owner=owner, title="Here")
    there = make_reading_list(owner=of_there or owner, title="There")
    entry = make_entry(reading_list=here, paper=make_paper(title="On Owls"))
    for reading_list in (here, there) if editor else ():
        make_member(reading_list=reading_list, user=editor, role=Role.EDITOR)
    copying.move_entries(here, [entry.pk], there, by=editor or owner)
    return here, there


def undo(client: Client, reading_list: ReadingList) -> None:
    change = reading_list.changes.order_by("-pk")[0]
    client.post(reverse("readinglists:undo", args=[change.pk]))


def sizes(*lists: ReadingList) -> list[int]:
    return [each.entries.count() for each in lists]


def test_a_move_says_where_to_and_where_from(client: Client) -> None:
    here, there = make_move(make_user())
    assert "You moved to “There”:" in page_of(client, here)
    assert "You moved here from “Here”:" in page_of(client, there)


@pytest.mark.parametrize("side", [0, 1])
def test_a_move_is_undone_and_redone_in_both_from_either_history(client: Client, side: int) -> None:
    lists = make_move(make_user())
    client.force_login(lists[0].owner)
    undo(client, lists[side])
    assert sizes(*lists) == [1, 0]
    undo(client, lists[1 - side])
    assert sizes(*lists) == [0, 1]
    undo(client, lists[side])
    assert sizes(*lists) == [1, 0]


@pytest.mark.promise(32)
def test_who_edits_one_of_both_undoes_that_half_and_is_told(client: Client) -> None:
    editor = make_user()
    here, there = make_move(make_user(), editor)
    members.remove(there.members.get(), by=there.owner)
    client.force_login(editor)
    undo(client, here)
    assert sizes(here, there) == [1, 1]
    page = client.get(reverse("readinglists:history", args=[here.pk])).content.decode()
    assert "You cannot change the other list of this move now: it stays as is." in page
    assert "You moved to another list:" in page
    assert "There" not in page


def test_the_half_of_a_deleted_list_is_undone_alone(client: Client) -> None:
    here, there = make_move(make_user())
    client.force_login(here.owner)
    there.delete()
    undo(client, here)
    assert sizes(here) == [1]


def test_a_half_that_was_taken_out_since_is_told(client: Client) -> None:
    here, there = make_move(make_user())
    client.force_login(here.owner)
    entries.remove(there.entries.get(), by=here.owner)
    undo(client, here)
    assert sizes(here, there) == [1, 0]
    page = client.get(here.get_absolute_url()).content.decode()
    assert "In the other list: What this changed is not there any more." in page


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("swapped", [False, True])
def test_both_owners_are_held_before_either_list_is_changed(
    client: Client, side: int, *, swapped: bool
) -> None:
    first, second, editor = make_user(), make_user(), make_user()
    owners = (second, first) if swapped else (first, second)
    lists = make_move(owners[0], editor, of_there=owners[1])
    client.force_login(editor)
    with CaptureQueriesContext(connection) as asked:
        undo(client, lists[side])
    assert sizes(*lists) == [1, 0]
    locks = [query["sql"] for query in asked if "FOR NO KEY UPDATE" in query["sql"]]
    assert all(str(owner.pk) in locks[0].rpartition("WHERE")[2] for owner in owners)
    sent = [query["sql"] for query in asked]
    writes = [sql for sql in sent if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
    of_lists = next(sql for sql in writes if "readinglists_" in sql)
    assert sent.index(locks[0]) < sent.index(of_lists)


def test_who_takes_back_what_cannot_return_is_told_where_it_is(client: Client) -> None:
    here, there = make_move(make_user())
    client.force_login(here.owner)
    keeping.delete_list(here)
    undo(client, there)
    assert sizes(there) == [0]
    page = client.get(there.get_absolute_url()).content.decode()
    assert "The papers did not go to the other list" in page
    undo(client, there)
    assert sizes(there) == [1]


@pytest.mark.parametrize("is_gone", [False, True])
def test_who_redoes_a_move_to_a_list_that_is_away_is_told(client: Client, *, is_gone: bool) -> None:
    here, there = make_move(make_user())
    client.force_login(here.owner)
    keeping.delete_list(there)
    if is_gone:
        keeping.delete_for_good(there)
    undo(client, here)
    assert sizes(here) == [1]
    assert "did not go to the other" not in client.get("/lists/").content.decode()
    undo(client, here)
    assert sizes(here) == [0]
    assert "did not go to the other list" in client.get("/lists/").content.decode()


def test_what_was_written_since_in_the_other_list_is_told_and_comes_back(client: Client) -> None:
    here, there = make_move(make_user())
    client.force_login(here.owner)
    entries.set_note(there.entries.get(), "written since", by=here.owner, seen=1)
    undo(client, here)
    assert "What was written there since is replaced" in client.get("/lists/").content.decode()
    undo(client, here)
    assert there.entries.get().note == "written since"
