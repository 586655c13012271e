"""What is the same for all does not ask who it is that asks."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from config import everybody
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.promise(16)]


@pytest.mark.parametrize("name", everybody.NAMES)
def test_no_session_is_looked_for(
    client: Client, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    client.force_login(make_user())
    client.raise_request_exception = False
    asked = []

    def away(_self: object) -> None:
        asked.append(name)
        raise OperationalError("the database is away")

    monkeypatch.setattr(SessionStore, "load", away)
    assert client.get("/lists/").status_code == 503
    assert asked == [name]
    client.get(reverse(name))
    assert asked == [name]
