import pytest
from django.core.management import call_command
from django.db import connection

from papers.models import Paper
from papers.search.engine import search
from papers.search.follower import index_now
from papers.search.language import parse
from tests.factories import make_paper

pytestmark = pytest.mark.django_db(transaction=True)


def find(text: str) -> int:
    return search(parse(text), limit=5).total


def restore_older_title(paper: Paper) -> None:
    """As a restored dump does it: the row of before comes back with its old stamp."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE papers_paper DISABLE TRIGGER papers_paper_stamp")
        cursor.execute("UPDATE papers_paper SET title = 'On owls' WHERE id = %s", [paper.pk])
        cursor.execute("ALTER TABLE papers_paper ENABLE TRIGGER papers_paper_stamp")


def test_a_new_epoch_lets_the_index_be_built_anew() -> None:
    paper = make_paper(title="On kestrels")
    index_now()
    restore_older_title(paper)
    index_now()
    assert find("kestrels") == 1
    call_command("index", "--new-epoch")
    index_now()
    assert (find("kestrels"), find("owls")) == (0, 1)
