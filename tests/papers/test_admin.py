import pytest
from django.test import Client
from pytest_django import Settings

from papers.models import Paper, Source
from tests.factories import make_paper, make_source, make_user

pytestmark = pytest.mark.django_db

ADD = "/admin/papers/source/add/"
FEED = {"kind": "syndication", "key": "journal.example.org/feed", "is_active": "on"}
DUE = {"next_due_at_0": "2026-03-02", "next_due_at_1": "12:00"}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize(
    "page", ["source", "source/add", "harvest", "paperrequest", "paperversion", "repository"]
)
def test_pages_open(admin: Client, page: str) -> None:
    assert admin.get(f"/admin/papers/{page}/").status_code == 200


def test_a_source_is_added_as_on_the_sites_own_page(admin: Client) -> None:
    admin.post(ADD, FEED | DUE)
    assert Source.objects.get().key == "https://journal.example.org/feed"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"key": "http://127.0.0.1/"}, "own network"),
        ({"kind": "arxiv_rss", "key": "cats"}, "category of arXiv"),
        ({"kind": "huggingface", "key": "x"}, "leave the key empty"),
        ({"interval_minutes": "5"}, "From 60 minutes"),
    ],
)
def test_what_cannot_be_a_source_is_refused(
    admin: Client, wrong: dict[str, str], words: str
) -> None:
    assert words in admin.post(ADD, FEED | DUE | wrong).content.decode()
    assert not Source.objects.exists()


def test_a_source_is_paused_by_an_action(admin: Client) -> None:
    source = make_source()
    admin.post("/admin/papers/source/", {"action": "pause", "_selected_action": [source.pk]})
    source.refresh_from_db()
    assert not source.is_active


def test_what_the_settings_name_is_not_deleted(admin: Client, settings: Settings) -> None:
    settings.ARXIV_CATEGORIES = ["cs.LG"]
    named = make_source(kind="arxiv_rss", key="cs.LG")
    other = make_source(kind="arxiv_rss", key="cs.CL")
    for source in (named, other):
        admin.post(f"/admin/papers/source/{source.pk}/delete/", {"post": "yes"})
    assert list(Source.objects.all()) == [named]


@pytest.mark.parametrize("page", ["harvest", "paperrequest", "paperversion", "repository"])
def test_what_the_site_writes_itself_is_only_looked_at(admin: Client, page: str) -> None:
    assert admin.get(f"/admin/papers/{page}/add/").status_code == 403


PAPER = {
    "title": "Sparse Tides",
    "authors": '["Ada Moor"]',
    "keywords": "[]",
    "text_source": "1",
    "url": "https://example.org/",
}


@pytest.mark.parametrize(
    ("written", "stored"), [("arXiv:2603.00141v2", "2603.00141"), ("", None), ("2613.1", "refused")]
)
def test_an_arxiv_id_is_stored_as_sources_spell_it(
    admin: Client, written: str, stored: str | None
) -> None:
    admin.post("/admin/papers/paper/add/", PAPER | {"arxiv_id": written})
    paper = Paper.objects.first()
    assert (paper.arxiv_id if paper else "refused") == stored


def test_a_papers_arxiv_id_stays(admin: Client) -> None:
    paper = make_paper(arxiv_id="2603.00141")
    admin.post(f"/admin/papers/paper/{paper.pk}/change/", PAPER | {"arxiv_id": "2603.00142"})
    paper.refresh_from_db()
    assert (paper.arxiv_id, paper.title) == ("2603.00141", "Sparse Tides")
