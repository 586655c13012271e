"""The language of pages: the browser's, the visitor's cookie, the reader's setting."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from accounts.models import User
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def kept_pages(settings: Settings) -> Iterator[None]:
    settings.KEPT_SECONDS = 60
    make_paper()
    cache.clear()
    yield
    cache.clear()


def language_of(client: Client, address: str = "/", **headers: str) -> str:
    return client.get(address, headers=headers).headers["Content-Language"]


def choose(client: Client, language: str, **sent: str) -> Any:
    address = reverse("accounts:choose_language")
    return client.post(address, {"language": language, **sent}, headers=OURS)


@pytest.mark.parametrize(
    ("asked", "given"),
    [("de-AT,de;q=0.9,en;q=0.5", "de"), ("en-GB", "en"), ("fr-FR,fr", "en"), ("", "en")],
)
def test_a_visitor_is_spoken_to_as_the_browser_asks(client: Client, asked: str, given: str) -> None:
    assert language_of(client, **{"Accept-Language": asked}) == given


def test_a_page_says_its_language_and_direction(client: Client) -> None:
    page = client.get("/", headers={"Accept-Language": "de"})
    assert '<html lang="de" dir="ltr">' in page.content.decode()


def test_no_cookie_is_set_before_somebody_chooses(client: Client) -> None:
    client.get("/", headers={"Accept-Language": "de"})
    assert not client.cookies


def test_a_visitor_switches_and_comes_back_to_the_page(client: Client) -> None:
    response = choose(client, "de", next="/search/?q=owls")
    assert response.status_code == 302
    assert response.headers["Location"] == "/search/?q=owls"
    assert language_of(client, **{"Accept-Language": "en"}) == "de"


@pytest.mark.usefixtures("kept_pages")
def test_pages_of_two_languages_are_kept_apart(client: Client) -> None:
    english = client.get("/", headers={"Accept-Language": "en-US,en"})
    german = client.get("/", headers={"Accept-Language": "de"})
    again = client.get("/", headers={"Accept-Language": "en-GB"})
    assert english["ETag"] == again["ETag"] != german["ETag"]
    assert {"Accept-Language", "Cookie"} <= {*german["Vary"].split(", ")}


@pytest.mark.usefixtures("kept_pages")
def test_a_visitor_who_chose_gets_the_kept_page_too(client: Client) -> None:
    choose(client, "de")
    german = Client().get("/", headers={"Accept-Language": "de"})
    assert client.get("/")["ETag"] == german["ETag"]


def test_the_choice_of_a_reader_is_their_setting(client: Client) -> None:
    reader = make_user()
    client.force_login(reader)
    choose(client, "de")
    reader.refresh_from_db()
    assert reader.language == "de"
    elsewhere = Client()
    elsewhere.force_login(reader)
    assert language_of(elsewhere, "/settings/", **{"Accept-Language": "en"}) == "de"


def test_a_language_that_the_site_lost_is_as_none(client: Client) -> None:
    reader = make_user()
    User.objects.filter(pk=reader.pk).update(language="tlh", browser_language="tlh")
    client.force_login(reader)
    assert language_of(client, "/settings/") == "en"
    reader.refresh_from_db()
    assert reader.mail_language == "en"


def test_mails_follow_the_browser_of_the_last_login() -> None:
    reader = make_user()
    with translation.override("de"):
        Client().force_login(reader)
    reader.refresh_from_db()
    assert (reader.language, reader.mail_language) == ("", "de")


@pytest.mark.parametrize("language", ["", "fr", "de\0"])
def test_an_unknown_language_is_refused(client: Client, language: str) -> None:
    assert choose(client, language).status_code == 400
    assert not client.cookies


def test_a_form_of_another_site_is_refused(client: Client) -> None:
    address = reverse("accounts:choose_language")
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(address, {"language": "de"}, headers=elsewhere).status_code == 400


def test_it_leads_to_no_other_site(client: Client) -> None:
    response = choose(client, "de", next="https://evil.example/")
    assert response.headers["Location"] == "/"


def test_it_is_posted_to(client: Client) -> None:
    assert client.get(reverse("accounts:choose_language")).status_code == 405


def test_the_browser_is_heard_again_after_the_switch(client: Client) -> None:
    reader = make_user()
    client.force_login(reader)
    client.post("/language/", {"language": "de"}, headers=OURS)
    assert language_of(client, **{"Accept-Language": "en"}) == "de"
    form = client.get("/settings/").context["form"]
    fields = {f.html_name: f.value() for f in form if f.value() not in (None, False)}
    saved = client.post("/settings/", {**fields, "language": ""})
    assert saved.status_code == 302
    assert language_of(client, **{"Accept-Language": "en"}) == "en"


@pytest.mark.parametrize("data", [{"language": "xx"}, {"language": "de"}])
def test_what_is_refused_fills_no_log(
    client: Client, data: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    assert client.post("/language/", data).status_code == 400
    assert [record.exc_info for record in caplog.records] == [None] * len(caplog.records)
    assert caplog.records
