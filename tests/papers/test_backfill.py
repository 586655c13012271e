from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from papers import harvest
from papers.harvest import Progress
from papers.models import Harvest
from tests.factories import make_paper, make_source, make_user

pytestmark = pytest.mark.django_db

PAGE = "/sources/backfill/"
GOOD = {"interface": "oai_raw", "scope": "cs", "first_month": "2024-01", "last_month": ""}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user(is_staff=True))
    return client


def make_harvest(**fields: object) -> Harvest:
    given: dict[str, Any] = {"interface": "oai", "scope": "cs", "first_on": date(2024, 1, 1)}
    return Harvest.objects.create(**(given | {"window_first_on": date(2024, 1, 1)} | fields))


def test_a_backfill_is_started_as_the_form_says(admin: Client) -> None:
    admin.post(f"{PAGE}start/", GOOD | {"last_month": "2024-02"})
    started = Harvest.objects.get()
    assert (started.interface, started.scope) == ("oai_raw", "cs:cs")
    assert (started.first_on, started.last_on) == (date(2024, 1, 1), date(2024, 2, 29))
    assert started.earliest_month == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("typed", "scope"),
    [
        ("cs.LG", "cs:cs:LG"),
        ("cs:cs:LG", "cs:cs:LG"),
        ("hep-th", "physics:hep-th"),
        (" math ", "math:math"),
    ],
)
def test_a_set_is_named_as_arxiv_names_it(admin: Client, typed: str, scope: str) -> None:
    admin.post(f"{PAGE}start/", GOOD | {"scope": typed})
    assert Harvest.objects.get().scope == scope


def test_a_category_newer_than_the_list_is_known_by_its_papers(admin: Client) -> None:
    make_paper(categories=("cs.ZZ",))
    admin.post(f"{PAGE}start/", GOOD | {"scope": "cs.ZZ"})
    assert Harvest.objects.get().scope == "cs:cs:ZZ"


@pytest.mark.parametrize("state", ["running", "paused"])
def test_the_same_backfill_is_not_begun_twice(admin: Client, state: str) -> None:
    admin.post(f"{PAGE}start/", GOOD)
    Harvest.objects.update(state=state)
    response = admin.post(f"{PAGE}start/", GOOD)
    shown = response.content.decode()
    begun = f"backfill-{Harvest.objects.get().pk}"
    assert "being read already" in shown
    assert f'<a href="{PAGE}#{begun}">' in shown
    assert f'id="{begun}"' in shown
    assert Harvest.objects.count() == 1
    Harvest.objects.update(state="done")
    admin.post(f"{PAGE}start/", GOOD)
    assert Harvest.objects.count() == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--set", "nope"], "category of arXiv"),
        (["--set", "math:cs:LG"], "no set"),
        (["--set", "cs:cs:NOPE"], "no category “cs.NOPE”"),
        (["--set", "cs.lg", "--interface", "api"], "no category “cs.lg”"),
        (["--set", "cs", "--interface", "api"], "read by category"),
        (["--set", "cs", "--from", "soon"], "no month or day"),
    ],
)
def test_the_command_refuses_in_the_same_words(options: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("backfill", "--from", "2024-01", "--background", *options)


def test_the_command_goes_on_with_what_the_page_began(admin: Client) -> None:
    admin.post(f"{PAGE}start/", GOOD | {"scope": "cs.LG"})
    call_command("backfill", "--from", "2024-01", "--set", "cs.LG", "--background")
    assert Harvest.objects.get().scope == "cs:cs:LG"


def test_papers_older_than_oai_pmh_are_found_by_their_changes(admin: Client) -> None:
    admin.post(f"{PAGE}start/", GOOD | {"first_month": "1999-01"})
    started = Harvest.objects.get()
    assert (started.first_on, started.earliest_month) == (date(2005, 9, 16), date(1999, 1, 1))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"first_month": ""}, "This field is required"),
        ({"first_month": "January"}, "Write a month as in 2024-01"),
        ({"first_month": "2024-13"}, "Write a month as in 2024-01"),
        ({"first_month": "1991-06"}, "arXiv began in 1991-07"),
        ({"first_month": "9999-12"}, "has not begun yet"),
        ({"last_month": "2023-12"}, "comes before the first"),
        ({"scope": "cats"}, "category of arXiv"),
        ({"scope": ""}, "This field is required"),
        ({"interface": "api", "scope": "cs"}, "read by category"),
        ({"interface": "api", "scope": "cs:cs:LG"}, "read by category"),
        ({"scope": "math:cs:LG"}, "arXiv has no set"),
        ({"scope": "cs:cs:LG:x"}, "arXiv has no set"),
        ({"scope": "cats:cats"}, "category of arXiv"),
        ({"scope": "cs:cs:NOPE"}, "no category “cs.NOPE”"),
        ({"interface": "telepathy"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    admin: Client, wrong: dict[str, str], words: str
) -> None:
    response = admin.post(f"{PAGE}start/", GOOD | wrong)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Harvest.objects.exists()


def test_a_refusal_of_the_domain_is_shown(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_given: object) -> None:
        raise ValueError("This is being read already.")

    monkeypatch.setattr(harvest, "start_backfill", refuse)
    response = admin.post(f"{PAGE}start/", GOOD)
    assert "This is being read already." in response.content.decode()


def test_the_page_shows_how_far_each_is(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_harvest(pages=12, received=15_000, created=9_000, problems=["Record 3: no title."])
    progress = Progress(share=0.25, records_a_second=41.66, remaining=timedelta(minutes=90))
    monkeypatch.setattr(harvest, "progress", lambda row, now: progress)
    shown = admin.get(PAGE).content.decode()
    for words in ('value="25"', "15,000 read", "9,000 new", "41.7 a second", "1\xa0hour"):
        assert words in shown
    assert "Record 3: no title." in shown


def test_the_page_is_looked_at_again_only_while_one_runs(admin: Client) -> None:
    make_harvest(state="done")
    assert "every 4s" not in admin.get(PAGE).content.decode()
    make_harvest()
    response = admin.get(PAGE, headers={"HX-Request": "true"})
    assert "every 4s" in response.content.decode()
    assert "<html" not in response.content.decode()
    assert "HX-Request" in response["Vary"]


def test_a_nightly_repair_is_no_backfill(admin: Client) -> None:
    repair = make_harvest(source=make_source(kind="arxiv_oai", key="cs.LG"))
    assert "No backfill has been started" in admin.get(PAGE).content.decode()
    assert admin.post(f"{PAGE}{repair.pk}/stop/").status_code == 404


@pytest.mark.parametrize(
    ("before", "act", "after"),
    [
        ("running", "pause", "paused"),
        ("paused", "resume", "running"),
        ("paused", "stop", "stopped"),
    ],
)
def test_a_backfill_is_paused_resumed_and_stopped(
    admin: Client, before: str, act: str, after: str
) -> None:
    row = make_harvest(state=before)
    assert admin.post(f"{PAGE}{row.pk}/{act}/")["Location"] == PAGE
    row.refresh_from_db()
    assert row.state == after


@pytest.mark.parametrize("act", ["pause", "resume", "stop"])
def test_only_an_administrator_may_and_only_by_post(client: Client, act: str) -> None:
    row = make_harvest()
    client.force_login(make_user())
    assert client.post(f"{PAGE}{row.pk}/{act}/").status_code == 404
    client.force_login(make_user(is_staff=True))
    assert client.get(f"{PAGE}{row.pk}/{act}/").status_code == 405
    row.refresh_from_db()
    assert row.state == "running"


def test_to_everybody_else_the_page_is_not_there(client: Client) -> None:
    assert client.get(PAGE).status_code == 404
    client.force_login(make_user())
    assert client.post(f"{PAGE}start/", GOOD).status_code == 404
    assert not Harvest.objects.exists()


def test_the_command_says_whom_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was killed keeps its page until the lease ends."""
    until = timezone.now() + timedelta(minutes=4)
    row = make_harvest(scope="cs:cs", interface="oai_raw", leased_until=until)

    def end_it(_seconds: float) -> None:
        Harvest.objects.update(state="stopped")

    monkeypatch.setattr("time.sleep", end_it)
    shown: list[str] = []
    monkeypatch.setattr("tqdm.tqdm.set_postfix_str", lambda bar, text: shown.append(text))
    call_command("backfill", "--from", "2024-01", "--set", "cs")
    row.refresh_from_db()
    assert row.state == "stopped"
    assert f"until {until:%H:%M} UTC at most" in shown[0]
