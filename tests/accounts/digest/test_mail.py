import email
import re
from datetime import UTC, date, datetime
from email import policy
from email.message import EmailMessage as Parsed
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from accounts.digest import ledger, mail
from accounts.digest.items import NEAR, TRENDING, Item
from accounts.digest.links import JUDGE
from accounts.models import Delivery
from papers.models import Paper
from tests.factories import make_paper, make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL, settings.SITE_NAME = "https://papers.example.org", "Broadsheet"
    settings.DIGEST_FROM_EMAIL = "digest@papers.example.org"


def delivery(**fields: Any) -> Delivery:
    return ledger.new_delivery(make_user(**fields), date(2026, 3, 3), NOW)


def build(*papers: Paper, reason: str = "46 upvotes", **options: Any) -> mail.DigestMessage:
    items = [Item(paper.pk, TRENDING, reason, rank) for rank, paper in enumerate(papers, start=1)]
    found = mail.read_papers(paper.pk for paper in papers)
    return mail.build(options.pop("to", None) or delivery(), items, found, **options)


def parse(message: mail.DigestMessage) -> Parsed:
    return email.message_from_bytes(message.message().as_bytes(), policy=policy.default)


def test_subject_says_what_is_inside() -> None:
    message = build(make_paper(title="First Title"), make_paper(), make_paper())
    assert message.subject == "First Title and 2 more papers"


def test_subject_of_a_single_paper_is_its_title() -> None:
    assert build(make_paper(title="Only <One>")).subject == "Only <One>"


def test_long_title_leaves_room_in_the_subject() -> None:
    subject = str(build(make_paper(title="word " * 100), make_paper()).subject)
    assert len(subject) < 140
    assert subject.endswith("… and 1 more paper")


@pytest.mark.promise(40)
def test_header_set_is_that_of_a_list() -> None:
    issue = delivery()
    parsed = parse(build(make_paper(), to=issue))
    assert parsed["Message-ID"] == issue.message_id
    assert parsed["Message-ID"].endswith("@papers.example.org>")
    assert parsed["List-Id"] == "Broadsheet daily digest <digest.papers.example.org>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed["List-Unsubscribe"].strip().startswith("<https://papers.example.org/unsubscribe/")
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Precedence"] is None
    assert parsed["From"] == "Broadsheet <digest@papers.example.org>"


@pytest.mark.promise(40)
def test_text_comes_before_html() -> None:
    parts = [part.get_content_type() for part in parse(build(make_paper())).iter_parts()]
    assert parts == ["text/plain", "text/html"]


@pytest.mark.promise(37)
@pytest.mark.parametrize("breaker", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
def test_line_breaks_cannot_add_a_header(breaker: str) -> None:
    paper = make_paper(title=f"Good{breaker}Bcc: victim@example.org")
    parsed = parse(build(paper))
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == "Good Bcc: victim@example.org"


@pytest.mark.promise(37)
def test_site_name_cannot_break_the_sender(settings: Settings) -> None:
    settings.SITE_NAME = 'Lab "A" <x@example.org>\r\nBcc: v@example.org'
    parsed = parse(build(make_paper()))
    assert parsed["Bcc"] is None
    assert parsed["From"].addresses[0].addr_spec == "digest@papers.example.org"


@pytest.mark.promise(27)
def test_html_of_a_title_is_shown_not_run() -> None:
    html = build(make_paper(title="<script>alert(1)</script> & Co")).html
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in html


def test_text_is_not_escaped() -> None:
    body = str(build(make_paper(title="P < 0.05 & more")).body)
    assert "1. P < 0.05 & more" in body


def test_both_parts_say_the_same_things(settings: Settings) -> None:
    paper = make_paper(
        title="A Title", authors=("Ada Moor",), abstract="Its words.", categories=("cs.CL",)
    )
    message = build(paper, reason="because you saved “X”")
    url = f"https://papers.example.org/paper/{paper.arxiv_id}/"
    for part in (str(message.body), message.html):
        for said in ("A Title", "Ada Moor", "Its words.", "cs.CL", "because you saved “X”", url):
            assert said in part


def test_foot_tells_why_and_the_way_out() -> None:
    issue = delivery()
    message = build(make_paper(), to=issue)
    for part in (str(message.body), message.html):
        assert f"because {issue.user.email} is subscribed" in part
        for path in ("/issues/2026-03-03/", f"/manage/{issue.user.pk}.20260303.", "/unsubscribe/"):
            assert f"https://papers.example.org{path}" in part


def test_the_link_in_the_foot_opens_the_settings_of_its_reader(client: Client) -> None:
    message = build(make_paper(), to=delivery(email="ada@example.org"))
    found = re.search(r"https://papers.example.org(/manage/\S+)", str(message.body))
    assert found
    assert f'href="https://papers.example.org{found[1]}"' in message.html
    with time_machine.travel(NOW):
        assert "a…@example.org" in client.get(found[1]).content.decode()


def test_sections_have_headings() -> None:
    paper = make_paper()
    items = [Item(paper.pk, NEAR, "because you saved “X”", 1)]
    message = mail.build(delivery(), items, mail.read_papers([paper.pk]))
    assert "Near what you saved and voted for" in message.html
    assert "NEAR WHAT YOU SAVED AND VOTED FOR" in str(message.body)


def test_reader_of_plain_text_gets_no_html() -> None:
    paper, issue = make_paper(), delivery()
    items = [Item(paper.pk, TRENDING, "7 upvotes", 1)]
    html = mail.build(issue, items, mail.read_papers([paper.pk]))
    issue.user.digest_text_only = True
    text = mail.build(issue, items, mail.read_papers([paper.pk]))
    assert [part.get_content_type() for part in text.message().walk()] == ["text/plain"]
    assert text.body == html.body
    assert html.message().is_multipart()


def test_each_paper_has_a_link_that_stands_for_the_reader() -> None:
    paper, issue = make_paper(), delivery()
    items = [Item(paper.pk, TRENDING, "7 upvotes", 1)]
    message = mail.build(issue, items, mail.read_papers([paper.pk]))
    link = f"/judge/{JUDGE.token_for(issue.user, issue.local_date)}/{paper.pk}/"
    for content in (message.html, str(message.body)):
        assert content.count(link) == 1


class _Outside(HTMLParser):
    """Collects what a mail program would fetch, and elements without an inlined style."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.styled: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.fetched += [str(values[name]) for name in ("src", "background") if name in values]
        if tag == "link":
            self.fetched.append(str(values.get("href")))
        if values.get("style"):
            self.styled.add(tag)


def test_html_fetches_nothing_and_carries_its_style() -> None:
    found = _Outside()
    found.feed(build(make_paper()).html)
    assert found.fetched == []
    assert {"body", "div", "h2", "h3", "p", "a"} <= found.styled


def test_dark_mode_rules_survive_the_inlining() -> None:
    assert "prefers-color-scheme: dark" in build(make_paper()).html


@pytest.mark.parametrize("letter", ["x", "é", "文"])
def test_largest_issue_stays_under_100_kb(letter: str) -> None:
    long = {"title": letter * 290, "abstract": (letter * 9 + " ") * 50, "authors": (letter * 290,)}
    papers = [make_paper(**long) for _ in range(50)]  # type: ignore[arg-type]
    message = build(*papers, reason=letter * 120)
    assert message.size_bytes() < 100_000
    assert message.size_bytes() > 30_000
    assert str(message.subject).endswith("49 more papers")


def test_abstracts_go_from_the_end_first() -> None:
    papers = [make_paper(abstract="long word " * 50, title="文" * 290) for _ in range(40)]
    cards = build(*papers).html.split("<h3")[1:]
    shown = ["long word" in card for card in cards]
    assert shown == sorted(shown, reverse=True)
    assert not shown[-1]


def test_deleted_paper_is_left_out() -> None:
    kept, gone = make_paper(title="Kept"), make_paper(title="Gone")
    items = [Item(kept.pk, TRENDING, "", 1), Item(gone.pk, TRENDING, "", 2)]
    message = mail.build(delivery(), items, mail.read_papers([kept.pk]))
    assert message.subject == "Kept"
    assert "Gone" not in message.html


def test_issue_without_papers_is_refused() -> None:
    with pytest.raises(ValueError, match="without papers"):
        mail.build(delivery(), [], {})


def test_same_content_has_the_same_hash() -> None:
    paper, issue = make_paper(), delivery()
    issue.user.save()
    assert build(paper, to=issue).content_hash == build(paper, to=issue).content_hash
    assert build(paper, to=issue).content_hash != build(make_paper(), to=issue).content_hash


def test_tex_is_shown_in_plain_characters() -> None:
    paper = make_paper(title=r"Schr\"odinger's $x^2$", abstract=r"Of \emph{owls} at $\delta<1$.")
    message = build(paper)
    assert message.subject == "Schrödinger's x²"
    assert "Of owls at δ<1." in str(message.body)
    assert "Of owls at δ&lt;1." in message.html
    assert "<math" not in message.html
