"""Public lists: their page, their directory, following, subscribing."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from readinglists import list_follows, publishing
from readinglists.models import ListFollow, ReadingList
from tests.factories import make_entry, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def make_public(title: str = "Decoders", description: str = "") -> ReadingList:
    entry = make_entry(reading_list=make_reading_list(title=title, description=description))
    publishing.publish(entry.reading_list)
    return ReadingList.objects.get(pk=entry.reading_list_id)


def titles(client: Client, query: str = "") -> list[str]:
    text = client.get(f"/public/{query}").content.decode()
    return re.findall(r'<a href="/public/\d+/">([^<]*)</a>', text)


class TestDirectory:
    def test_it_holds_public_lists_only(self, client: Client) -> None:
        make_public("Shown")
        make_entry(reading_list=make_reading_list(title="Private"))
        binned = make_public("Binned")
        ReadingList.objects.filter(pk=binned.pk).update(deleted_at=timezone.now())
        assert titles(client) == ["Shown"]

    def test_words_are_looked_for_in_title_description_and_byline(self, client: Client) -> None:
        make_public("Kestrels")
        make_public("Birds", description="Falcons and kestrels")
        ReadingList.objects.filter(pk=make_public("Fish").pk).update(byline="A. Kestrel")
        make_public("Stars")
        assert sorted(titles(client, "?q=KESTREL")) == ["Birds", "Fish", "Kestrels"]
        assert titles(client, "?q=kestrel+falcon") == ["Birds"]
        assert titles(client, "?q=%25") == []

    def test_its_orders(self, client: Client) -> None:
        old, new = make_public("Old"), make_public("New")
        assert titles(client) == ["New", "Old"]
        list_follows.follow_public(make_user(), old)
        assert titles(client, "?sort=followed") == ["Old", "New"]
        ReadingList.objects.filter(pk=new.pk).update(changed_at=old.created_at)
        assert titles(client, "?sort=changed")[0] == "Old"
        assert titles(client, "?sort=nonsense") == ["New", "Old"]

    @pytest.mark.parametrize("query", ["?q=%00", "?page=99", "?page=x", f"?q={'x' * 300}", "?q="])
    def test_odd_questions_are_answered(self, client: Client, query: str) -> None:
        make_public()
        assert client.get(f"/public/{query}").status_code == 200

    def test_as_many_queries_for_many_lists_as_for_few(self, client: Client) -> None:
        counts = []
        for _ in range(2):
            for _ in range(5):
                make_public()
            with CaptureQueriesContext(connection) as queries:
                client.get("/public/")
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_where_the_operator_allows_none_nothing_is_there(
        self, client: Client, settings: Settings
    ) -> None:
        reading_list = make_public()
        assert 'href="/public/"' in client.get("/public/").content.decode()
        settings.PUBLIC_LISTS = False
        assert client.get("/public/").status_code == 404
        assert client.get(f"/public/{reading_list.pk}/").status_code == 404
        assert 'href="/public/"' not in client.get("/ranking/").content.decode()


class TestPage:
    def test_caches_may_keep_it_for_a_minute_and_search_engines_index_it(
        self, client: Client
    ) -> None:
        response = client.get(f"/public/{make_public().pk}/")
        assert response["Cache-Control"] == "public, max-age=60"
        assert not response.has_header("X-Robots-Tag")
        assert "noindex" not in response.content.decode()

    def test_who_has_it_already_is_told_so(self, client: Client) -> None:
        address = f"/public/{make_public().pk}/"
        etag = client.get(address)["ETag"]
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304

    def test_a_readers_page_is_kept_by_nobody(self, client: Client) -> None:
        client.force_login(make_user())
        response = client.get(f"/public/{make_public().pk}/")
        assert response["Cache-Control"] == "private, no-store"

    def test_a_list_that_is_not_public_looks_like_one_that_is_not_there(
        self, client: Client
    ) -> None:
        for pk in (make_reading_list().pk, 10**9, 10**30):
            assert client.get(f"/public/{pk}/").status_code == 404

    def test_it_does_not_show_who_owns_it(self, client: Client) -> None:
        reading_list = make_public()
        assert (
            reading_list.owner.email
            not in client.get(f"/public/{reading_list.pk}/").content.decode()
        )

    def test_files_may_be_kept_for_a_minute(self, client: Client) -> None:
        response = client.get(f"/public/{make_public().pk}/papers.csl.json")
        assert response["Cache-Control"] == "public, max-age=60"


class TestFollow:
    def test_a_reader_follows_and_finds_it_among_what_they_follow(self, client: Client) -> None:
        reading_list, reader = make_public(), make_user()
        client.force_login(reader)
        address = f"/public/{reading_list.pk}/"
        assert f'formaction="{address}follow/"' in client.get(address).content.decode()
        assert client.post(f"{address}follow/")["Location"] == address
        assert ListFollow.objects.get().share_link is None
        assert f'href="{address}"' in client.get("/follows/").content.decode()

    def test_it_ends_when_the_list_is_made_private_and_does_not_come_back(
        self, client: Client
    ) -> None:
        reading_list, reader = make_public(), make_user()
        list_follows.follow_public(reader, reading_list)
        publishing.withdraw(ReadingList.objects.all())
        assert [row.has_ended for row in list_follows.following(reader)] == [True]
        publishing.publish(reading_list)
        make_entry(reading_list=reading_list)
        assert [row.has_ended for row in list_follows.following(reader)] == [True]
        assert list_follows.additions([reader.pk], {}) == {}

    def test_what_is_added_is_told(self) -> None:
        reading_list, reader = make_public(), make_user()
        list_follows.follow_public(reader, reading_list)
        entry = make_entry(reading_list=reading_list)
        told = list_follows.additions([reader.pk], {})
        assert told == {reader.pk: [("Decoders", [entry.paper_id])]}

    def test_nothing_is_told_where_the_operator_allows_none(self, settings: Settings) -> None:
        reading_list, reader = make_public(), make_user()
        list_follows.follow_public(reader, reading_list)
        make_entry(reading_list=reading_list)
        settings.PUBLIC_LISTS = False
        assert list_follows.additions([reader.pk], {}) == {}

    def test_a_private_list_is_not_followed(self, client: Client) -> None:
        client.force_login(make_user())
        assert client.post(f"/public/{make_reading_list().pk}/follow/").status_code == 404
        assert not ListFollow.objects.exists()

    def test_it_is_copied(self, client: Client) -> None:
        reader = make_user()
        client.force_login(reader)
        client.post(f"/public/{make_public().pk}/copy/")
        assert ReadingList.objects.of(reader).get().entries.count() == 1


class TestSubscribe:
    def test_an_address_is_enough(self, client: Client) -> None:
        reading_list = make_public()
        page = client.get(f"/public/{reading_list.pk}/").content.decode()
        assert f'name="public_list" value="{reading_list.pk}"' in page
        sent = {"email": "new@example.org", "timezone": "UTC", "public_list": reading_list.pk}
        client.post("/subscribe/", sent, headers={"Sec-Fetch-Site": "same-origin"})
        found = re.search(r"/subscribe/confirm/\S+", str(mail.outbox[0].body))
        assert found is not None
        client.post(found[0])
        follow = ListFollow.objects.get()
        assert (follow.user.email, follow.reading_list) == ("new@example.org", reading_list)

    @pytest.mark.parametrize("pk", ["0", "x", "9" * 30, "٣"])
    def test_what_is_no_public_list_is_refused(self, client: Client, pk: str) -> None:
        sent = {"email": "new@example.org", "timezone": "UTC", "public_list": pk}
        answer = client.post("/subscribe/", sent, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 422
        assert not mail.outbox


def test_the_page_says_how_it_is_shown_where_its_address_is_passed_on(client: Client) -> None:
    page = client.get("/public/").content.decode()
    assert '<meta property="og:title" content="Public lists">' in page
