from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import Settings

from accounts.digest import choose, followed, ledger, send
from accounts.digest.items import TRENDING, Choice
from accounts.digest.near import Near
from accounts.digest.readers import Reader
from accounts.digest.tick import tick
from accounts.models import Delivery, Follow, User
from papers.models import Paper, PaperStats
from papers.search import columns
from papers.search.follower import index_now
from tests.factories import make_follow, make_match, make_paper, make_user

NOW = datetime.now(UTC)
TODAY = NOW.date()
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    columns.forget()


def find_nothing(those: Sequence[Reader]) -> dict[int, Sequence[Near]]:
    return {}


def choose_for(user: User) -> Choice:
    return choose.choose([user], NOW, find_nothing)[user.pk]


@pytest.fixture(autouse=True)
def interest() -> None:
    """Somebody shows interest in something: a site without any fills issues with what is new."""
    make_paper(title="Loved", announced_on=TODAY, popularity=1.0)
    PaperStats.objects.update(risen_on=None)


def shown(choice: Choice) -> list[tuple[str, str]]:
    titles = dict(Paper.objects.values_list("pk", "title"))
    found = [(item.section, titles[item.paper]) for item in choice.items]
    return [(section, title) for section, title in found if title != "Loved"]


def came(follow: Follow, title: str, *, at: datetime = NOW, score: float = 0.0) -> Paper:
    paper = make_paper(title=title, announced_on=TODAY, score=score)
    make_match(follow=follow, paper=paper, at=at)
    return paper


def had_issue(user: User, *papers: Paper, at: datetime) -> None:
    items = [{"paper": paper.pk} for paper in papers]
    state = Delivery.State.SENT
    ledger.new_delivery(user, at.date(), at, state=state, finished_at=at, items=items).save()


def test_each_search_is_a_section_with_its_name() -> None:
    reader = make_user()
    wrens = make_follow(user=reader, query="wren", name="Small birds")
    owls = make_follow(user=reader, query="owl", name="Night birds")
    came(wrens, "A wren")
    came(owls, "A dull owl")
    came(owls, "A fine owl", score=3.0)
    choice = choose_for(reader)
    assert shown(choice) == [
        ("You follow: Night birds", "A fine owl"),
        ("You follow: Night birds", "A dull owl"),
        ("You follow: Small birds", "A wren"),
    ]
    assert [item.reason for item in choice.items[:3]] == [
        "matches owl",
        "matches owl",
        "matches wren",
    ]
    assert [item.rank for item in choice.items[:3]] == [1, 2, 3]


def test_a_paper_of_two_searches_comes_once() -> None:
    reader = make_user()
    paper = came(make_follow(user=reader, query="owl"), "An owl and a wren")
    make_match(follow=make_follow(user=reader, query="wren"), paper=paper, at=NOW)
    assert len(shown(choose_for(reader))) == 1


def test_a_trending_paper_that_matches_comes_once_under_its_search() -> None:
    reader = make_user()
    paper = make_paper(title="An owl", announced_on=TODAY, upvotes=9, popularity=9.0, score=9.0)
    make_match(follow=make_follow(user=reader, query="owl"), paper=paper, at=NOW)
    assert shown(choose_for(reader)) == [("You follow: owl", "An owl")]


def test_only_what_matched_since_the_last_issue_comes() -> None:
    reader = make_user()
    owls = make_follow(user=reader, query="owl")
    had_issue(reader, at=NOW - timedelta(days=1))
    came(owls, "Before", at=NOW - timedelta(days=1, hours=1))
    came(owls, "After", at=NOW - timedelta(hours=23))
    assert shown(choose_for(reader)) == [("You follow: owl", "After")]


def test_what_was_mailed_or_is_gone_does_not_come() -> None:
    reader = make_user()
    owls = make_follow(user=reader, query="owl")
    had_issue(reader, came(owls, "Mailed"), at=NOW - timedelta(days=1))
    Paper.objects.filter(pk=came(owls, "Withdrawn").pk).update(withdrawn_at=NOW)
    assert shown(choose_for(reader)) == []


def test_a_search_out_of_the_digest_and_anothers_do_not_come() -> None:
    reader = make_user()
    owls = make_follow(user=reader, query="owl")
    came(owls, "An owl")
    came(make_follow(query="wren"), "A wren")
    Follow.objects.filter(pk=owls.pk).update(in_digest=False)
    assert shown(choose_for(reader)) == []


def test_searches_share_half_of_the_issue_and_take_what_is_free() -> None:
    reader = make_user(digest_size=5)
    owls, wrens = make_follow(user=reader, query="owl"), make_follow(user=reader, query="wren")
    for number in range(3):
        came(owls, f"Owl {number}", score=-number)
        came(wrens, f"Wren {number}", score=-number)
    assert [title for _section, title in shown(choose_for(reader))] == [
        "Owl 0",
        "Owl 1",
        "Wren 0",
        "Wren 1",
    ]
    for number in range(4):
        make_paper(announced_on=TODAY, upvotes=9, popularity=9.0, score=9.0 - number)
    sections = [section for section, _title in shown(choose_for(reader))]
    owl, wren = "You follow: owl (2 of 3)", "You follow: wren (1 of 3)"
    assert sections == [owl, owl, wren, TRENDING, TRENDING]


@pytest.mark.django_db(transaction=True)
def test_what_changes_is_asked_when_choosing() -> None:
    reader = make_user()
    make_follow(user=reader, query="owl votes:>3")
    liked, other = [make_paper(title=f"Owl {n}", announced_on=TODAY) for n in range(2)]
    index_now()
    assert shown(choose_for(reader)) == []
    PaperStats.objects.filter(paper=liked).update(votes=4)
    columns.forget()
    assert shown(choose_for(reader)) == [("You follow: owl votes:>3", "Owl 0")]
    had_issue(reader, liked, at=NOW - timedelta(hours=1))
    PaperStats.objects.filter(paper=other).update(votes=9)
    columns.forget()
    assert [title for _section, title in shown(choose_for(reader))] == ["Owl 1"]


def test_without_an_index_the_other_searches_still_come() -> None:
    reader = make_user()
    make_follow(user=reader, query="owl votes:>3")
    came(make_follow(user=reader, query="wren"), "A wren")
    assert shown(choose_for(reader)) == [("You follow: wren", "A wren")]


def test_a_search_that_cannot_be_asked_takes_nothing_from_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reader = make_user()
    make_follow(user=reader, query="owl votes:>3")
    came(make_follow(user=reader, query="wren"), "A wren")
    monkeypatch.setattr(followed, "search", lambda *_args, **_named: 1 // 0)
    assert shown(choose_for(reader)) == [("You follow: wren", "A wren")]
    assert "cannot be asked" in caplog.text


def test_many_readers_cost_no_more_queries_than_one(
    django_assert_max_num_queries: Any,
) -> None:
    users = [make_user() for _number in range(5)]
    owls = [make_follow(user=user, query="owl") for user in users]
    came(owls[0], "An owl")
    with django_assert_max_num_queries(11):
        choices = choose.choose(users, NOW, find_nothing)
    assert all(len(shown(choice)) == 1 for choice in choices.values())


def test_mail_and_web_copy_bear_the_name_of_the_search(
    mailoutbox: list[EmailMultiAlternatives], client: Client
) -> None:
    reader = make_user(digest_enabled=True, next_due_at=NOW)
    came(make_follow(user=reader, query="owl", name="Owls & <more>"), "An owl")
    for chunk in tick(NOW, NOW).chunks:
        send.deliver(chunk, now=NOW, at=NOW)
    assert "YOU FOLLOW: OWLS & <MORE>" in str(mailoutbox[0].body)
    html = str(mailoutbox[0].alternatives[0][0])
    client.force_login(reader)
    # In the evening the next usual issue, under twelve hours away, is entered as skipped beside it.
    sent = Delivery.objects.get(state=Delivery.State.SENT)
    web = client.get(f"/issues/{sent.local_date}/").content.decode()
    for shown_there in (html, web):
        assert "You follow: Owls &amp; &lt;more&gt;" in shown_there
        assert "matches owl" in shown_there
