from dataclasses import astuple

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from papers import ranking
from papers.models import RefusedSignal, WeightChange
from tests.factories import make_paper, make_signal, make_user

pytestmark = pytest.mark.django_db
ADD = "/admin/papers/weightchange/add/"


def page(client: Client) -> str:
    return client.get("/ranking/").content.decode()


@pytest.fixture
def administrator(client: Client) -> User:
    user = User.objects.create_superuser("admin@example.org", "a long passphrase")
    client.force_login(user)
    return user


def test_it_shows_the_weights_in_force(client: Client) -> None:
    for weight in astuple(ranking.DEFAULT_WEIGHTS):
        assert str(weight) in page(client)
    assert "This site uses the weights the formula came with." in page(client)


def test_it_shows_the_versions_of_the_formula(client: Client) -> None:
    assert f"This is version {ranking.FORMULA_VERSION} of the formula" in page(client)
    assert "Votes, upvotes and all stars." in page(client)


def test_it_shows_who_changed_the_weights_when_and_why(client: Client) -> None:
    WeightChange.objects.create(reason="Stars are <bought>", star=0.015)
    shown = page(client)
    assert "Stars are &lt;bought&gt;" in shown
    assert "0.015" in shown


def test_it_works_an_example_out(client: Client) -> None:
    make_signal(make_paper(title="Kestrels"), 18)
    shown = page(client)
    assert "Kestrels" in shown
    assert "<td>1.000</td>" in shown  # log10(1 + 0.5 * 18)


def test_it_cannot_be_posted_to(client: Client) -> None:
    assert client.post("/ranking/").status_code == 405


def test_administrator_changes_the_weights(client: Client, administrator: User) -> None:
    assert ADD in page(client)
    values = {"vote": 1, "saved": 2, "upvote": 0.5, "star": 0, "citation": 0}
    client.post(ADD, {**values, "reason": "Saves tell more"})
    change = WeightChange.objects.get()
    assert (change.saved, change.changed_by, change.reason) == (2, administrator, "Saves tell more")


@pytest.mark.promise(13)
def test_weights_are_changed_while_no_worker_can_be_told(
    client: Client,
    administrator: User,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    values = {"vote": 1, "saved": 2, "upvote": 0.5, "star": 0, "citation": 0, "reason": "x"}
    with django_capture_on_commit_callbacks(execute=True) as told:
        assert client.post(ADD, values).status_code == 302
    assert len(told) == 1
    assert WeightChange.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"vote": -1},
        dict.fromkeys(("vote", "saved", "upvote", "star", "citation"), 0),
        {"star": "nan"},
        {"star": "inf"},
        {"save": "", "saved": ""},
        {"vote": 1e9},
    ],
)
def test_weights_that_make_no_sense_are_refused(
    client: Client, administrator: User, wrong: dict[str, object]
) -> None:
    values = {"vote": 1, "saved": 2, "upvote": 0.5, "star": 0, "citation": 0, "reason": "x"}
    assert client.post(ADD, {**values, **wrong}).status_code == 200
    assert not WeightChange.objects.exists()


def test_without_a_reason_nothing_is_changed(client: Client, administrator: User) -> None:
    client.post(ADD, {"vote": 1, "saved": 2, "upvote": 0.5, "star": 0, "citation": 0})
    assert not WeightChange.objects.exists()


def test_a_change_stays_as_it_was(client: Client, administrator: User) -> None:
    change = WeightChange.objects.create(reason="First")
    address = f"/admin/papers/weightchange/{change.pk}"
    client.post(f"{address}/change/", {"reason": "Other", "vote": 5})
    client.post(f"{address}/delete/", {"post": "yes"})
    assert WeightChange.objects.get().reason == "First"


def test_the_form_begins_with_the_weights_in_force(client: Client, administrator: User) -> None:
    WeightChange.objects.create(reason="First", star=0.015)
    assert 'value="0.015"' in client.get(ADD).content.decode()


def test_reader_who_is_no_administrator_cannot(client: Client) -> None:
    client.force_login(make_user())
    assert ADD not in page(client)
    assert client.post(ADD, {"reason": "x"}).status_code == 302
    assert not WeightChange.objects.exists()


def test_administrator_sees_what_was_refused(client: Client, administrator: User) -> None:
    make_signal(make_paper(), 10_000_000)
    assert RefusedSignal.objects.get().value == 10_000_000
    assert "10000000" in client.get("/admin/papers/refusedsignal/").content.decode()
