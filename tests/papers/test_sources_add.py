import pytest
from django.test import Client
from pytest_django import Settings

from papers import trials
from papers.models import Source
from papers.trials import Trial
from tests.factories import make_source, make_user

pytestmark = pytest.mark.django_db

FEED = "https://journal.example.org/feed"
WORKS = Trial(works=True, words="2 papers.", titles=["First things", "Second things"])


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user(is_staff=True))
    return client


@pytest.fixture(autouse=True)
def every_kind_can_be_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "can_be_tried", lambda kind: True)


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[Source]:
    asked: list[Source] = []

    def try_source(source: Source, *, now: object) -> Trial:
        asked.append(source)
        return WORKS

    monkeypatch.setattr(trials, "try_source", try_source)
    return asked


def test_a_feed_is_tried_and_shown_before_it_is_saved(admin: Client, tried: list[Source]) -> None:
    shown = admin.post("/sources/add/", {"what": "journal.example.org/feed"}).content.decode()
    assert [source.key for source in tried] == [FEED]
    assert "First things" in shown
    assert "Add it<" in shown
    assert not Source.objects.exists()


def test_a_feed_that_does_not_work_can_be_added_anyway(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(works=False, words="journal.example.org answered with HTTP 404.")
    monkeypatch.setattr(trials, "try_source", lambda source, now: trial)
    shown = admin.post("/sources/add/", {"what": FEED}).content.decode()
    assert "journal.example.org answered with HTTP 404." in shown
    assert "Add it anyway" in shown


def test_saving_adds_the_feed_under_its_name(admin: Client) -> None:
    response = admin.post("/sources/add/save/", {"what": FEED, "title": "The Journal"})
    added = Source.objects.get()
    assert (added.kind, added.key, added.title) == ("syndication", FEED, "The Journal")
    assert response["Location"] == f"/sources/{added.pk}/"


def test_a_category_becomes_three_sources(admin: Client, tried: list[Source]) -> None:
    shown = admin.post("/sources/add/", {"what": "cs.LG"}).content.decode()
    assert "arXiv nightly repair" in shown
    admin.post("/sources/add/save/", {"what": "cs.LG"})
    kinds = Source.objects.values_list("kind", flat=True)
    assert set(kinds) == {"arxiv_rss", "arxiv_oai", "arxiv_list"}


def test_a_kind_there_is_one_of_is_offered_until_it_is_here(admin: Client) -> None:
    assert 'value="github"' in admin.get("/sources/add/").content.decode()
    admin.post("/sources/add/save/", {"kind": "github"})
    assert 'value="github"' not in admin.get("/sources/add/").content.decode()
    response = admin.post("/sources/add/save/", {"kind": "github"})
    assert "is a source here already" in response.content.decode()
    assert Source.objects.count() == 1


def test_a_kind_that_has_nothing_to_show_is_added_untried(
    admin: Client, tried: list[Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "can_be_tried", lambda kind: False)
    shown = admin.post("/sources/add/", {"kind": "github"}).content.decode()
    assert "Add it<" in shown
    assert "does not work" not in shown
    assert tried == []


@pytest.mark.parametrize(
    ("kind", "words"), [("semantic_scholar", "SEMANTIC_SCHOLAR_KEY"), ("github", "GITHUB_STARS")]
)
def test_a_kind_that_settings_turn_off_says_which(
    admin: Client, settings: Settings, kind: str, words: str
) -> None:
    settings.SEMANTIC_SCHOLAR_KEY, settings.GITHUB_STARS = "", False
    assert words in admin.post("/sources/add/save/", {"kind": kind}).content.decode()
    assert not Source.objects.exists()


@pytest.mark.parametrize("address", ["/sources/add/", "/sources/add/save/"])
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type a feed"),
        ("http://169.254.169.254/", "own network"),
        ("https://ada:secret@example.org/", "a name or a password"),
        (FEED, "is a source here already"),
        ("nonsense", "neither an address nor a category"),
        ("https://example.org/" + "x" * 700, "at most"),
    ],
)
def test_what_cannot_be_added_is_said_and_what_was_typed_stays(
    admin: Client, tried: list[Source], address: str, typed: str, words: str
) -> None:
    make_source(kind="syndication", key=FEED)
    response = admin.post(address, {"what": typed})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert f'value="{typed}"' in response.content.decode() or not typed
    assert tried == []
    assert Source.objects.count() == 1


def test_opening_the_pages_adds_nothing(admin: Client) -> None:
    assert admin.get("/sources/add/").status_code == 200
    assert admin.get("/sources/add/save/", {"what": FEED}).status_code == 405
    assert not Source.objects.exists()


@pytest.mark.parametrize("address", ["/sources/add/", "/sources/add/save/"])
def test_a_reader_adds_nothing(client: Client, address: str) -> None:
    client.force_login(make_user())
    assert client.post(address, {"what": FEED}).status_code == 404
    assert not Source.objects.exists()
