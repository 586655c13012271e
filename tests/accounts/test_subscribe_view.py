from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts import subscribe
from accounts.models import Follow, User
from papers.limits import CacheAwayError
from readinglists import sharing
from readinglists.models import ListFollow
from tests.accounts.mails import find_link
from tests.factories import make_follow, make_reading_list, make_user

pytestmark = pytest.mark.django_db
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def post(client: Client, headers: dict[str, str] = OWN_PAGE, /, **fields: str) -> Any:
    fields = {"email": "new@example.org", "timezone": "Europe/Berlin", **fields}
    return client.post(reverse("accounts:subscribe"), fields, headers=headers)


def test_the_box_is_on_every_page_of_a_visitor(client: Client) -> None:
    assert 'action="/subscribe/"' in client.get(reverse("papers:home")).content.decode()


def test_the_box_sets_no_cookie(client: Client) -> None:
    assert not client.get(reverse("accounts:subscribe")).cookies


def test_a_reader_who_is_logged_in_sees_no_box(client: Client) -> None:
    client.force_login(make_user())
    assert 'action="/subscribe/"' not in client.get(reverse("papers:home")).content.decode()


def test_it_sends_one_mail_with_the_link(client: Client, mailoutbox: list[EmailMessage]) -> None:
    assert post(client).status_code == 200
    (message,) = mailoutbox
    assert message.to == ["new@example.org"]
    token = find_link(message).split("/")[-2]
    assert subscribe.read_token(token) == subscribe.Wish("new@example.org", "Europe/Berlin")


def test_nothing_is_written_and_no_cookie_set(client: Client) -> None:
    response = post(client)
    assert not User.objects.exists()
    assert not response.cookies


def test_the_mail_is_no_list_mail(client: Client, mailoutbox: list[EmailMessage]) -> None:
    post(client)
    headers = mailoutbox[0].message()
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Message-ID"].endswith("@localhost>")
    assert not [name for name in headers.keys() if name.lower().startswith("list-")]  # noqa: SIM118


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("digest", "to send the day's research papers to new@example.org"),
        ("category", "all that is new in cs.CL, to new@example.org"),
        ("search", "match this search to new@example.org"),
        ("list", "is added to this list of papers to new@example.org"),
    ],
)
def test_the_mail_names_what_is_subscribed_to(
    client: Client, mailoutbox: list[EmailMessage], what: str, words: str
) -> None:
    post(client, **fields_of(what))
    body = str(mailoutbox[0].body)
    assert words in body
    assert {"search": "\n    kestrel\n", "list": "\n    Decoders\n"}.get(what, "") in body


@pytest.mark.parametrize("what", ["category", "search", "list"])
def test_asking_for_more_than_the_digest_writes_nothing_either(client: Client, what: str) -> None:
    fields = fields_of(what)
    before = list(User.objects.values())
    response = post(client, **fields)
    assert response.status_code == 200
    assert not response.cookies
    assert list(User.objects.values()) == before
    assert not Follow.objects.exists()
    assert not ListFollow.objects.exists()


@pytest.mark.promise(33)
def test_the_key_of_a_list_is_not_in_the_mail_nor_in_its_link(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    fields = fields_of("list")
    post(client, **fields)
    wish = subscribe.read_token(find_link(mailoutbox[0]).split("/")[-2])
    assert fields["list"] not in mailoutbox[0].message().as_string()
    assert fields["list"] not in str(wish)
    assert (wish.what, wish.generation) == ("list", 1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"query": ""}, "There is nothing to follow"),
        ({"query": "( )"}, "There is nothing to follow"),
        ({"query": "owl " * 400}, "1599 characters"),
        ({"list": "A" * 43}, "link of this list was withdrawn"),
        ({"list": ""}, "link of this list was withdrawn"),
    ],
)
def test_what_cannot_be_had_is_said_and_the_digest_offered(
    client: Client, mailoutbox: list[EmailMessage], fields: dict[str, str], words: str
) -> None:
    response = post(client, **fields)
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert "papers, by mail" in page
    assert 'value="new@example.org"' in page
    assert not mailoutbox


@pytest.mark.parametrize("what", ["category", "search", "list"])
def test_a_bad_address_keeps_what_was_asked_for(client: Client, what: str) -> None:
    fields = fields_of(what)
    page = post(client, email="nobody", **fields).content.decode()
    ((name, value),) = fields.items()
    assert f'<input type="hidden" name="{name}" value="{value}">' in page


@pytest.mark.promise(29)
@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
def test_another_site_cannot_send_it(
    client: Client, mailoutbox: list[EmailMessage], headers: dict[str, str]
) -> None:
    response = post(client, headers)
    assert response.status_code == 403
    assert "our own page" in response.content.decode()
    assert not mailoutbox


def test_a_form_sent_again_from_the_refusal_is_for_the_same_thing(client: Client) -> None:
    page = post(client, {}, query="kestrel").content.decode()
    assert '<input type="hidden" name="query" value="kestrel">' in page


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nobody",
        "a@b",
        "a@example.org\nBcc: b@example.org",
        "a" * 250 + "@example.org",
        "é@x.y",
        "a@" + "ä" * 63 + ".org",  # too long a label once written in ASCII
        "a@" + "İ" * 30 + ".org",  # each is two characters when made small
    ],
)
def test_a_bad_address_comes_back_with_words(
    client: Client, mailoutbox: list[EmailMessage], email: str
) -> None:
    response = post(client, email=email)
    assert response.status_code == 422
    assert response.context["subscribe_form"]["email"].value() == email
    assert 'class="errorlist"' in response.content.decode()
    assert not mailoutbox


@pytest.mark.parametrize("email", ['"a\\"b"@example.org', "a@exämple.org"])
def test_an_address_in_quotes_or_another_script_gets_its_mail(
    client: Client, mailoutbox: list[EmailMessage], email: str
) -> None:
    assert post(client, email=email).status_code == 200
    assert client.post(find_link(mailoutbox[0])).status_code == 200
    assert User.objects.get().email == email


def test_a_wrong_zone_is_no_error(client: Client, mailoutbox: list[EmailMessage]) -> None:
    assert post(client, timezone="Mars/Base").status_code == 200
    assert subscribe.read_token(find_link(mailoutbox[0]).split("/")[-2]).timezone == "UTC"


def test_a_robot_gets_the_same_page_and_no_mail(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    reader, robot = post(client), post(client, website="http://spam.example")
    assert robot.content == reader.content
    assert len(mailoutbox) == 1


def fields_of(what: str) -> dict[str, str]:
    """What the box of that kind sends besides the address."""
    if what == "list":
        link = sharing.make_link(make_reading_list(title="Decoders"))
        return {"list": sharing.key_of(link) or ""}
    return {"category": {"query": "cat:cs.CL"}, "search": {"query": "kestrel"}}.get(what, {})


@pytest.mark.promise(34)
@pytest.mark.parametrize("what", ["digest", "category", "search", "list"])
def test_known_unknown_and_limited_addresses_get_the_same_page(
    client: Client, mailoutbox: list[EmailMessage], what: str
) -> None:
    known, fields = make_user(email="known@example.org", digest_enabled=True), fields_of(what)
    make_follow(user=known, query="kestrel")
    answers = [
        post(client, email=email, **fields)
        for email in ["known@example.org", "other@example.org", *["limit@example.org"] * 4]
    ]
    assert {page_of(answer) for answer in answers} == {page_of(answers[0])}
    assert {answer.status_code for answer in answers} == {200}
    assert [message.to[0][:5] for message in mailoutbox] == ["known", "other", *["limit"] * 3]


def page_of(answer: HttpResponse) -> str:
    page = answer.content.decode()
    for name in ["known", "other", "limit"]:
        page = page.replace(f"{name}@", "@")
    return page


def test_asking_looks_no_reader_up(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as queries:
        post(client)
    assert "papers_restoredcopy" in queries.captured_queries[0]["sql"]


def test_one_network_is_limited(client: Client, mailoutbox: list[EmailMessage]) -> None:
    for number in range(33):
        post(client, email=f"reader{number}@example.org")
    assert len(mailoutbox) == subscribe.MAILS_A_NETWORK.amount


@pytest.mark.usefixtures("cache_away")
def test_without_the_cache_limits_are_kept_all_the_same(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    for _time in range(5):
        assert post(client).status_code == 200
    assert len(mailoutbox) == subscribe.MAILS_AN_ADDRESS.amount


def test_when_nobody_can_count_it_says_so_and_keeps_the_address(
    client: Client, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    def fail(*_arguments: object) -> bool:
        raise CacheAwayError

    monkeypatch.setattr(subscribe, "take", fail)
    response = post(client)
    assert response.status_code == 503
    assert 'value="new@example.org"' in response.content.decode()
    assert not mailoutbox


def test_a_mail_server_that_is_away_is_said_in_words(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_message: EmailMessage) -> int:
        raise SMTPServerDisconnected

    monkeypatch.setattr(EmailMessage, "send", fail)
    response = post(client)
    assert response.status_code == 503
    assert "cannot send mail just now" in response.content.decode()


def test_other_methods_are_refused(client: Client) -> None:
    assert client.put(reverse("accounts:subscribe")).status_code == 405
