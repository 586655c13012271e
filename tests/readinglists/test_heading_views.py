from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from readinglists import headings
from readinglists.models import Heading, ReadingList
from readinglists.positions import Spot, items_in_order
from tests.factories import make_entry, make_reading_list

pytestmark = pytest.mark.django_db


def post(client: Client, verb: str, heading: Heading, **data: object) -> Any:
    client.force_login(heading.reading_list.owner)
    return client.post(reverse(f"readinglists:{verb}", args=[heading.pk]), data)


def add(client: Client, reading_list: ReadingList, **data: object) -> Any:
    client.force_login(reading_list.owner)
    return client.post(reverse("readinglists:add_heading", args=[reading_list.pk]), data)


def make_heading() -> Heading:
    return headings.add_heading(make_entry().reading_list, "Old", by=None)


def test_a_heading_is_made_at_the_end(client: Client) -> None:
    entry = make_entry()
    response = add(client, entry.reading_list, title=" New\theading ")
    made = entry.reading_list.headings.get()
    assert made.title == "New heading"
    assert response["Location"].endswith(f"#heading-{made.pk}")
    assert items_in_order(entry.reading_list_id)[-1] == Spot("h", made.pk)


def test_a_heading_is_made_above_an_entry(client: Client) -> None:
    entry = make_entry()
    add(client, entry.reading_list, title="New", before=f"e{entry.pk}")
    assert items_in_order(entry.reading_list_id)[1] == Spot("e", entry.pk)


@pytest.mark.parametrize(
    ("title", "words"), [("  ", "Give the heading a text."), ("t" * 201, "at most 200 characters")]
)
def test_a_bad_text_comes_back_with_its_place(client: Client, title: str, words: str) -> None:
    entry = make_entry()
    text = add(client, entry.reading_list, title=title, before=f"e{entry.pk}").content.decode()
    assert words in text
    assert f'name="before" value="e{entry.pk}"' in text
    assert not Heading.objects.exists()


def test_a_place_that_is_gone_is_said(client: Client) -> None:
    reading_list = make_reading_list()
    response = add(client, reading_list, title="New", before="e999999999")
    assert "is gone" in response.content.decode()
    assert add(client, reading_list, title="New", before="nowhere").status_code == 400


def test_a_heading_is_renamed(client: Client) -> None:
    heading = make_heading()
    post(client, "rename_heading", heading, title="New", seen=heading.version)
    heading.refresh_from_db()
    assert heading.title == "New"


def test_a_name_given_meanwhile_is_shown_beside_mine(client: Client) -> None:
    heading = make_heading()
    headings.rename_heading(heading, "Theirs", by=None, seen=heading.version)
    response = post(client, "rename_heading", heading, title="Mine", seen=heading.version)
    assert response.status_code == 409
    assert "Theirs" in response.content.decode()


def test_a_heading_moves_above_an_entry_and_to_the_end(client: Client) -> None:
    heading = make_heading()
    entry = heading.reading_list.entries.get()
    post(client, "move_heading", heading, before=f"e{entry.pk}")
    assert items_in_order(entry.reading_list_id) == [Spot("h", heading.pk), Spot("e", entry.pk)]
    post(client, "move_heading", heading, section="end")
    assert items_in_order(entry.reading_list_id) == [Spot("e", entry.pk), Spot("h", heading.pk)]
    assert post(client, "move_heading", heading, before="x").status_code == 400
    response = post(client, "move_heading", heading, before="e999999999")
    assert "nothing moved" in client.get(response["Location"]).content.decode()


def test_a_removed_heading_comes_back_by_one_press(client: Client) -> None:
    heading = make_heading()
    response = post(client, "remove_heading", heading)
    assert not Heading.objects.exists()
    change = heading.reading_list.changes.latest("pk")
    undo = reverse("readinglists:undo", args=[change.pk])
    assert undo in client.get(response["Location"]).content.decode()
    client.post(undo)
    assert Heading.objects.get().title == "Old"
