import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from readinglists import keeping, sharing
from readinglists.models import Member, ReadingList, ReadingState
from readinglists.states import set_state
from tests.factories import make_entry, make_reading_list, make_user

pytestmark = pytest.mark.django_db
CREATE = reverse("readinglists:create")


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_my_lists_show_mine_with_their_sizes(client: Client) -> None:
    entry = make_entry(reading_list=make_reading_list(title="Decoders"))
    make_reading_list(title="Of someone else")
    client.force_login(entry.reading_list.owner)
    text = text_of(client, "/lists/")
    assert "Decoders" in text
    assert "1 paper<" in text
    assert "Of someone else" not in text


def test_no_lists_say_what_to_do(client: Client) -> None:
    client.force_login(make_user())
    assert "No lists yet" in text_of(client, "/lists/")


def test_as_many_queries_for_many_lists_as_for_few(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    owner = make_user()
    client.force_login(owner)
    for _ in range(2):
        for _ in range(10):
            entry = make_entry(reading_list=make_reading_list(owner=owner))
            Member.objects.create(reading_list=make_entry().reading_list, user=owner, role="viewer")
            set_state(owner, [entry.paper_id], ReadingState.State.READ)
        # session, reader, count, lists, archived, those of others, sizes, read, how many in the bin
        with django_assert_num_queries(11):  # two of them for invitations
            client.get("/lists/")


def test_many_lists_come_in_pages(client: Client) -> None:
    owner = make_user()
    client.force_login(owner)
    for n in range(51):
        make_reading_list(owner=owner, title=f"List {n:02}")
    assert "List 00" not in text_of(client, "/lists/")
    assert "List 00" in text_of(client, "/lists/?page=2")


def test_a_list_is_made(client: Client) -> None:
    owner = make_user()
    client.force_login(owner)
    response = client.post(CREATE, {"title": "  To\tread ", "description": "Line\r\nline"})
    made = ReadingList.objects.get(owner=owner)
    assert response["Location"] == made.get_absolute_url()
    assert (made.title, made.description) == ("To read", "Line\nline")


@pytest.mark.parametrize("title", ["", "   ", "\t\n"])
def test_a_list_without_a_title_comes_back_with_what_was_typed(client: Client, title: str) -> None:
    client.force_login(make_user())
    response = client.post(CREATE, {"title": title, "description": "My description"})
    assert "Give the list a title." in response.content.decode()
    assert "My description" in response.content.decode()
    assert not ReadingList.objects.kept().exists()


def test_too_long_a_title_is_refused_in_words(client: Client) -> None:
    client.force_login(make_user())
    response = client.post(CREATE, {"title": "t" * 201})
    assert "at most 200 characters, not 201" in response.content.decode()


def test_too_long_a_description_is_refused_and_kept(client: Client) -> None:
    client.force_login(make_user())
    response = client.post(CREATE, {"title": "T", "description": "d" * 10_000})
    assert "This has 10000 characters; at most 5000" in response.content.decode()
    assert "d" * 10_000 in response.content.decode()


def test_the_form_lets_the_browser_cut_nothing(client: Client) -> None:
    client.force_login(make_user())
    text = text_of(client, CREATE)
    assert "<textarea" in text
    assert 'maxlength="5000"' not in text
    assert 'maxlength="200"' not in text


def test_title_and_description_are_changed(client: Client) -> None:
    reading_list = make_reading_list(title="Old", description="Old")
    ReadingList.objects.update(changed_at="2020-01-01T00:00Z")
    client.force_login(reading_list.owner)
    address = reverse("readinglists:edit", args=[reading_list.pk])
    client.post(address, {"title": "New", "description": "", "seen": reading_list.version})
    reading_list.refresh_from_db()
    assert (reading_list.title, reading_list.description) == ("New", "")
    assert reading_list.changed_at.year > 2020


def test_a_refused_change_changes_nothing(client: Client) -> None:
    reading_list = make_reading_list(title="Old")
    client.force_login(reading_list.owner)
    address = reverse("readinglists:edit", args=[reading_list.pk])
    response = client.post(address, {"title": "", "description": "typed"})
    reading_list.refresh_from_db()
    assert "typed" in response.content.decode()
    assert reading_list.title == "Old"


def test_deleting_asks_first(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    address = reverse("readinglists:delete", args=[entry.reading_list_id])
    assert "bin with its 1 paper," in text_of(client, address)
    assert ReadingList.objects.exists()


def test_a_list_is_deleted(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    address = reverse("readinglists:delete", args=[entry.reading_list_id])
    assert client.post(address)["Location"] == "/lists/"
    assert not ReadingList.objects.kept().exists()


def test_a_deleted_list_comes_back_by_one_press(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    client.post(reverse("readinglists:delete", args=[entry.reading_list_id]))
    restore = reverse("readinglists:restore", args=[entry.reading_list_id])
    assert f'formaction="{restore}"' in text_of(client, "/lists/")
    assert client.post(restore)["Location"] == entry.reading_list.get_absolute_url()
    assert ReadingList.objects.kept().get() == entry.reading_list


def test_the_overview_says_what_is_default_shared_archived_and_read(client: Client) -> None:
    entry = make_entry(reading_list=make_reading_list(title="Linked"))
    owner = entry.reading_list.owner
    sharing.make_link(entry.reading_list)
    keeping.default_list(owner)
    keeping.set_archived(make_reading_list(owner=owner, title="Put away"), archived=True)
    theirs = make_reading_list(title="Theirs")
    Member.objects.create(reading_list=theirs, user=owner, role="editor")
    set_state(owner, [entry.paper_id], ReadingState.State.READ)
    client.force_login(owner)
    text = text_of(client, "/lists/")
    places = [text.index(word) for word in ("Saved", "Linked", "Shared with me", "Theirs")]
    assert places == sorted(places)
    for words in ("default", "shared", "1 archived list", "Put away", "1 read", "may edit"):
        assert words in text
