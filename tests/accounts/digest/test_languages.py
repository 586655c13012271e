"""Each issue in its reader's language, and what is stored of it in none."""

import json

import pytest
from django.core.mail import EmailMessage
from django.utils import translation

from accounts.digest.issues import sections_of
from accounts.digest.items import items_of
from papers.sentences import Sentence
from tests.accounts.digest.test_send import due_reader, only_issue, popular, run

pytestmark = pytest.mark.django_db


def test_readers_of_one_chunk_get_their_own_languages(mailoutbox: list[EmailMessage]) -> None:
    popular()
    german = due_reader(language="de")
    english = due_reader()
    run()
    bodies = {mail.to[0]: mail.body for mail in mailoutbox}
    assert "Dienstag, 3. März 2026" in bodies[german.email]
    assert "Tuesday, 3 March 2026" in bodies[english.email]


def test_a_mail_follows_the_browser_where_no_language_is_chosen(
    mailoutbox: list[EmailMessage],
) -> None:
    popular()
    due_reader(browser_language="de")
    run()
    assert "Dienstag" in str(mailoutbox[0].body)


def test_what_is_stored_is_english_and_says_what_it_is_made_of(
    mailoutbox: list[EmailMessage],
) -> None:
    popular()
    due_reader(language="de")
    with translation.override("de"):
        run()
    (item,) = only_issue().items
    assert item["reason"] == "9 upvotes on Hugging Face"
    assert isinstance(items_of([item])[0].reason, Sentence)


def test_an_issue_of_before_reads_as_it_was_written() -> None:
    paper = popular()
    old = {"paper": paper.pk, "section": "You follow: owls", "reason": "matches owls", "rank": 1}
    (section,) = sections_of(json.loads(json.dumps([old])))
    assert section.heading == "You follow: owls"
    assert section.papers[0].reason == "matches owls"  # type: ignore[attr-defined]
