from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Mute, User, all_sections
from tests.accounts.test_settings_view import GOOD, SUNDAY, URL, reader, save
from tests.factories import make_paper, make_user

__all__ = ["reader"]
pytestmark = pytest.mark.django_db


def errors(response: Any, field: str) -> list[str]:
    assert response.status_code == 422
    return list(response.context["form"].errors.get(field, []))


def form_shown(client: Client) -> Any:
    with time_machine.travel(SUNDAY):
        return client.get(URL).context["form"]


def mutes(user: User) -> set[tuple[str, str]]:
    return set(Mute.objects.filter(user=user).values_list("kind", "value"))


def test_sections_are_kept_in_the_order_of_their_places(client: Client, reader: User) -> None:
    save(
        client,
        section_trending="1",
        section_saved="2",
        section_near="3",
        section_followed="0",
        section_lists="0",
    )
    reader.refresh_from_db()
    assert reader.digest_sections == ["trending", "saved", "near"]


@pytest.mark.parametrize(
    ("moved", "place", "expected"),
    [
        ("trending", 1, ["trending", "followed", "near", "lists", "saved"]),
        ("followed", 3, ["near", "trending", "followed", "lists", "saved"]),
        ("saved", 4, ["followed", "near", "trending", "saved", "lists"]),
    ],
)
def test_section_that_is_moved_gets_the_place_of_the_one_that_stood_there(
    client: Client, reader: User, moved: str, place: int, expected: list[str]
) -> None:
    save(client, **{f"section_{moved}": str(place)})
    reader.refresh_from_db()
    assert reader.digest_sections == expected


def test_all_sections_off_is_no_digest(client: Client, reader: User) -> None:
    off = dict.fromkeys((f"section_{key}" for key in all_sections()), "0")
    assert "Leave at least one section on" in errors(save(client, **off), "section_followed")[0]
    save(client, **off, digest_enabled=None)
    reader.refresh_from_db()
    assert reader.digest_sections == []


def test_sections_moved_to_one_place_keep_their_order(client: Client, reader: User) -> None:
    User.objects.update(digest_sections=["lists", "near", "followed"])
    save(client, **{f"section_{key}": "1" for key in all_sections()})
    reader.refresh_from_db()
    assert reader.digest_sections == ["near", "followed", "trending", "saved", "lists"]


def test_page_shows_sections_in_order_and_those_that_are_off_last(
    client: Client, reader: User
) -> None:
    User.objects.update(digest_sections=["lists", "near"])
    form = form_shown(client)
    shown = [(field.name, field.value()) for field in form.section_fields()]
    assert shown[:2] == [("section_lists", 1), ("section_near", 2)]
    assert {value for _name, value in shown[2:]} == {0}


def test_wishes_are_kept(client: Client, reader: User) -> None:
    wishes = ("digest_only_matches", "digest_backlog", "digest_text_only")
    save(client, **dict.fromkeys(wishes, "on"))
    reader.refresh_from_db()
    assert [getattr(reader, name) for name in wishes] == [True, True, True]
    save(client)
    reader.refresh_from_db()
    assert [getattr(reader, name) for name in wishes] == [False, False, False]


def test_weekly_is_one_day(client: Client, reader: User) -> None:
    assert errors(save(client, rhythm="weekly"), "digest_days") == ["Once a week: choose one day."]
    save(client, rhythm="weekly", digest_days=["4"])
    reader.refresh_from_db()
    assert reader.digest_days == [4]
    assert reader.next_due_at == datetime(2026, 3, 6, 11, 0, tzinfo=UTC)
    assert form_shown(client)["rhythm"].value() == "weekly"


def test_pause_moves_the_next_issue(client: Client, reader: User) -> None:
    save(client, paused_until="2026-03-11")
    reader.refresh_from_db()
    assert (reader.paused_until, reader.next_due_at) == (
        date(2026, 3, 11),
        datetime(2026, 3, 11, 10, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-03-01", "not ahead"),
        ("2028-03-03", "Two years"),
        ("9999-12-31", "Two years"),
        ("soon", "valid date"),
    ],
)
def test_pause_that_makes_no_sense_is_refused_in_words(
    client: Client, reader: User, day: str, words: str
) -> None:
    assert words in errors(save(client, paused_until=day), "paused_until")[0]


def test_pause_that_is_over_is_not_shown(client: Client, reader: User) -> None:
    User.objects.update(paused_until=date(2026, 2, 1))
    assert form_shown(client)["paused_until"].value() is None


def test_mutes_are_kept_a_line_each_and_shown_again(client: Client, reader: User) -> None:
    make_paper(categories=("cs.RO",))
    save(
        client,
        muted_words="  survey \n\nlarge   language models\nSurvey",
        muted_authors="Ada Moor",
        muted_categories="CS.ro\ncs",
    )
    assert mutes(reader) == {
        ("word", "Survey"),
        ("word", "large language models"),
        ("author", "Ada Moor"),
        ("category", "cs.RO"),
        ("category", "cs"),
    }
    assert form_shown(client)["muted_authors"].value() == "Ada Moor"
    save(client, muted_words="owls")
    assert mutes(reader) == {("word", "owls")}


def test_mutes_of_others_stay(client: Client, reader: User) -> None:
    other = make_user()
    Mute.objects.create(user=other, kind="word", value="owls")
    save(client)
    assert mutes(other) == {("word", "owls")}


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("muted_words", "!!", "“!!” has no word in it."),
        ("muted_words", "a" * 101, "longer than 100 characters"),
        ("muted_words", "\n".join(f"w{n}" for n in range(201)), "More than 200 lines"),
        ("muted_categories", "nonsense", "“nonsense” is no category of a paper here"),
    ],
)
def test_what_cannot_be_muted_is_said_and_nothing_is_lost(
    client: Client, reader: User, field: str, typed: str, words: str
) -> None:
    Mute.objects.create(user=reader, kind="word", value="kept")
    response = save(client, **{field: typed}, digest_hour="9")
    assert words in errors(response, field)[0]
    assert response.context["form"][field].value() == typed
    assert mutes(reader) == {("word", "kept")}
    reader.refresh_from_db()
    assert reader.digest_hour == 7


@pytest.mark.parametrize("field", ["rhythm", "section_near", "section_trending"])
def test_field_that_is_missing_is_an_error_not_a_change(
    client: Client, reader: User, field: str
) -> None:
    assert errors(save(client, **{field: None}), field)
    assert errors(save(client, **{field: "99"}), field)
    reader.refresh_from_db()
    assert reader.digest_sections == all_sections()


def test_page_says_what_is_wrong_beside_each_field(client: Client, reader: User) -> None:
    page = save(client, muted_words="!!\n??", paused_until="soon").content.decode()
    assert page.count('class="errorlist"') == 2
    assert "Nothing was saved yet" in page
    for field in ("muted_words", "paused_until"):
        assert f'<a href="#id_{field}">' in page
    assert page.count("“??” has no word in it.") == 1
    assert GOOD["digest_size"] in page
