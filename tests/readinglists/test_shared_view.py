"""A list for whoever has its link: the page and all addresses under the key."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.log_lines import cut_keys
from papers.limits import Limit
from readinglists import copying, entries, headings, sharing
from readinglists.models import (
    Entry,
    Heading,
    ListChange,
    ListFollow,
    Member,
    ReadingList,
    ShareLink,
)
from readinglists.sharing import key_of, make_link
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.promise(33)]

REFERENCES = ["papers.bib", "papers.ris", "papers.csl.json", "papers.csv", "papers.md"]
FILES = ["papers.atom", "papers.json", "papers.bib", "papers.csl.json", "papers.csv"]
UNDER_A_KEY = ["", "?view=print", *FILES]
POSTED = ["follow/", "copy/"]


def address_of(reading_list: ReadingList) -> str:
    link = reading_list.share_links.open().first() or make_link(reading_list)
    return reverse("readinglists:shared", args=[key_of(link)])


def link_of(address: str) -> ShareLink:
    link = sharing.find_link_by_key(address.split("/")[2])
    assert link is not None
    return link


def text_of(address: str, client: Client | None = None) -> str:
    response = (client or Client()).get(address)
    assert response.status_code == 200
    return response.content.decode()


def state() -> list[object]:
    kinds = (ReadingList, Entry, Heading, ListChange, ListFollow, Member, ShareLink)
    rows = [row for kind in kinds for row in kind._default_manager.values()]
    return [{k: v for k, v in row.items() if k != "last_used_at"} for row in rows]


ENDINGS: dict[str, Callable[[ShareLink], object]] = {
    "revoked": sharing.revoke_link,
    "rotated": sharing.rotate_link,
    "expired": lambda link: ShareLink.objects.filter(pk=link.pk).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    ),
    "binned": lambda link: ReadingList.objects.update(deleted_at=timezone.now()),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_link_that_ended_opens_nothing_at_the_next_request(client: Client, ending: str) -> None:
    address = address_of(make_entry().reading_list)
    client.force_login(make_user())
    for part in UNDER_A_KEY:
        assert b"".join(Client().get(address + part)).strip()
    ENDINGS[ending](link_of(address))
    for who in (Client(), client):
        assert {who.get(address + part).status_code for part in UNDER_A_KEY} == {404}
    assert {client.post(address + part).status_code for part in POSTED} == {404}
    assert not ListFollow.objects.exists()


@pytest.mark.parametrize("part", UNDER_A_KEY)
def test_headers_of_every_address_under_a_key(part: str) -> None:
    address = address_of(make_entry().reading_list)
    response = Client().get(address + part)
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == ("private, no-cache" if part in FILES else "no-store")
    assert response.has_header("ETag") == (part in FILES)
    gone = Client().get(f"/l/{'A' * 43}/{part}")
    assert (gone["X-Robots-Tag"], gone["Referrer-Policy"]) == ("noindex", "no-referrer")
    assert gone["Cache-Control"] == "no-store"


@pytest.mark.parametrize("part", [*UNDER_A_KEY, *POSTED, "join/"])
def test_no_log_line_holds_more_than_six_characters_of_a_key(part: str) -> None:
    key = "Ab3dE_-PI3Q94LD_4oBoY8x3FQ-103xoQmktuMX-nPJ"
    for line in (f"GET /l/{key}/{part}", f"GET /accounts/login/?next=%252Fl%252F{key}%252F"):
        assert key[:6] in cut_keys(line)
        assert key[:7] not in cut_keys(line)


class TestOnlyLoggedIn:
    def test_a_visitor_is_told_so_and_comes_back_after_the_login(self) -> None:
        reading_list = make_entry(reading_list=make_reading_list(title="Decoders")).reading_list
        address = f"/l/{key_of(make_link(reading_list, needs_login=True))}/"
        response = Client().get(address)
        text = response.content.decode()
        assert response.status_code == 403
        assert response["Cache-Control"] == "no-store"
        assert f"/accounts/login/?next={address}" in text
        assert "Decoders" not in text

    def test_a_program_is_told_so_too(self) -> None:
        link = make_link(make_reading_list(), needs_login=True)
        response = Client().get(f"/l/{key_of(link)}/papers.bib")
        assert response.status_code == 403
        assert "logged in" in response.content.decode()

    def test_a_reader_reads_it(self, client: Client) -> None:
        link = make_link(make_reading_list(title="Decoders"), needs_login=True)
        client.force_login(make_user())
        assert "Decoders" in text_of(f"/l/{key_of(link)}/", client)

    def test_it_cannot_be_subscribed_to_without_a_login(self) -> None:
        key = key_of(make_link(make_reading_list(), needs_login=True))
        sent = {"email": "a@example.org", "timezone": "UTC", "list": key}
        response = Client().post("/subscribe/", sent, headers={"Sec-Fetch-Site": "same-origin"})
        assert response.status_code == 422


class TestLastUsed:
    @pytest.mark.promise(30)
    @pytest.mark.parametrize("part", UNDER_A_KEY)
    def test_it_is_all_that_opening_a_link_changes(self, part: str) -> None:
        """The one exception to "GET changes nothing": a log, RFC 9110, 9.2.1."""
        entry = make_entry()
        address = address_of(entry.reading_list)
        before = state()
        b"".join(Client().get(address + part))
        assert state() == before

    def test_opening_a_link_is_noted_to_the_hour(self) -> None:
        address = address_of(make_reading_list())
        Client().get(address)
        first = link_of(address).last_used_at
        assert first is not None
        Client().get(address)
        assert link_of(address).last_used_at == first

    def test_the_owner_looking_is_no_use(self, client: Client) -> None:
        reading_list = make_reading_list()
        client.force_login(reading_list.owner)
        client.get(address_of(reading_list))
        assert link_of(address_of(reading_list)).last_used_at is None


@pytest.mark.promise(33)
@pytest.mark.parametrize("name", REFERENCES)
def test_files_that_are_passed_on_do_not_hold_the_key(name: str) -> None:
    link = sharing.make_link(make_entry().reading_list)
    response = Client().get(f"/l/{key_of(link)}/{name}")
    assert response.status_code == 200
    assert str(key_of(link)) not in response.getvalue().decode()


class TestCopy:
    def test_a_reader_copies_the_list_with_order_sections_notes(self, client: Client) -> None:
        source = make_reading_list(title="Decoders")
        headings.add_heading(source, "Start", by=source.owner)
        make_entry(reading_list=source, note="First")
        reader = make_user()
        client.force_login(reader)
        client.post(f"{address_of(source)}copy/")
        copied = ReadingList.objects.of(reader).get()
        assert (copied.title, copied.entries.get().note) == ("Decoders", "First")
        assert copied.headings.get().title == "Start"

    def test_copies_without_end_are_refused_in_words(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(copying, "A_READER", Limit(f"copies-{uuid4()}", 2, 60))
        address, reader = address_of(make_reading_list()), make_user()
        client.force_login(reader)
        for _ in range(3):
            response = client.post(f"{address}copy/", follow=True)
        assert ReadingList.objects.of(reader).count() == 2
        assert "You copied 2 times within an hour" in response.content.decode()

    def test_a_visitor_is_sent_to_the_login(self) -> None:
        response = Client().post(f"{address_of(make_reading_list())}copy/")
        assert response["Location"].startswith("/accounts/login/")
        assert ReadingList.objects.count() == 1


class TestPage:
    def test_it_shows_sections_tags_byline_and_description(self) -> None:
        reading_list = make_reading_list(description="What *we* read")
        ReadingList.objects.update(byline="Ada & Co")
        headings.add_heading(reading_list, "Start here", by=None)
        entry = make_entry(reading_list=reading_list)
        entries.set_tags(entry, ["decoder"], by=None, seen=entry.version)
        text = text_of(address_of(reading_list))
        for shown in ("Start here", "decoder", "Made by Ada &amp; Co", "What <em>we</em> read"):
            assert shown in text

    def test_nobody_is_named_without_a_byline(self) -> None:
        assert "Made by" not in text_of(address_of(make_reading_list()))

    def test_an_edit_link_offers_to_join(self, client: Client) -> None:
        address = f"/l/{key_of(make_link(make_reading_list(), can_edit=True))}/"
        client.force_login(make_user())
        assert f'formaction="{address}join/"' in text_of(address, client)
        assert "Log in to edit" in text_of(address)

    def test_a_link_to_read_does_not(self, client: Client) -> None:
        client.force_login(make_user())
        assert "/join/" not in text_of(address_of(make_reading_list()), client)

    def test_programs_find_its_feeds(self) -> None:
        address = address_of(make_reading_list())
        text = text_of(address)
        assert f'type="application/atom+xml" title="To read" href="{address}papers.atom"' in text
        assert f'href="{address}papers.bib"' in text

    def test_the_print_view_has_all_papers_and_no_controls(self) -> None:
        reading_list = make_reading_list()
        for n in range(51):
            make_entry(reading_list=reading_list, paper=make_paper(title=f"Paper {n:02}"))
        text = text_of(f"{address_of(reading_list)}?view=print")
        assert "Paper 00" in text
        assert "Paper 50" in text
        assert "<button" not in text
        assert "<form" not in text

    def test_its_price_is_one_query_once_it_is_kept(self) -> None:
        reading_list = make_reading_list()
        for n in range(55):
            make_entry(reading_list=reading_list, paper=make_paper(title=f"Paper {n:02}"))
        address = address_of(reading_list)
        client = Client()
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert len(queries) == 1

    def test_as_many_queries_for_twenty_papers_as_for_ten(self, client: Client) -> None:
        client.force_login(make_user())
        reading_list = make_reading_list()
        counts = []
        for _ in range(2):
            for _ in range(10):
                make_entry(reading_list=reading_list)
            client.get(address_of(reading_list))
            with CaptureQueriesContext(connection) as queries:
                client.get(address_of(reading_list))
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_what_is_kept_holds_no_key_and_leads_everybody_back_to_their_own_page(self) -> None:
        reading_list = make_entry().reading_list
        first, second = (f"/l/{key_of(make_link(reading_list))}/" for _ in range(2))
        for address in (first, second):
            assert f'href="/accounts/login/?next={address}"' in text_of(address)
        assert first not in text_of(second)

    @pytest.mark.parametrize("end", ["%00", "%2500", ""])
    def test_no_address_in_a_paper_is_completed_by_the_key(self, end: str) -> None:
        paper = make_paper(code_url=f"https://code.example/?next={end}")
        address = address_of(make_entry(paper=paper).reading_list)
        for part in ("", "?view=print"):
            text = text_of(address + part)
            assert f"code.example/?next={address[:3]}" not in text
            assert part or f'href="{paper.code_url}"' in text

    def test_a_change_of_the_list_shows_at_once(self) -> None:
        entry = make_entry()
        address = address_of(entry.reading_list)
        assert "A fresh note" not in text_of(address)
        entries.set_note(entry, "A fresh note", by=None, seen=entry.version)
        assert "A fresh note" in text_of(address)

    def test_pages_that_are_not_there_do_not_fill_the_cache(self) -> None:
        address = address_of(make_entry().reading_list)
        cache.clear()
        for number in ("2", "999999", "x", "-1", "9" * 100):
            assert Client().get(f"{address}?page={number}").status_code == 200
        keys = list(cache._cache.get_client().scan_iter("*list-page*"))  # type: ignore[attr-defined]
        assert len(keys) == 1


def test_deleting_the_list_ends_the_link(client: Client) -> None:
    reading_list = make_reading_list()
    address = address_of(reading_list)
    client.force_login(reading_list.owner)
    client.post(reverse("readinglists:delete", args=[reading_list.pk]))
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


def test_unknown_malformed_and_revoked_keys_get_the_same_answer() -> None:
    reading_list = make_reading_list()
    revoked = address_of(reading_list)
    sharing.revoke_links(reading_list)
    keys = ["A" * 43, "x", "%00", "..%5C..", "é", "A" * 3_000, "%ff", "<script>"]
    answers = [Client().get(address) for address in [revoked, *(f"/l/{key}/" for key in keys)]]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    for answer in answers:
        del answer.headers["X-Request-ID"]
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
