import re
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone
from django.utils.safestring import SafeString
from pytest_django import DjangoAssertNumQueries

from papers import cards
from papers.cards import Onlooker, render_actions, render_card
from papers.marks import Marks
from papers.models import Paper
from tests.factories import make_paper

VISITOR = Onlooker("/search/?q=a b&page=2")

pytestmark = pytest.mark.django_db


def test_what_authors_write_is_escaped() -> None:
    card = render_card(make_paper(title="<b>Owls</b>", authors=("<i>",)), VISITOR)
    assert "<b>" not in card
    assert "<i>" not in card
    assert "&lt;b&gt;Owls&lt;/b&gt;" in card


def test_words_asked_for_take_the_place_of_title_and_abstract() -> None:
    marked = SafeString("<mark>Owls</mark>")
    card = render_card(make_paper(abstract="Long."), VISITOR, title=marked, abstract=marked)
    assert card.count(marked) == 2
    assert "Long." not in card


def test_visitor_who_votes_is_led_back_after_the_login() -> None:
    assert "?next=/search/%3Fq%3Da%20b%26page%3D2" in render_actions(make_paper(), VISITOR)


def test_reader_sees_what_they_did() -> None:
    paper = make_paper()
    marks = Marks(voted=frozenset({paper.pk}), saved=frozenset({paper.pk}))
    buttons = render_actions(paper, Onlooker("/", is_reader=True, marks=marks))
    assert 'aria-pressed="true"' in buttons
    assert "Saved" in buttons


def test_visitor_has_nothing_to_save_with() -> None:
    assert "save-button" not in render_actions(make_paper(), VISITOR)


@pytest.mark.parametrize(("stars", "shown"), [(1, "1 star<"), (1200, "1,200 stars<")])
def test_stars_are_counted(stars: int, shown: str) -> None:
    assert shown in render_card(make_paper(stars=stars), VISITOR)


def test_paper_without_stats_has_no_votes() -> None:
    paper = Paper(pk=1, title="Owls")
    assert '<span class="vote-count">0</span>' in render_card(paper, VISITOR)


def test_day_is_that_of_the_announcement() -> None:
    card = render_card(make_paper(announced_on=date(2026, 3, 2)), VISITOR)
    assert '<time datetime="2026-03-02">2 Mar 2026</time>' in card


def test_day_of_submission_is_told_in_the_readers_time_zone() -> None:
    submitted_at = datetime(2026, 3, 1, 23, tzinfo=UTC)
    paper = make_paper(announced_on=None, submitted_at=submitted_at)
    with timezone.override("Asia/Tokyo"):
        assert "2 Mar 2026" in render_card(paper, VISITOR)


def test_card_of_a_search_asks_the_database_for_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_paper(stars=3, upvotes=4, abstract="")
    paper = Paper.objects.for_snippets().get()
    with django_assert_num_queries(0):
        render_card(paper, Onlooker("/", is_reader=True), abstract=SafeString(paper.abstract))


def test_a_card_kept_for_others_changes_with_its_paper() -> None:
    paper = make_paper(title="Owls")
    render_card(paper, VISITOR)
    paper.title = "Kestrels"
    assert "Kestrels" in render_card(paper, VISITOR)


def test_buttons_kept_for_others_show_what_this_reader_did() -> None:
    paper = make_paper()
    render_actions(paper, Onlooker("/", is_reader=True))
    marks = Marks(seen=frozenset({paper.pk}))
    seen = render_actions(paper, Onlooker("/", is_reader=True, marks=marks))
    assert seen.count('aria-pressed="true"') == 1


def test_a_visitors_buttons_lead_back_to_their_own_page() -> None:
    paper = make_paper()
    render_actions(paper, Onlooker("/new/"))
    assert "?next=/trending/" in render_actions(paper, Onlooker("/trending/"))


def test_buttons_are_those_of_this_paper_alone() -> None:
    reader = Onlooker("/", is_reader=True)
    first = render_actions(make_paper(title="Owls"), reader)
    paper = make_paper(title="<b>K</b> & $x^2$", votes=3)
    buttons = render_actions(paper, reader)
    assert "Owls" in first
    assert "Owls" not in buttons
    assert "&lt;b&gt;K&lt;/b&gt; &amp; x²" in buttons
    assert '<span class="vote-count">3</span>' in buttons
    assert set(re.findall(r"[0-9]{2,}", buttons)) <= {str(paper.pk)}
    assert f"/paper/number/{paper.pk}/vote/" in buttons


def test_a_path_or_title_that_looks_like_a_place_to_fill_in_stays_as_it_is() -> None:
    paper = make_paper(title=f"{cards._VOTES} {cards._NUMBER}")
    buttons = render_actions(paper, Onlooker("/", is_reader=True))
    assert buttons.count(paper.title) == 4
