import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from readinglists.models import ReadingList
from readinglists.sharing import active_link, key_of, make_link
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.promise(33)]


def address_of(reading_list: ReadingList) -> str:
    return reverse("readinglists:shared", args=[key_of(make_link(reading_list))])


def owner_page(client: Client, reading_list: ReadingList) -> str:
    client.force_login(reading_list.owner)
    return client.get(reading_list.get_absolute_url()).content.decode()


def test_the_owner_makes_a_link_and_sees_its_whole_address(client: Client) -> None:
    reading_list = make_reading_list()
    client.force_login(reading_list.owner)
    client.post(reverse("readinglists:make_link", args=[reading_list.pk]))
    address = f"http://testserver{address_of(reading_list)}"
    assert f'readonly value="{address}"' in owner_page(client, reading_list)


def test_a_list_deleted_while_its_link_is_made_is_not_found(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading_list = make_reading_list()
    client.force_login(reading_list.owner)
    monkeypatch.setattr("readinglists.views.links.own_list", lambda user, pk: reading_list)
    ReadingList.objects.all().delete()
    assert client.post(f"/lists/{reading_list.pk}/link/").status_code == 404


def test_the_address_is_shown_again_at_any_time(client: Client) -> None:
    reading_list = make_reading_list()
    address = address_of(reading_list)
    assert address in owner_page(client, reading_list)
    assert address in owner_page(client, reading_list)


def test_revoking_ends_the_link_at_the_next_request(client: Client) -> None:
    reading_list = make_reading_list()
    address = address_of(reading_list)
    assert Client().get(address).status_code == 200
    client.force_login(reading_list.owner)
    client.post(reverse("readinglists:revoke_link", args=[reading_list.pk]))
    assert Client().get(address).status_code == 404
    assert active_link(reading_list) is None
    assert address not in owner_page(client, reading_list)


def test_deleting_the_list_ends_the_link(client: Client) -> None:
    reading_list = make_reading_list()
    address = address_of(reading_list)
    client.force_login(reading_list.owner)
    client.post(reverse("readinglists:delete", args=[reading_list.pk]))
    assert Client().get(address).status_code == 404


def test_the_owner_is_told_when_the_site_replaced_its_key(
    client: Client, settings: Settings
) -> None:
    reading_list = make_reading_list()
    address = address_of(reading_list)
    settings.LINK_KEY = "replaced"
    page = owner_page(client, reading_list)
    assert "This site has a new key for links" in page
    assert "Make a link" in page
    assert Client().get(address).status_code == 404


def test_the_link_shows_title_description_papers_and_notes() -> None:
    reading_list = make_reading_list(title="Decoders", description="What <we> read")
    make_entry(reading_list=reading_list, paper=make_paper(title="Alpha"), note="Start & end")
    text = Client().get(address_of(reading_list)).content.decode()
    for shown in ("Decoders", "What &lt;we&gt; read", "Alpha", "Start &amp; end"):
        assert shown in text


def test_the_link_shows_nothing_of_the_owner() -> None:
    owner = make_user(email="secret.owner@example.org")
    entry = make_entry(reading_list=make_reading_list(owner=owner))
    make_entry(reading_list=make_reading_list(owner=owner, title="My other list"))
    text = Client().get(address_of(entry.reading_list)).content.decode()
    assert "secret.owner" not in text
    assert "My other list" not in text
    assert f"/lists/{entry.reading_list_id}/" not in text
    assert f"/lists/entries/{entry.pk}/" not in text


def test_another_reader_sees_the_list_but_no_tools_of_the_owner(client: Client) -> None:
    entry = make_entry()
    client.force_login(make_user())
    text = client.get(address_of(entry.reading_list)).content.decode()
    assert f"/lists/add/{entry.paper_id}/" in text
    assert "/lists/entries/" not in text


def test_the_page_offers_to_subscribe() -> None:
    text = Client().get(address_of(make_reading_list())).content.decode()
    assert f'action="{reverse("accounts:subscribe")}"' in text


@pytest.mark.parametrize("known", [True, False])
def test_nothing_keeps_indexes_or_passes_on_the_address(known: bool) -> None:
    response = Client().get(address_of(make_reading_list()) if known else "/l/unknown/")
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "no-referrer"


def test_unknown_malformed_and_revoked_keys_get_the_same_answer(client: Client) -> None:
    reading_list = make_reading_list()
    revoked = address_of(reading_list)
    client.force_login(reading_list.owner)
    client.post(reverse("readinglists:revoke_link", args=[reading_list.pk]))
    keys = ["A" * 43, "x", "%00", "..%5C..", "é", "A" * 3_000, "%ff", "<script>"]
    answers = [Client().get(address) for address in [revoked, *(f"/l/{key}/" for key in keys)]]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1


def test_a_key_differing_in_one_character_opens_nothing() -> None:
    address = address_of(make_reading_list())
    last = "B" if address[-2] == "A" else "A"
    assert Client().get(f"{address[:-2]}{last}/").status_code == 404


def test_a_long_list_is_read_page_by_page() -> None:
    reading_list = make_reading_list()
    for n in range(51):
        make_entry(reading_list=reading_list, paper=make_paper(title=f"Paper {n:02}"))
    address = address_of(reading_list)
    assert "Paper 50" not in Client().get(address).content.decode()
    assert "Paper 50" in Client().get(f"{address}?page=2").content.decode()
