"""The owner's page of how a list is shared, and what is done there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import Settings

from readinglists import list_follows, sharing
from readinglists.models import Member, ReadingList, Role, ShareLink
from readinglists.sharing import key_of, make_link
from tests.factories import make_entry, make_reading_list, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(client: Client) -> ReadingList:
    reading_list = make_reading_list(title="Decoders")
    client.force_login(reading_list.owner)
    return reading_list


def page(client: Client, reading_list: ReadingList) -> str:
    return client.get(f"/lists/{reading_list.pk}/share/").content.decode()


@pytest.mark.promise(33)
class TestLinks:
    def test_the_owner_makes_a_link_and_sees_its_whole_address_at_any_time(
        self, client: Client, shared: ReadingList
    ) -> None:
        posted = client.post(f"/lists/{shared.pk}/link/", {"name": "Group", "can_edit": "edit"})
        assert "can join and edit" in client.get(posted["Location"]).content.decode()
        link = shared.share_links.get()
        assert (link.name, link.can_edit, link.needs_login) == ("Group", True, False)
        for _ in range(2):
            assert f"/l/{key_of(link)}/&quot;" not in page(client, shared)
            assert f'/l/{key_of(link)}/"' in page(client, shared)
        assert "-o refs.bib &#x27;http" in page(client, shared) or "-o refs.bib 'http" in page(
            client, shared
        )

    def test_a_link_ends_with_the_day_that_was_chosen(
        self, client: Client, shared: ReadingList
    ) -> None:
        today = timezone.localdate()
        client.post(f"/lists/{shared.pk}/link/", {"expires_on": today.isoformat()})
        ends = shared.share_links.get().expires_at
        assert ends is not None
        assert timezone.localtime(ends).date() == today + timedelta(days=1)
        shown = date_format(today, "j F Y")
        assert f"works until the end of {shown}" in page(client, shared)
        shared.share_links.update(expires_at=ends - timedelta(days=9))
        shown = date_format(today - timedelta(days=9), "j F Y")
        assert f"ended with {shown}" in page(client, shared)

    def test_a_link_that_ends_within_a_day_says_when(
        self, client: Client, shared: ReadingList
    ) -> None:
        """As programs can have it; and the end of a day elsewhere is an hour here."""
        ends = datetime(2099, 5, 6, 13, 30, tzinfo=UTC)
        make_link(shared, expires_at=ends)
        assert "ends 6 May 2099, 13:30" in page(client, shared)

    @pytest.mark.parametrize("day", ["2020-01-01", "tomorrow", "9999-12-31"])
    def test_a_day_that_cannot_be_is_refused_and_nothing_typed_is_lost(
        self, client: Client, shared: ReadingList, day: str
    ) -> None:
        sent = {"name": "For my group", "expires_on": day}
        response = client.post(f"/lists/{shared.pk}/link/", sent)
        assert response.status_code == 422
        assert "For my group" in response.content.decode()
        assert not shared.share_links.exists()

    def test_one_link_too_many_is_refused_in_words(
        self, client: Client, shared: ReadingList
    ) -> None:
        for _ in range(sharing.MOST_LINKS):
            make_link(shared)
        response = client.post(f"/lists/{shared.pk}/link/")
        assert response.status_code == 422
        assert "at most 20 links" in response.content.decode()

    def test_changing_keeps_the_address(self, client: Client, shared: ReadingList) -> None:
        link = make_link(shared, "Old", needs_login=True)
        assert 'value="Old"' in client.get(f"/lists/links/{link.pk}/change/").content.decode()
        client.post(f"/lists/links/{link.pk}/change/", {"name": "New"})
        changed = sharing.find_link_by_key(key_of(link) or "")
        assert changed is not None
        assert (changed.name, changed.needs_login) == ("New", False)

    def test_rotating_asks_and_says_what_ends(self, client: Client, shared: ReadingList) -> None:
        link = make_link(shared)
        old = key_of(link) or ""
        list_follows.follow(make_user(), link)
        text = client.get(f"/lists/links/{link.pk}/rotate/").content.decode()
        assert "1 reader who follows" in text
        assert sharing.find_link_by_key(old) == link
        client.post(f"/lists/links/{link.pk}/rotate/")
        assert sharing.find_link_by_key(old) is None
        assert shared.share_links.get().generation == 2

    def test_revoking_asks_first_where_somebody_is_let_go(
        self, client: Client, shared: ReadingList
    ) -> None:
        link = make_link(shared, can_edit=True)
        address = f"/lists/links/{link.pk}/revoke/"
        assert f'formaction="{address}"' in page(client, shared)
        Member.objects.create(
            reading_list=shared,
            user=make_user(),
            role=Role.EDITOR,
            share_link=link,
            generation=1,
        )
        assert f'href="{address}"' in page(client, shared)
        assert "1 member who joined" in client.get(address).content.decode()
        client.post(address)
        assert Client().get(f"/l/{key_of(link)}/").status_code == 404
        assert "revoked" in page(client, shared)

    def test_a_revoked_link_is_forgotten_a_working_one_is_not(
        self, client: Client, shared: ReadingList
    ) -> None:
        link = make_link(shared)
        client.post(f"/lists/links/{link.pk}/delete/")
        assert ShareLink.objects.exists()
        sharing.revoke_link(link)
        client.post(f"/lists/links/{link.pk}/delete/")
        assert not ShareLink.objects.exists()

    def test_the_owner_is_told_when_the_site_replaced_its_key(
        self, client: Client, shared: ReadingList, settings: Settings
    ) -> None:
        make_link(shared)
        settings.LINK_KEY = "replaced"
        assert "This site has a new key for links" in page(client, shared)

    def test_the_page_costs_the_same_for_one_link_and_many(
        self, client: Client, shared: ReadingList
    ) -> None:
        counts = []
        for amount in (1, 9):
            for _ in range(amount):
                make_link(shared)
            with CaptureQueriesContext(connection) as queries:
                page(client, shared)
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestPublic:
    def test_the_owner_sees_what_everybody_would_see_first(
        self, client: Client, shared: ReadingList
    ) -> None:
        make_entry(reading_list=shared, note="My thoughts")
        text = client.get(f"/lists/{shared.pk}/public/").content.decode()
        assert "My thoughts" in text
        assert "Your note on 1 paper is shown." in text
        assert Client().get(f"/public/{shared.pk}/").status_code == 404

    def test_publishing_shows_it_with_the_byline(self, client: Client, shared: ReadingList) -> None:
        client.post(f"/lists/{shared.pk}/public/", {"byline": " Ada  Moor ", "seen": "1"})
        assert "Made by Ada Moor" in Client().get(f"/public/{shared.pk}/").content.decode()

    def test_making_it_private_ends_it_at_the_next_request(
        self, client: Client, shared: ReadingList
    ) -> None:
        make_entry(reading_list=shared)
        client.post(f"/lists/{shared.pk}/public/", {"byline": "", "seen": "1"})
        assert Client().get(f"/public/{shared.pk}/").status_code == 200
        client.post(f"/lists/{shared.pk}/public/withdraw/")
        for part in ("", "papers.bib", "papers.atom"):
            assert Client().get(f"/public/{shared.pk}/{part}").status_code == 404

    def test_where_the_site_has_none_it_says_so(
        self, client: Client, shared: ReadingList, settings: Settings
    ) -> None:
        settings.PUBLIC_LISTS = False
        assert "This site has no public lists." in page(client, shared)
        client.post(f"/lists/{shared.pk}/public/", {"byline": "", "seen": "1"})
        shared.refresh_from_db()
        assert shared.published_at is None

    def test_a_byline_that_is_too_long_is_refused_and_kept(
        self, client: Client, shared: ReadingList
    ) -> None:
        sent = {"byline": "x" * 101, "seen": "1"}
        response = client.post(f"/lists/{shared.pk}/byline/", sent)
        assert response.status_code == 422
        assert "x" * 101 in response.content.decode()

    def test_a_byline_changed_meanwhile_is_shown_and_sending_again_writes(
        self, client: Client, shared: ReadingList
    ) -> None:
        client.post(f"/lists/{shared.pk}/byline/", {"byline": "Ada", "seen": "1"})
        response = client.post(f"/lists/{shared.pk}/byline/", {"byline": "Ben", "seen": "1"})
        text = response.content.decode()
        assert response.status_code == 422
        assert "it now says “Ada”" in text
        assert 'name="seen" value="2"' in text
        client.post(f"/lists/{shared.pk}/byline/", {"byline": "Ben", "seen": "2"})
        shared.refresh_from_db()
        assert shared.byline == "Ben"


class TestFile:
    def test_the_owner_has_the_list_in_each_format(
        self, client: Client, shared: ReadingList
    ) -> None:
        make_entry(reading_list=shared)
        for ending in ("bib", "ris", "csl.json", "csv", "md", "txt", "atom", "json"):
            response = client.get(f"/lists/{shared.pk}/papers.{ending}")
            assert response.status_code == 200
            assert b"".join(response).strip()
            assert response["Cache-Control"] == "private, no-cache"

    def test_a_member_has_it_too(self, client: Client) -> None:
        reading_list, member = make_reading_list(), make_user()
        Member.objects.create(reading_list=reading_list, user=member, role=Role.VIEWER)
        client.force_login(member)
        assert client.get(f"/lists/{reading_list.pk}/papers.bib").status_code == 200
        assert client.get(f"/lists/{reading_list.pk}/share/").status_code == 403
