"""Hostile strings in a list, as a real browser shows them: nothing runs, no rule is met."""

import json

import pytest
from playwright.sync_api import Browser

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
        page.wait_for_load_state("networkidle")
        assert page.locator("main [hx-on\\:click], main [onerror], main script").count() == 0
    assert said == []
