import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from papers.models import Source
from tests.factories import make_source, make_user

pytestmark = pytest.mark.django_db

FEED = "https://journal.example.org/feed"
OPML = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>My feeds</title></head><body>
<outline text="The Journal" type="rss" xmlUrl="https://journal.example.org/feed"/>
<outline text="A Blog" type="rss" xmlUrl="https://blog.example.org/atom"/>
<outline text="My printer" type="rss" xmlUrl="http://192.168.1.4/feed"/>
</body></opml>"""


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user(is_staff=True))
    return client


def upload(client: Client, body: bytes) -> HttpResponse:
    file = SimpleUploadedFile("feeds.opml", body, "text/x-opml")
    return client.post("/sources/import/", {"file": file})  # type: ignore[return-value]


def test_feeds_go_out_as_opml(admin: Client) -> None:
    make_source(kind="syndication", key=FEED, title="Law & Order")
    make_source(kind="arxiv_rss", key="cs.LG")
    response = admin.get("/sources/feeds.opml")
    assert 'filename="feeds.opml"' in response["Content-Disposition"]
    assert response.content.count(b"xmlUrl") == 1
    assert FEED.encode() in response.content


def test_what_went_out_comes_in_again(admin: Client) -> None:
    make_source(kind="syndication", key=FEED, title="Law & Order")
    body = admin.get("/sources/feeds.opml").content
    Source.objects.all().delete()
    assert "Law &amp; Order" in upload(admin, body).content.decode()


def test_a_file_is_shown_sorted_and_nothing_is_stored(admin: Client) -> None:
    make_source(kind="syndication", key=FEED)
    shown = upload(admin, OPML).content.decode()
    assert 'value="https://blog.example.org/atom A Blog"' in shown
    assert "1 is here already" in shown
    assert "own network" in shown
    assert Source.objects.count() == 1


def test_what_is_left_out_or_known_is_told_briefly(admin: Client) -> None:
    lines = [f'<outline type="rss" xmlUrl="http://10.0.0.{n}/"/>' for n in range(200)]
    for number in range(23):
        make_source(kind="syndication", key=f"https://example.org/{number}")
        lines.append(f'<outline type="rss" xmlUrl="https://example.org/{number}"/>')
    shown = upload(admin, f"<opml><body>{''.join(lines)}</body></opml>".encode()).content.decode()
    assert "and 180 more" in shown
    assert "23 are here already" in shown
    assert "and 3 more" in shown
    assert shown.count("<li>http://10.0.0.") == 20


def test_the_ticked_feeds_are_added(admin: Client) -> None:
    ticked = ["https://blog.example.org/atom A Blog", "http://192.168.1.4/feed x"]
    response = admin.post("/sources/import/add/", {"feed": ticked}, follow=True)
    assert "Added 1 feed." in response.content.decode()
    added = Source.objects.get()
    assert (added.key, added.title) == ("https://blog.example.org/atom", "A Blog")


def test_ticking_nothing_adds_nothing(admin: Client) -> None:
    assert admin.post("/sources/import/add/", {}).status_code == 302
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The file is empty"),
        (b"<html><body>Sorry</body></html>", ""),
        (b"\x00\x01\x02 nonsense", ""),
        (b"<opml>" + b" " * 1_000_000, "at most 1 MB"),
    ],
)
def test_a_file_that_is_no_list_is_refused(admin: Client, body: bytes, words: str) -> None:
    response = upload(admin, body)
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    assert words in response.content.decode()


def test_without_a_file_the_form_says_so(admin: Client) -> None:
    response = admin.post("/sources/import/")
    assert response.status_code == 422
    assert "Choose a file." in response.content.decode()


def test_a_reader_neither_reads_nor_adds(client: Client) -> None:
    client.force_login(make_user())
    assert upload(client, OPML).status_code == 404
    ticked = {"feed": ["https://blog.example.org/atom A Blog"]}
    assert client.post("/sources/import/add/", ticked).status_code == 404
    assert not Source.objects.exists()


def test_other_methods_are_refused(admin: Client) -> None:
    assert admin.post("/sources/feeds.opml").status_code == 405
    assert admin.get("/sources/import/add/").status_code == 405
