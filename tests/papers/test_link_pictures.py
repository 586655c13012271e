"""Pictures for links: whose there are, what they cost, and the icon that is asked for by name."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from papers import link_pictures
from papers.limits import CacheAwayError
from papers.models import Paper
from tests.factories import make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Paper:
    return make_paper(arxiv_id="2603.00141", title="Of $\\delta$ <b>owls</b>")


def test_a_paper_has_a_picture(
    client: Client, paper: Paper, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        response = client.get("/paper/2603.00141/picture.png")
    assert response["Content-Type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")
    assert response["Cache-Control"] == "public, max-age=86400"
    assert not response.cookies


def test_who_has_the_picture_is_told_so(client: Client, paper: Paper) -> None:
    etag = client.get("/paper/2603.00141/picture.png")["ETag"]
    again = client.get("/paper/2603.00141/picture.png", headers={"If-None-Match": etag})
    assert again.status_code == 304


def test_maths_is_drawn_as_text(paper: Paper) -> None:
    assert link_pictures.text_of(paper).title == "Of δ <b>owls</b>"


def test_a_picture_is_drawn_once(
    client: Client, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/paper/2603.00141/picture.png").content
    monkeypatch.setattr(link_pictures, "draw_card", lambda _text: b"drawn anew")
    assert client.get("/paper/2603.00141/picture.png").content == first
    Paper.objects.filter(pk=paper.pk).update(title="Another title")
    assert client.get("/paper/2603.00141/picture.png").content == b"drawn anew"


def test_beyond_the_limit_the_sites_own_is_shown(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_pictures, "draw_card", lambda _text: b"drawn")
    for _ in range(link_pictures.DRAWN.amount):
        address = link_pictures.picture_address(make_paper(title=f"Paper {_}"))
        assert client.get(address).status_code == 200
    response = client.get(link_pictures.picture_address(make_paper(title="One more")))
    assert (response.status_code, response["Location"]) == (302, "/picture.png")
    assert response["Cache-Control"] == "no-store"


def test_nothing_is_drawn_while_nobody_can_count(
    client: Client, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_limit: object, _key: str) -> bool:
        raise CacheAwayError

    monkeypatch.setattr(link_pictures, "take", away)
    assert client.get("/paper/2603.00141/picture.png")["Location"] == "/picture.png"


def test_the_site_has_a_picture_of_its_own_name(client: Client, settings: Settings) -> None:
    ours = client.get("/picture.png")
    assert ours["Content-Type"] == "image/png"
    settings.SITE_NAME = "The Gazette"
    assert client.get("/picture.png").content != ours.content


def test_other_forms_of_an_id_lead_to_the_picture(client: Client, paper: Paper) -> None:
    for address in (
        "/paper/2603.00141v2/picture.png",
        f"/paper/number/{paper.pk}/picture.png",
    ):
        assert client.get(address)["Location"] == "/paper/2603.00141/picture.png"
    assert client.get("/paper/2603.99999/picture.png").status_code == 404
    assert client.get("/paper/number/999999/picture.png").status_code == 404


def test_a_paper_without_arxiv_id_has_one(client: Client) -> None:
    paper = make_paper(arxiv_id=None)
    assert client.get(f"/paper/number/{paper.pk}/picture.png").status_code == 200


def test_the_page_names_the_picture_its_size_and_its_words(client: Client, paper: Paper) -> None:
    html = client.get("/paper/2603.00141/").content.decode()
    assert (
        'property="og:image" content="http://localhost:8000/paper/2603.00141/picture.png"' in html
    )
    assert 'property="og:image:width" content="1200"' in html
    assert 'property="og:image:alt" content="Of δ &lt;b&gt;owls&lt;/b&gt;"' in html
    assert 'name="twitter:card" content="summary_large_image"' in html


def test_a_list_has_no_picture_of_its_own(client: Client) -> None:
    reading_list = make_reading_list(owner=make_user(), title="A secret title")
    assert client.get(f"/lists/{reading_list.pk}/picture.png").status_code == 404
    html = client.get("/trending/now/").content.decode()
    assert re.findall(r'og:image" content="([^"]*)"', html) == ["http://localhost:8000/picture.png"]


def test_the_icon_is_found_where_browsers_look(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    assert response["Location"].endswith(".ico")


@pytest.mark.parametrize("path", ["/picture.png", "/favicon.ico", "/paper/2603.00141/picture.png"])
def test_other_methods_are_refused(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()
