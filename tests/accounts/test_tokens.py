import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts import tokens
from accounts.models import ApiToken
from accounts.tokens import find_token, make_token, note_use, revoke
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_only_the_hash_of_a_token_is_stored() -> None:
    made, text = make_token(make_user(), "a script", ["read"])
    assert len(text) == tokens.LENGTH
    row = ApiToken.objects.values().get()
    assert text not in str(row)
    assert bytes(row["token_hash"]) == hashlib.sha256(text.encode()).digest()
    assert made.beginning == text[:10]


def test_a_token_is_found_by_its_text_alone() -> None:
    made, text = make_token(make_user(), "a script", ["read"])
    now = timezone.now()
    assert find_token(text, now=now) == made
    for wrong in ("", text[:-1], text + "x", text[:-1] + "\x00", "bsh_" + "\ud800" * 43):
        assert find_token(wrong, now=now) is None


def test_a_revoked_an_expired_and_a_closed_account_s_token_open_nothing() -> None:
    now = timezone.now()
    revoked, of_revoked = make_token(make_user(), "a", ["read"])
    revoke(revoked, now=now)
    _row, of_expired = make_token(make_user(), "b", ["read"], expires_at=now + timedelta(days=1))
    _row, of_closed = make_token(make_user(is_active=False), "c", ["read"])
    assert find_token(of_expired, now=now) is not None
    for text in (of_revoked, of_expired, of_closed):
        assert find_token(text, now=now + timedelta(days=2)) is None


def test_use_is_written_at_most_once_an_hour(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made, text = make_token(make_user(), "a script", ["read"])
    now = timezone.now()
    note_use(made, now=now)
    found = find_token(text, now=now)
    assert found is not None
    with django_assert_num_queries(0):
        note_use(found, now=now + timedelta(minutes=59))
    note_use(found, now=now + timedelta(minutes=61))
    found.refresh_from_db()
    assert found.last_used_at == now + timedelta(minutes=61)


def test_no_more_than_twenty_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_TOKENS", 1)
    user = make_user()
    made, _text = make_token(user, "a", ["read"])
    with pytest.raises(tokens.TooManyTokensError):
        make_token(user, "b", ["read"])
    revoke(made, now=timezone.now())
    make_token(user, "b", ["read"])
