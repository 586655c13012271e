"""Promises 27 and 28 where texts leave the site: feeds, files under a link, and the digest."""

import csv
import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from lxml import etree
from markdown_it import MarkdownIt
from pytest_django import Settings

from accounts import feed_keys, follows
from accounts.digest import send
from accounts.digest.tick import tick
from accounts.models import Delivery
from papers.search import columns
from papers.search.follower import index_now
from readinglists import headings, list_files, list_follows, sharing
from readinglists.models import Entry, ListFollow, Member, ReadingList
from tests.factories import make_entry, make_member, make_paper, make_reading_list, make_user
from tests.security.strings import shares
from tests.security.test_strings import AT_ONCE, Shape, shape_of

SHARES = pytest.mark.parametrize("texts", shares(AT_ONCE))
NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
# As papers/formats/table.py has it, from OWASP ASVS 5.0, 1.2.10.
_FORMULA = re.compile(r"[=+\-@\t\r]")


def harmless_as(texts: Sequence[str]) -> list[str]:
    return [f"harmless words {number}" for number in range(len(texts))]


def shape_of_xml(body: bytes) -> Shape:
    """Well-formed, and how often each element stands in it with which attributes."""
    return Counter(
        (str(each.tag), tuple(sorted(map(str, each.attrib))))
        for each in etree.fromstring(body).iter()
    )


def shape_of_json(body: bytes) -> Counter[str]:
    """How often each kind of value stands where."""
    found: Counter[str] = Counter()

    def walk(value: object, where: str) -> None:
        found[f"{where} {type(value).__name__}"] += 1
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(inner, f"{where}.{name}")
        if isinstance(value, list):
            for inner in value:
                walk(inner, f"{where}[]")

    walk(json.loads(body), "")
    return found


def get(address: str, **query: str) -> bytes:
    response = Client().get(address, query)
    assert response.status_code == 200
    return b"".join(response)


def make_list(texts: Sequence[str]) -> ReadingList:
    first = texts[0]
    made = make_reading_list(title=first[:200], description=first)
    ReadingList.objects.filter(pk=made.pk).update(byline=first[:100])
    for text in texts:
        paper = make_paper(title=text, abstract=text, authors=(text,))
        make_entry(reading_list=made, paper=paper, note=text)
        headings.add_heading(made, text[:200], by=None)
    return made


def files_of(texts: Sequence[str]) -> dict[str, bytes]:
    link = sharing.make_link(make_list(texts))
    address = f"/l/{sharing.key_of(link)}/papers."
    return {ending: get(f"{address}{ending}") for ending in list_files.ENDINGS}


@pytest.mark.django_db
@pytest.mark.promise(27)
@pytest.mark.promise(28)
@pytest.mark.promise(38)
@SHARES
def test_feeds_and_files_under_a_link_hold_it_as_text(texts: tuple[str, ...]) -> None:
    harmless = harmless_as(texts)
    files, others = files_of(texts), files_of(harmless)
    assert set(files) == {"atom", "json", "bib", "ris", "csl.json", "csv", "md", "txt"}
    assert shape_of_xml(files["atom"]) == shape_of_xml(others["atom"])
    assert shape_of_json(files["json"]) == shape_of_json(others["json"])
    assert len(json.loads(files["csl.json"])) == len(texts)
    assert len(re.findall(rb"^@\w+\{", files["bib"], re.MULTILINE)) == len(texts)
    for tag in (rb"^TY  - ", rb"^ER  - "):
        assert len(re.findall(tag, files["ris"], re.MULTILINE)) == len(texts)
    assert len(files["txt"].splitlines()) == len(others["txt"].splitlines())
    assert has_no_formula(files["csv"], len(texts))
    assert shape_of_markdown(files["md"]) - shape_of_markdown(others["md"]) == Counter()


def has_no_formula(table: bytes, rows_expected: int) -> bool:
    head, *rows = csv.reader(StringIO(table.decode("utf-8-sig")))
    is_whole = len(rows) == rows_expected and {len(row) for row in rows} == {len(head)}
    return is_whole and not any(_FORMULA.match(cell) for row in rows for cell in row)


def shape_of_markdown(text: bytes) -> Shape:
    """As the most careless renderer shows it, without how many lines and paragraphs there are."""
    shape = shape_of(MarkdownIt("commonmark", {"html": True}).render(text.decode()).encode())
    return Counter({kind: n for kind, n in shape.items() if kind[0] not in ("p", "br")})


@pytest.fixture
def index(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    columns.forget()


def feeds_of_searches(texts: Sequence[str]) -> dict[str, Shape | Counter[str]]:
    """Of one search, and of a followed one whose name is the first text."""
    word = f"kestrel{len(texts[0])}x{abs(hash(texts[0])) % 10**6}"
    for text in texts:
        make_paper(title=f"{text} {word}", abstract=text, authors=(text,))
    index_now()
    key = feed_keys.key_of(follows.follow(make_user(), word, texts[0][:100]))
    return {
        "atom": shape_of_xml(get("/search/feed.atom", q=word)),
        "json": shape_of_json(get("/search/feed.json", q=word)),
        "followed atom": shape_of_xml(get(f"/f/{key}.atom")),
        "followed json": shape_of_json(get(f"/f/{key}.json")),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise(27)
@pytest.mark.promise(28)
@SHARES
def test_feeds_of_searches_hold_it_as_text(index: None, texts: tuple[str, ...]) -> None:
    harmless = harmless_as(texts)
    hostile, others = feeds_of_searches(texts), feeds_of_searches(harmless)
    assert hostile == others
    assert sum(others["atom"].values()) > len(texts)


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise(27)
@SHARES
def test_what_is_searched_for_stays_text_in_the_feed(index: None, texts: tuple[str, ...]) -> None:
    make_paper()
    index_now()
    for text in texts:
        response = Client().get("/search/feed.atom", {"q": text})
        if response["Content-Type"].startswith("application/atom+xml"):
            # An empty feed: its own elements, none of the words.
            named = {name for name, _attributes in shape_of_xml(b"".join(response))}
            known = (
                "feed id title subtitle updated link author name entry published summary category"
            )
            assert {name.rpartition("}")[2] for name in named} <= set(known.split())
        else:
            assert response.status_code in (400, 422)
            assert response["Content-Type"].startswith("text/plain")


def digest_with_lists(
    texts: Sequence[str], client: Client, mailoutbox: list[EmailMultiAlternatives]
) -> tuple[EmailMultiAlternatives, dict[str, Shape]]:
    """An issue of what came into lists that its reader follows or takes part in."""
    reader = make_user(digest_enabled=True, next_due_at=NOW, digest_size=50)
    for number, text in enumerate(texts):
        shown = make_reading_list(title=text[:200])
        if number % 2:
            make_member(reading_list=shown, user=reader)
        else:
            list_follows.follow(reader, sharing.make_link(shown))
        paper = make_paper(title=text, abstract=text, authors=(text,), announced_on=None)
        make_entry(reading_list=shown, paper=paper, note=text)
    Member.objects.update(joined_at=NOW - timedelta(days=2))
    ListFollow.objects.update(created_at=NOW - timedelta(days=2))
    Entry.objects.update(added_at=NOW - timedelta(hours=1))
    for chunk in tick(NOW, NOW).chunks:
        send.deliver(chunk, now=NOW, at=NOW)
    issue, message = Delivery.objects.get(user=reader), mailoutbox[-1]
    assert len(issue.items) == len(texts)
    client.force_login(reader)
    web = client.get(f"/issues/{issue.local_date}/")
    assert web.status_code == 200
    html = str(message.alternatives[0][0])
    return message, {"mail": shape_of(html.encode()), "web": shape_of(web.content)}


@pytest.mark.django_db
@pytest.mark.promise(27)
@pytest.mark.promise(28)
@pytest.mark.promise(37)
@SHARES
def test_a_digest_of_additions_to_lists_holds_it_as_text(
    client: Client, mailoutbox: list[EmailMultiAlternatives], texts: tuple[str, ...]
) -> None:
    harmless = harmless_as(texts)
    hostile, shapes = digest_with_lists(texts, client, mailoutbox)
    plain, others = digest_with_lists(harmless, client, mailoutbox)
    for name, shape in shapes.items():
        assert shape - others[name] == Counter(), name
    assert hostile.message().keys() == plain.message().keys()
    assert "\n" not in str(hostile.message()["Subject"]).replace("\n ", "")
