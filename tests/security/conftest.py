from collections.abc import Iterator

import pytest
from django.template import Context, Template
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from config.templatetags import frame
from tests.security.routes import World, make_world
from tests.shared_rows import shared_rows


@pytest.fixture(scope="module")
def world_of_all(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """One world for the tests of a file: each takes `world_of_all.anew()`."""
    folder = tmp_path_factory.mktemp("world")
    with shared_rows(django_db_blocker):
        own = override_settings(OUTBOX=folder / "outbox", SEARCH_INDEX=folder / "index")
        with own, django_db_blocker.unblock():
            made = make_world()
        yield made


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages without their HTML, for tests that look at the status and the headers alone.

    Mails are written: what is asked for must come as far as it does otherwise.
    """
    draw = Template._render  # type: ignore[attr-defined]

    def render(template: Template, context: Context) -> str:
        name = str(template.name)
        is_page = name.endswith(".html") and "email" not in name
        return "" if is_page else draw(template, context)

    monkeypatch.setattr(Template, "_render", render)
    yield
    frame._drawn.cache_clear()
