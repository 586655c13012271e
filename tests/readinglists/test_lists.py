import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from readinglists.models import ReadingList
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
            make_reading_list(owner=owner)
        with django_assert_num_queries(4):  # session, reader, count, lists
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
    client.post(address, {"title": "New", "description": ""})
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
    assert "1 paper leaves the list" in text_of(client, address)
    assert ReadingList.objects.exists()


def test_a_list_is_deleted(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    address = reverse("readinglists:delete", args=[entry.reading_list_id])
    assert client.post(address)["Location"] == "/lists/"
    assert not ReadingList.objects.kept().exists()
