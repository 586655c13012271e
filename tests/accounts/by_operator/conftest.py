from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from tests.accounts.by_operator.admin_forms import Post
from tests.accounts.entering import enter
from tests.factories import make_user


@pytest.fixture
def operator() -> User:
    return make_user(email="operator@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def admin(client: Client, operator: User) -> Client:
    """Logged in long ago."""
    client.force_login(operator)
    return client


@pytest.fixture
def proved(client: Client, operator: User) -> Client:
    enter(client, operator)
    return client


@pytest.fixture
def post(
    proved: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> Post:
    """What the operator posts who proved themselves, with all that waits for the commit."""

    def post(path: str, fields: dict[str, Any], **more: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return proved.post(path, fields, **more)

    return post


@pytest.fixture
def reader() -> User:
    return make_user(email="old@example.org", digest_enabled=True)
