import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from readinglists import list_follows, sharing
from readinglists.models import Member, ReadingList, Role, ShareLink
from readinglists.sharing import (
    MOST_LINKS,
    TooManyLinksError,
    derive_key,
    find_link_by_key,
    hash_key,
    key_of,
    make_link,
    note_use,
    revoke_link,
    rotate_link,
    sharing_of,
)
from tests.factories import make_reading_list, make_user

pytestmark = pytest.mark.promise(33)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def key(link: ShareLink) -> str:
    found = key_of(link)
    assert found is not None
    return found


def change(link: ShareLink) -> bool:
    return sharing.change_link(link, name="x", can_edit=True, needs_login=True, expires_at=None)


def counted(link: ShareLink) -> tuple[int, int]:
    row = vars(sharing.links_of(link.reading_list).get())
    return row["followers"], row["joined"]


def test_a_key_is_43_characters_that_need_no_quoting() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", derive_key(1, 1))


def test_keys_differ_by_link_by_generation_and_by_secret(settings: Settings) -> None:
    keys = {derive_key(1, 1), derive_key(1, 2), derive_key(2, 1), derive_key(11, 1)}
    settings.LINK_KEY = "another"
    assert len(keys | {derive_key(1, 1)}) == 5


def test_a_key_is_the_hmac_that_the_design_names(settings: Settings) -> None:
    settings.LINK_KEY = "key"
    # printf 7:2 | openssl dgst -sha256 -hmac key -binary | base64
    assert derive_key(7, 2) == "-PI3Q94LD_4oBoY8x3FQ-103xoQmktuMX-nPJs5SXdM"


@pytest.mark.django_db
class TestLinks:
    def test_the_key_itself_is_not_stored(self) -> None:
        link = make_link(make_reading_list())
        assert bytes(link.key_hash or b"") == hash_key(key(link))
        assert len(hash_key(key(link))) == 32

    def test_each_link_finds_its_list_only(self) -> None:
        reading_list = make_reading_list()
        make_link(make_reading_list())
        first, second = make_link(reading_list), make_link(reading_list, "Group")
        assert key(first) != key(second)
        assert find_link_by_key(key(first)) == first
        assert find_link_by_key(key(second)) == second

    def test_a_list_has_twenty_links_at_most(self) -> None:
        reading_list = make_reading_list()
        for _ in range(MOST_LINKS):
            link = make_link(reading_list)
        with pytest.raises(TooManyLinksError, match="at most 20"):
            make_link(reading_list)
        revoke_link(link)
        assert sharing.delete_link(link) is True
        make_link(reading_list)

    def test_a_link_to_a_list_deleted_meanwhile_is_refused(self) -> None:
        reading_list = make_reading_list()
        ReadingList.objects.filter(pk=reading_list.pk).delete()
        with pytest.raises(ReadingList.DoesNotExist):
            make_link(reading_list)

    def test_a_revoked_key_finds_nothing_and_never_comes_back(self) -> None:
        reading_list = make_reading_list()
        link = make_link(reading_list)
        old = key(link)
        assert revoke_link(link) is True
        assert revoke_link(link) is False
        assert find_link_by_key(old) is None
        make_link(reading_list)
        assert find_link_by_key(old) is None
        with pytest.raises(ShareLink.DoesNotExist):
            rotate_link(link)

    def test_revoking_one_link_leaves_the_others(self) -> None:
        reading_list = make_reading_list()
        kept, ended = make_link(reading_list), make_link(reading_list)
        revoke_link(ended)
        assert find_link_by_key(key(kept)) == kept

    def test_a_rotated_link_has_a_new_key_and_the_old_one_opens_nothing(self) -> None:
        link = make_link(make_reading_list())
        old = key(link)
        new = key(rotate_link(link))
        assert find_link_by_key(old) is None
        assert find_link_by_key(new) == link

    def test_an_expired_key_finds_nothing(self) -> None:
        link = make_link(make_reading_list(), expires_at=timezone.now() - HOUR)
        assert find_link_by_key(key(link)) is None

    def test_changing_a_link_keeps_its_key(self) -> None:
        link = make_link(make_reading_list())
        assert change(link) is True
        found = find_link_by_key(key(link))
        assert found is not None
        assert (found.name, found.can_edit, found.needs_login) == ("x", True, True)

    def test_a_revoked_link_is_not_changed(self) -> None:
        link = make_link(make_reading_list())
        revoke_link(link)
        assert change(link) is False

    def test_only_a_revoked_link_is_deleted(self) -> None:
        link = make_link(make_reading_list())
        assert sharing.delete_link(link) is False
        assert find_link_by_key(key(link)) == link

    @pytest.mark.parametrize("text", ["", "x", "\0", "\udcff", "é" * 43, "A" * 43, "A" * 10_000])
    def test_a_malformed_or_unknown_key_finds_nothing(self, text: str) -> None:
        make_link(make_reading_list())
        assert find_link_by_key(text) is None

    def test_replacing_the_site_key_kills_every_link_until_it_is_rotated(
        self, settings: Settings
    ) -> None:
        link = make_link(make_reading_list())
        old = key(link)
        settings.LINK_KEY = "replaced"
        assert find_link_by_key(old) is None
        assert key_of(link) is None
        assert sharing_of(link.reading_list).is_private
        assert find_link_by_key(key(rotate_link(link))) == link

    def test_who_follows_or_joined_through_the_key_of_now_is_counted(self) -> None:
        link = make_link(make_reading_list(), can_edit=True)
        list_follows.follow(make_user(), link)
        Member.objects.create(
            reading_list=link.reading_list,
            user=make_user(),
            role=Role.EDITOR,
            share_link=link,
            generation=1,
        )
        assert counted(link) == (1, 1)
        rotate_link(link)
        assert counted(link) == (0, 0)

    def test_a_use_is_noted_once_an_hour(self) -> None:
        link = make_link(make_reading_list())
        assert note_use(link, NOON) is True
        link.refresh_from_db()
        assert note_use(link, NOON + HOUR / 2) is False
        assert note_use(link, NOON + HOUR) is True

    def test_a_use_noted_by_another_at_the_same_moment_is_written_once(self) -> None:
        link = make_link(make_reading_list())
        assert note_use(link, NOON) is True
        assert note_use(link, NOON) is False

    def test_a_use_within_the_hour_asks_nothing(self) -> None:
        link = make_link(make_reading_list())
        link.last_used_at = NOON
        with CaptureQueriesContext(
            connection,
        ) as queries:
            note_use(link, NOON + HOUR / 2)
        assert len(queries) == 0

    def test_a_list_says_how_it_is_shared(self) -> None:
        reading_list = make_reading_list()
        assert sharing_of(reading_list).is_private
        make_link(reading_list)
        make_link(reading_list, can_edit=True)
        revoke_link(make_link(reading_list))
        shown = sharing_of(reading_list)
        assert (shown.links, shown.edit_links, shown.is_public) == (2, 1, False)
