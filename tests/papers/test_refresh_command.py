from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.origin import Origin
from tests.origin.samples import make_batch
from tests.papers.test_refresh import MONDAY

pytestmark = pytest.mark.django_db


def test_it_says_what_came(settings: Settings) -> None:
    settings.ARXIV_CATEGORIES = ["cs.CL"]
    with Origin(papers=make_batch(day=MONDAY, count=2), day=MONDAY) as origin:
        for name, value in origin.settings.items():
            setattr(settings, name, value)
        output = StringIO()
        call_command("refresh", "arxiv_rss:cs.CL", stdout=output)
    assert "arxiv_rss:cs.CL: 2 papers, 2 new" in output.getvalue()


def test_an_unknown_source_is_answered_with_the_names_there_are(settings: Settings) -> None:
    settings.ARXIV_CATEGORIES = ["cs.CL"]
    with pytest.raises(CommandError, match=r"arxiv_rss:cs\.CL, github, huggingface"):
        call_command("refresh", "arxiv_rss:cs.XX")


def test_a_source_that_cannot_be_read_fails_the_command(settings: Settings) -> None:
    settings.ARXIV_CATEGORIES = []
    settings.HUGGINGFACE_URL = "http://127.0.0.1:9/api"
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:9"]
    errors = StringIO()
    with pytest.raises(CommandError, match="4 of 5 sources could not be read"):
        call_command("refresh", stderr=errors)
    assert "huggingface:" in errors.getvalue()
