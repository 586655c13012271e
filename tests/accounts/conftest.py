from uuid import uuid4

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def cache_of_its_own(settings: Settings) -> None:
    """Limits are counted in the cache: each test starts with none used."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": str(uuid4())}}


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """The real hash takes 0.3 s a password, by design."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
