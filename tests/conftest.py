"""Gives the tests a private Postgres and Valkey in a temporary folder, a pair for each process.

Each of pytest-xdist's workers has its own: the index follows no change that is newer than a
transaction which is open anywhere on the server, so that one worker waited for the other's tests.

BROADSHEET_TEST_DATABASE_URL names another Postgres, whose user may create databases. The settings
are read here, once the addresses are known: no pytest setting names them.
"""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import django
import pytest
from django.utils import translation
from pytest_django import Settings

from config.servers import paths, postgres
from config.servers.private import Servers, Wanted
from config.servers.processes import Guardian
from tests.emptying import empty_cheaply
from tests.ordering import order_files

# A test run may lose everything when the machine does.
FAST = (("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"))
# What an operator's .env may say must not reach the tests.
BLANK = (
    *("SITE_URL", "EMAIL_URL", "REDIS_URL", "ALLOWED_HOSTS", "DEBUG"),
    *("SECRET_KEY", "LINK_KEY", "ADDRESS_KEY", "CONTACT"),
    *("BOUNCE_ADDRESS", "BOUNCE_IMAP_URL", "BOUNCE_MAILDIR", "DKIM_SELECTOR"),
    *("DIGEST_MAILS_PER_MINUTE", "DIGEST_MAILS_PER_MINUTE_A_DOMAIN"),
    *("TRUSTED_PROXIES", "BEHIND_PROXY", "TRUSTED_PROXY_COUNT", "LIMITS_TIMES"),
    *("METRICS_TOKEN", "METRICS_ADDRESSES", "LOG_FORMAT"),
    *("ANYMAIL_PROVIDER", "ANYMAIL_WEBHOOK_SECRET"),
)
_TEST_DATABASE_URL = os.environ.get("BROADSHEET_TEST_DATABASE_URL", "")
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def _make_var() -> Path:
    """Return this process's own `var/`."""
    var = Path(tempfile.mkdtemp(prefix="broadsheet-tests-"))
    var.chmod(0o711)
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    return var


def _configure_django(var: Path) -> None:
    os.environ.update(dict.fromkeys(BLANK, ""))
    os.environ["BROADSHEET_VAR"] = str(var)
    os.environ["DATABASE_URL"] = _TEST_DATABASE_URL or paths.default_database_url(var)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    from django.conf import settings

    socket = paths.valkey_socket(var)
    default_cache: dict[str, object] = settings.CACHES["default"]
    default_cache["LOCATION"] = f"unix://{socket}?db=0"
    settings.CELERY_BROKER_URL = f"redis+socket://{socket}?virtual_host=1"
    default_cache["KEY_FUNCTION"] = _key_of_this_test
    # What one test saw must not be shown to the next.
    settings.KEPT_SECONDS = 0
    # The real hash takes 0.3 s a password, by design.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # The hashed names exist only after collectstatic.
    settings.STATIC_ROOT.mkdir()
    storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}}
    django.setup()
    # A worker of pytest-xdist that inherited it would read the settings before this file.
    del os.environ["DJANGO_SETTINGS_MODULE"]


# In front of all keys in the cache, another for each test: limits begin with none used.
_prefix = {"is": ""}


def _key_of_this_test(key: str, prefix: str, version: int) -> str:
    return f"{_prefix['is']}:{prefix}:{version}:{key}"


VAR = _make_var()
_configure_django(VAR)
empty_cheaply()


class _TestServers:
    """The servers of this process."""

    guardian: Guardian | None = None
    servers: Servers | None = None


def pytest_configure(config: pytest.Config) -> None:
    # The order of tests/ordering.py, not xdist's own.
    config.option.loadscopereorder = False
    only_hands_out = not _WORKER and getattr(config.option, "numprocesses", None)
    if only_hands_out or config.option.collectonly:
        return
    _TestServers.guardian = guardian = Guardian()
    _TestServers.servers = servers = Servers(VAR, guardian, _say, FAST)
    servers.start(Wanted(postgres=not _TEST_DATABASE_URL, valkey=True))
    if not _TEST_DATABASE_URL:
        postgres.run_sql(servers.cluster, f"ALTER ROLE {paths.ROLE} CREATEDB")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _WORKER:
        order_files(items)


def pytest_collection_finish() -> None:
    # What is imported and collected stays: it need not be looked through time and again.
    from config.warm import spare_the_collector  # after django.setup()

    spare_the_collector()


def pytest_unconfigure() -> None:
    if _TestServers.servers is not None:
        _TestServers.servers.stop()
    if _TestServers.guardian is not None:
        _TestServers.guardian.close()
    shutil.rmtree(VAR, ignore_errors=True)


def _say(name: str, text: str) -> None:
    if "making" not in text:
        sys.stderr.write(f"{name}: {text}\n")


@pytest.fixture
def empty_queues() -> Iterator[None]:
    from tests import queues  # after django.setup()

    queues.empty_queues()
    yield
    queues.empty_queues()


@pytest.fixture(autouse=True)
def cache_of_its_own() -> None:
    _prefix["is"] = uuid4().hex


@pytest.fixture(autouse=True)
def broker_of_its_own() -> None:
    """What one test saw of a broker that is away must not keep the next from asking it."""
    from papers import nudges

    nudges.forget()


@pytest.fixture
def cache_away(settings: Settings) -> None:
    away = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "default": away}


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    """Requests leave their language to the thread, which the next request sets anew."""
    yield
    translation.activate("en")
