"""What was typed while the session ended is not lost over the login, nor with a form too old."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from readinglists.models import Entry, ReadingList
from tests.factories import make_entry, make_paper, make_user

pytestmark = pytest.mark.django_db
TYPED = "Mine & <b>"
OURS = {"Sec-Fetch-Site": "same-origin"}


def note_of(entry: Entry) -> str:
    return reverse("readinglists:note", args=[entry.pk])


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the form to send again."""
    form = page[page.index('<div class="column"') :]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def strict(entry: Entry) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(entry.reading_list.owner)
    return client


def test_a_note_sent_after_logging_out_comes_back_to_be_sent_again(client: Client) -> None:
    entry = make_entry()
    data = {"note": TYPED, "seen": entry.version, "reading_list": entry.reading_list_id}
    response = client.post(note_of(entry), data, headers=OURS)
    page = response.content.decode()
    assert response.status_code == 403
    assert "Mine &amp; &lt;b&gt;</textarea>" in page
    assert f'action="{note_of(entry)}"' in page
    assert "no-store" in response["Cache-Control"]
    assert reverse("account_login") in page
    assert entry.reading_list.title not in page

    client.force_login(entry.reading_list.owner)
    client.post(note_of(entry), fields_of(page) | {"note": TYPED})
    entry.refresh_from_db()
    assert entry.note == TYPED


@pytest.mark.parametrize(
    ("route", "data"),
    [
        ("edit", {"title": "Title", "description": TYPED}),
        ("add_heading", {"title": TYPED, "before": "e1"}),
        ("create", {"title": TYPED}),
        ("own_note", {"own_note": TYPED}),
        ("imports", {"text": TYPED}),
        ("add_this", {"text": "2401.00001", "note": TYPED}),
        ("add", {"new_title": TYPED}),
    ],
)
def test_each_text_of_a_list_comes_back(client: Client, route: str, data: dict[str, str]) -> None:
    numbers = {"edit": 1, "add_heading": 1, "own_note": 1, "add": make_paper().pk}
    address = reverse(f"readinglists:{route}", args=[numbers[route]] if route in numbers else [])
    response = client.post(address, data, headers=OURS)
    page = response.content.decode()
    assert response.status_code == 403
    assert "Mine &amp; &lt;b&gt;" in page
    for name in data:
        assert f'name="{name}"' in page


def test_who_typed_nothing_is_led_to_the_login(client: Client) -> None:
    response = client.post(note_of(make_entry()), {"note": ""})
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_a_form_older_than_the_login_comes_back_with_a_new_token() -> None:
    entry = make_entry()
    client = strict(entry)
    data = {"note": TYPED, "seen": entry.version, "csrfmiddlewaretoken": "a" * 64}
    response = client.post(note_of(entry), data, headers=OURS)
    page = response.content.decode()
    assert response.status_code == 403
    assert "older than your login" in page

    client.post(note_of(entry), fields_of(page) | {"note": TYPED}, headers=OURS)
    entry.refresh_from_db()
    assert entry.note == TYPED


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}],
)
def test_a_form_of_another_site_comes_back_without_a_button(headers: dict[str, str]) -> None:
    entry = make_entry()
    response = strict(entry).post(note_of(entry), {"note": TYPED}, headers=headers)
    page = response.content.decode()
    assert response.status_code == 403
    assert "Mine &amp; &lt;b&gt;</textarea>" in page
    assert f'action="{note_of(entry)}"' not in page


def test_an_origin_of_ours_serves_where_a_browser_says_no_more() -> None:
    entry = make_entry()
    headers = {"Origin": "http://testserver"}
    response = strict(entry).post(note_of(entry), {"note": TYPED}, headers=headers)
    assert f'action="{note_of(entry)}"' in response.content.decode()


def test_no_password_comes_back() -> None:
    data = {"login": "a@example.org", "password": "hunter22"}
    response: Any = Client(enforce_csrf_checks=True).post("/accounts/login/", data, headers=OURS)
    assert response.status_code == 403
    assert "hunter22" not in response.content.decode()


@pytest.mark.parametrize("target", ["note-5", ""])
def test_htmx_is_told_to_show_it(client: Client, target: str) -> None:
    headers = {"HX-Request": "true", "HX-Target": target, **OURS}
    response = client.post(note_of(make_entry()), {"note": TYPED}, headers=headers)
    assert response["HX-Reselect"] == f"#{target or 'content'}"
    assert f'id="{target or "content"}"' in response.content.decode()


def test_an_odd_target_of_htmx_is_not_taken_over(client: Client) -> None:
    client.force_login(make_user())
    address = reverse("readinglists:own_note", args=[10**9])
    headers = {"HX-Request": "true", "HX-Target": "x, body"}
    response = client.post(address, {"own_note": TYPED}, headers=headers)
    assert response["HX-Reselect"] == "#content"


def test_nothing_is_made_without_a_login(client: Client) -> None:
    client.post(reverse("readinglists:create"), {"title": TYPED})
    assert not ReadingList.objects.exists()
    assert settings.SESSION_COOKIE_NAME not in client.cookies


def test_words_for_what_fails_stand_in_the_page_of_a_reader(client: Client) -> None:
    client.force_login(make_user())
    page = client.get(reverse("readinglists:lists")).content.decode()
    assert '<template id="failures"' in page
    assert "cannot be reached" in page
