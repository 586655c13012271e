"""Hostile strings in a list, as a real browser shows them: nothing runs, no rule is met."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.site import Site
from tests.security.strings import HOSTILE, shares

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_MAKE = """
import json, sys
from accounts.models import User
from papers.models import Paper
from readinglists import entries, headings, sharing
from readinglists.models import ReadingList
texts = json.loads({texts!r})
papers = list(Paper.objects.order_by("pk")[: len(texts)])
owner = User.objects.create_user({email!r})
for at in range(0, len(texts), len(papers)):
    some = texts[at : at + len(papers)]
    row = ReadingList.objects.create(
        owner=owner, title=some[0][:200], description=some[0], byline=some[0][:100]
    )
    for text, paper in zip(some, papers):
        entries.add_many(row, [entries.NewEntry(paper.pk, text, (text[:50],))], by=owner)
        headings.add_heading(row, text[:200], by=owner)
    print("/l/" + sharing.key_of(sharing.make_link(row)) + "/")
"""


@pytest.mark.promise(27)
@pytest.mark.promise(28)
@pytest.mark.parametrize("texts", shares(len(HOSTILE)))
def test_shared_lists_run_nothing_and_meet_no_rule_of_the_policy(
    browser: Browser, site: Site, texts: tuple[str, ...]
) -> None:
    code = _MAKE.format(texts=json.dumps(texts), email=f"hostile{len(texts)}@example.org")
    paths = site.manage("shell", "--no-imports", "-c", code).split()
    page, said = browser.new_page(), []
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    page.on("console", lambda message: said.append(message.text))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.log('policy: ' + e.blockedURI))"
    )
    assert paths
    for path in paths:
        page.goto(f"{site.url}{path}")
        assert page.locator("main [hx-on\\:click], main [onerror], main script").count() == 0
    page.wait_for_load_state("networkidle")
    assert said == []


_SEND = """
import json
from collections.abc import Iterator
from django.utils import timezone
from papers.feeds.records import AnnouncementRecord, PaperRecord
from papers.ingest import ingest
from papers.models import Paper, TextSource
texts = json.loads({texts!r})
today = timezone.now().date()
ingest(
    iter([
        PaperRecord(
            arxiv_id="2611.9{{:04}}".format(number), title="hostilepaper " + text,
            abstract="hostilepaper " + text + " and $x < y$", authors=("Ada " + text, text),
            categories=("eess.SP",), comment=text, journal_ref=text,
            announcements=(AnnouncementRecord("eess.SP", today, "new"),), listed_on=today,
        )
        for number, text in enumerate(texts)
    ]),
    text_source=TextSource.ARXIV, today=today,
)
for paper in Paper.objects.filter(arxiv_id__startswith="2611.9").order_by("pk"):
    print(paper.get_absolute_url())
"""
_TAKE_BACK = """
from papers.models import Paper
Paper.objects.filter(arxiv_id__startswith="2611.9").delete()
"""
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAPER_TEXTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></textarea><svg onload=alert(1)>",
    "{{ 7*7 }} {% debug %} javascript:alert(1)",
    "\u202e\u2066gnihton\u2069 \u202dright to left overridden",
    "W" * 250,
)


@pytest.fixture
def sent_papers(site: Site) -> Iterator[list[str]]:
    """The addresses of papers that hold these texts wherever a source's words are shown."""
    yield site.manage(
        "shell", "--no-imports", "-c", _SEND.format(texts=json.dumps(PAPER_TEXTS))
    ).split()
    site.manage("shell", "--no-imports", "-c", _TAKE_BACK)


@pytest.mark.promise(27)
@pytest.mark.promise(28)
def test_papers_as_a_source_may_send_them_run_nothing_and_stay_within_the_page(
    browser: Browser, site: Site, sent_papers: list[str]
) -> None:
    assert len(sent_papers) == len(PAPER_TEXTS)
    page, said = browser.new_page(viewport={"width": 390, "height": 844}), []
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    page.on("console", lambda message: said.append(message.text))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.log('policy: ' + e.blockedURI))"
    )

    def look_at(path: str) -> None:
        page.goto(f"{site.url}{path}")
        assert page.locator("main [onerror], main [onload], main script:not([src])").count() == 0
        assert page.evaluate(_SIDEWAYS) <= 0, path
        assert said == [], path

    authors: list[str] = []
    for path, text in zip(sent_papers, PAPER_TEXTS, strict=True):
        look_at(path)
        if text.isascii():
            assert text in page.locator("h1").inner_text()
        authors += page.eval_on_selector_all(
            "main a[href^='/author/']", "links => links.map(link => link.getAttribute('href'))"
        )
    assert len(authors) > len(PAPER_TEXTS)
    wait_for_results(page, f"{site.url}/search/?q=hostilepaper")
    for path in ("/search/?q=hostilepaper", "/", "/new/", "/new/eess.SP/", *authors[:6]):
        look_at(path)
    page.wait_for_load_state("networkidle")
    assert said == []


def wait_for_results(page: Page, address: str) -> None:
    """The follower has yet to read the papers."""
    for _try in range(60):
        page.goto(address)
        if page.locator("main article").count():
            return
        page.wait_for_timeout(500)
    raise AssertionError("The papers are not found.")
