import re

import pytest
from pytest_django import Settings

from readinglists.models import ReadingList
from readinglists.sharing import (
    active_link,
    derive_key,
    find_list_by_key,
    hash_key,
    key_of,
    make_link,
    revoke_link,
)
from tests.factories import make_reading_list

pytestmark = pytest.mark.promise(33)


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
def test_the_key_itself_is_not_stored() -> None:
    link = make_link(make_reading_list())
    key = key_of(link)
    assert key is not None
    assert bytes(link.key_hash or b"") == hash_key(key)
    assert len(hash_key(key)) == 32


@pytest.mark.django_db
def test_a_made_link_finds_its_list_only() -> None:
    reading_list = make_reading_list()
    make_link(make_reading_list())
    assert find_list_by_key(key_of(make_link(reading_list)) or "") == reading_list


@pytest.mark.django_db
def test_making_a_link_again_gives_the_same_one() -> None:
    reading_list = make_reading_list()
    assert key_of(make_link(reading_list)) == key_of(make_link(reading_list))
    assert reading_list.share_links.count() == 1


@pytest.mark.django_db
def test_a_link_to_a_list_deleted_meanwhile_is_refused() -> None:
    reading_list = make_reading_list()
    ReadingList.objects.filter(pk=reading_list.pk).delete()
    with pytest.raises(ReadingList.DoesNotExist):
        make_link(reading_list)


@pytest.mark.django_db
def test_a_revoked_key_finds_nothing_and_never_comes_back() -> None:
    reading_list = make_reading_list()
    old = key_of(make_link(reading_list)) or ""
    assert revoke_link(reading_list) is True
    assert (find_list_by_key(old), active_link(reading_list)) == (None, None)
    new = key_of(make_link(reading_list)) or ""
    assert (find_list_by_key(old), find_list_by_key(new)) == (None, reading_list)


@pytest.mark.django_db
def test_revoking_what_has_no_link_says_so() -> None:
    assert revoke_link(make_reading_list()) is False


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x", "\0", "\udcff", "é" * 43, "A" * 43, "A" * 10_000])
def test_a_malformed_or_unknown_key_finds_nothing(key: str) -> None:
    make_link(make_reading_list())
    assert find_list_by_key(key) is None


@pytest.mark.django_db
def test_replacing_the_site_key_kills_every_link(settings: Settings) -> None:
    reading_list = make_reading_list()
    old = key_of(make_link(reading_list)) or ""
    settings.LINK_KEY = "replaced"
    link = active_link(reading_list)
    assert link is not None
    assert (find_list_by_key(old), key_of(link)) == (None, None)
    new = key_of(make_link(reading_list)) or ""
    assert find_list_by_key(new) == reading_list
