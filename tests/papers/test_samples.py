from datetime import date

import pytest
from django.core.management import call_command
from django.test import Client

from papers.models import (
    Announcement,
    Paper,
    PaperIdentifier,
    PaperStats,
    PaperTombstone,
    Standing,
    TextSource,
)
from papers.samples import load_samples, remove_samples
from tests.factories import make_paper

pytestmark = pytest.mark.django_db

SUNDAY = date(2026, 3, 8)


def test_samples_are_marked_and_have_no_arxiv_id() -> None:
    assert load_samples(today=SUNDAY) == 40
    assert Paper.objects.filter(text_source=TextSource.SAMPLE, arxiv_id=None).count() == 40
    assert not PaperIdentifier.objects.exists()


def test_samples_are_spread_over_the_last_announcement_days() -> None:
    load_samples(today=SUNDAY)
    days = Announcement.objects.dates("announced_on", "day")
    assert list(days) == [date(2026, 3, day) for day in (2, 3, 4, 5, 6)]


def test_some_samples_trend_more_than_others() -> None:
    load_samples(today=SUNDAY)
    popularity = Standing.objects.filter(ranking="now", category="").order_by("-value")
    upvotes = [PaperStats.objects.get(paper=each.paper_id).upvotes for each in popularity]
    assert upvotes[0] is not None
    assert upvotes[-1] is None


def test_each_list_has_samples() -> None:
    load_samples(today=SUNDAY)
    assert set(Standing.objects.values_list("ranking", flat=True)) >= {
        "now",
        "week",
        "month",
        "all",
    }


def test_second_load_adds_none() -> None:
    load_samples(today=SUNDAY)
    assert load_samples(today=SUNDAY) == 0
    assert Paper.objects.count() == 40


def test_removing_leaves_real_papers() -> None:
    real = make_paper()
    load_samples(today=SUNDAY)
    assert remove_samples() == 40
    assert list(Paper.objects.all()) == [real]
    assert PaperTombstone.objects.count() == 40


def test_samples_can_be_loaded_again_after_removal() -> None:
    load_samples(today=SUNDAY)
    remove_samples()
    assert load_samples(today=SUNDAY) == 40


def test_commands_say_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("loadsamples", "loadsamples", "removesamples", "removesamples"):
        call_command(command)
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == ["40", "The", "40", "0"]


def test_page_of_a_sample_says_that_it_is_invented(client: Client) -> None:
    load_samples(today=SUNDAY)
    page = client.get(Paper.objects.all()[0].get_absolute_url())
    assert "invented sample" in page.content.decode()
