from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.outbox import write_message

MAIL = (
    b"To: ada@example.org\nSubject: =?utf-8?q?D=C3=A9j=C3=A0?= <script>\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/alternative; boundary="b"\n\n'
    b"--b\nContent-Type: text/plain; charset=utf-8\n\nOpen https://papers.example.org/x/ now\n"
    b"--b\nContent-Type: text/html; charset=utf-8\n\n"
    b'<html><head><title>t</title></head><body><a href="https://papers.example.org/x/" '
    b'style="color: red">x</a></body></html>\n--b--\n'
)


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shown(settings: Settings, tmp_path: Path) -> None:
    settings.OUTBOX = tmp_path
    settings.OUTBOX_SHOWN = True


def html_page(client: Client) -> tuple[str, str]:
    response = client.get(reverse("accounts:outbox_message_html", args=[write_message(MAIL)]))
    return response.content.decode(), response["Content-Security-Policy"]


def test_the_list_shows_to_subject_and_time(client: Client) -> None:
    write_message(MAIL)
    page = client.get(reverse("accounts:outbox")).content.decode()
    assert "Déjà &lt;script&gt;" in page
    assert "ada@example.org" in page


def test_an_empty_outbox_says_what_to_do(client: Client) -> None:
    assert "No mail yet" in client.get(reverse("accounts:outbox")).content.decode()


def test_a_long_outbox_has_pages(client: Client) -> None:
    for _ in range(51):
        write_message(MAIL)
    assert 'href="?page=2"' in client.get(reverse("accounts:outbox")).content.decode()


def test_a_message_shows_its_text_with_links(client: Client) -> None:
    url = reverse("accounts:outbox_message", args=[write_message(MAIL)])
    response = client.get(url)
    assert '<a href="https://papers.example.org/x/"' in response.content.decode()
    assert "frame-src 'self'" in response["Content-Security-Policy"]


def test_the_html_part_runs_nothing_and_opens_links_in_a_window(client: Client) -> None:
    page, policy = html_page(client)
    assert '<head><base target="_blank">' in page
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script-src 'none'" in policy


def test_the_html_part_keeps_its_styles_and_may_be_framed_by_us_only(client: Client) -> None:
    _, policy = html_page(client)
    assert "style-src 'unsafe-inline'" in policy
    assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("view", ["outbox_message", "outbox_message_html"])
@pytest.mark.parametrize(
    "name", ["nothing", "..%2Fsecret", "20260301T000000000000Z-0123456789abcdef"]
)
def test_an_unknown_name_is_not_found(client: Client, view: str, name: str) -> None:
    assert client.get(reverse(f"accounts:{view}", args=[name])).status_code == 404


def test_a_site_that_sends_its_mail_has_no_outbox(client: Client, settings: Settings) -> None:
    settings.OUTBOX_SHOWN = False
    name = write_message(MAIL)
    for view, args in [("outbox", []), ("outbox_message", [name]), ("outbox_message_html", [name])]:
        assert client.get(reverse(f"accounts:{view}", args=args)).status_code == 404


def test_other_methods_are_refused(client: Client) -> None:
    assert client.post(reverse("accounts:outbox")).status_code == 405
