"""Pages as they are drawn for tests: the HTML, and the templates that made it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.signals import template_rendered
from django.urls import reverse

from accounts.models import User


@dataclass(frozen=True, slots=True)
class DrawnPage:
    name: str
    html: str
    templates: frozenset[str]


@dataclass(slots=True)
class Book:
    """Every page drawn so far."""

    pages: list[DrawnPage] = field(default_factory=list)

    def take(self, client: Client, place: str, *args: object, **ask: Any) -> None:
        """Draw the page at `place`, an address or the name of a view with its `args`.

        `say` names what is odd about it, `data` is posted, `query` is asked for. Redirects are
        followed, since what is drawn is a page.
        """
        say, data, query = ask.pop("say", ""), ask.pop("data", None), ask.pop("query", None)
        address = place if place.startswith("/") else reverse(place, args=args)
        with _templates() as names:
            if data is None:
                answer = client.get(address, query or {}, follow=True, **ask)
            else:
                answer = client.post(address, data, follow=True, **ask)
        assert answer["Content-Type"].startswith("text/html"), address
        self._keep(f"{place} {say}".strip(), answer.content.decode(), names)

    def render(self, template: str, context: dict[str, object] | None = None) -> None:
        """Draw the page of a template that no view shows in a test."""
        with _templates() as names:
            html = render_to_string(template, context or {}, RequestFactory().get("/"))
        self._keep(template, html, names)

    def draw(self, name: str, make: Any) -> None:
        """Draw the page that `make` returns as HTML."""
        with _templates() as names:
            html = make()
        self._keep(name, html, names)

    def _keep(self, name: str, html: str, names: set[str]) -> None:
        assert "<h1" in html, f"{name} is no page"
        self.pages.append(DrawnPage(name, html, frozenset(names)))


def client_of(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@contextmanager
def _templates() -> Iterator[set[str]]:
    names: set[str] = set()

    def note(template: Any, **_more: object) -> None:
        names.add(str(template.name))

    template_rendered.connect(note)
    try:
        yield names
    finally:
        template_rendered.disconnect(note)
