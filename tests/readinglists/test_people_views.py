import re
from email import message_from_bytes
from email.policy import default
from smtplib import SMTPException
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from accounts.bounces.addresses import hash_address
from accounts.models import Suppression
from readinglists import sharing
from readinglists.models import Invitation, Member, ReadingList, Role, ShareLink
from tests.accounts.mails import find_link
from tests.factories import make_member, make_reading_list, make_user

pytestmark = pytest.mark.django_db
HOSTILE = [
    "a\r\nBcc: victim@example.org",
    "a\nBcc: victim@example.org",
    "a\u2028Bcc: victim@example.org",
    "=?utf-8?q?a=0D=0ABcc:_victim@example.org?=",
    "word " * 2_000,
    "Win at https://evil.example/x now",
]


def url(name: str, *args: object) -> str:
    return reverse(f"readinglists:{name}", args=args)


def invite(client: Client, reading_list: ReadingList, email: str, role: str = "editor") -> Any:
    client.force_login(reading_list.owner)
    data = {"email": email, "role": role}
    return client.post(url("invite", reading_list.pk), data, follow=True)


def test_who_is_invited_takes_part_by_the_link_in_the_mail(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    reading_list, reader = make_reading_list(title="Owls"), make_user()
    page = invite(client, reading_list, "ada@example.org").content.decode()
    assert "An invitation is on its way to ada@example.org." in page
    link = find_link(mailoutbox[0])
    client.force_login(reader)
    response = client.get(link)
    assert f"You are logged in as {reader.email}" in response.content.decode()
    assert response["Referrer-Policy"] == "no-referrer"
    answered = client.post(f"{link}answer/", {"answer": "yes"})
    assert answered["Location"] == reading_list.get_absolute_url()
    assert client.get(reading_list.get_absolute_url()).status_code == 200
    assert client.get(link).status_code == 404


def test_a_visitor_is_led_to_the_login_and_back(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    invite(client, make_reading_list(title="Owls"), "ada@example.org")
    client.logout()
    page = client.get(find_link(mailoutbox[0])).content.decode()
    assert "Owls" in page
    assert "/accounts/login/?next=%2Flists%2Finvitation%2F" in page
    assert Invitation.objects.exists()


def test_an_invitation_to_ones_address_stands_on_the_page_of_lists(client: Client) -> None:
    reader, reading_list = make_user(), make_reading_list(title="Owls")
    invite(client, reading_list, reader.email)
    client.force_login(reader)
    assert "You are invited" in client.get("/lists/").content.decode()
    client.post(url("answer_invitation", Invitation.objects.get().pk), {"answer": "no"})
    assert not Invitation.objects.exists()
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("email", "words"), [("", "Type the email address"), ("a@[127.0.0.1]", "No mail can be sent")]
)
def test_a_wrong_address_is_told_and_comes_back(client: Client, email: str, words: str) -> None:
    response = invite(client, make_reading_list(), email)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.promise(34)
@pytest.mark.parametrize("kind", ["known", "unknown", "suppressed"])
def test_known_and_unknown_addresses_are_invited_alike(
    client: Client, mailoutbox: list[EmailMessage], kind: str
) -> None:
    email = f"{kind}@example.org"
    if kind == "known":
        make_user(email=email)
    if kind == "suppressed":
        Suppression.objects.create(address_hash=hash_address(email), why=Suppression.Why.BOUNCES)
    response = invite(client, make_reading_list(), email)
    page = response.content.decode()
    assert response.redirect_chain[0][1] == 302
    assert f"An invitation is on its way to {email}." in page
    assert len(mailoutbox) == (kind != "suppressed")
    assert Invitation.objects.get().email == email


@pytest.mark.promise(34)
def test_answers_and_queries_tell_of_no_account(client: Client) -> None:
    """What an owner sees of inviting, asking again and withdrawing, and how many questions the
    database is asked meanwhile, is one for whoever has an account, has none, or gets no mail."""
    make_user(email="known@example.org")
    make_user(email="idle1@example.org", is_active=False)
    Suppression.objects.create(
        address_hash=hash_address("other@example.org"), why=Suppression.Why.BOUNCES
    )
    owner = make_user()
    client.force_login(owner)
    client.get("/lists/")
    emails = ("known@example.org", "fresh@example.org", "idle1@example.org", "other@example.org")
    seen = [_walk_of_invitations(client, make_reading_list(owner=owner), e) for e in emails]
    assert seen[0] == seen[1] == seen[2] == seen[3]


def _walk_of_invitations(client: Client, reading_list: ReadingList, email: str) -> list[object]:
    """Statuses, pages and numbers of queries of each step; numbers of rows are blotted out."""
    seen: list[object] = []

    def ask(address: str, **data: str) -> None:
        with CaptureQueriesContext(connection) as queries:
            response = client.post(address, data)
        with CaptureQueriesContext(connection) as of_page:
            page = client.get(url("people", reading_list.pk)).content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(email, "ADDRESS")
        seen.append(
            (response.status_code, len(queries), len(of_page), re.sub(r"/\d+/", "/N/", page))
        )

    ask(url("invite", reading_list.pk), email=email, role="viewer")
    ask(url("invite", reading_list.pk), email=email, role="editor")
    invitation = Invitation.objects.get(reading_list=reading_list)
    for _ in range(2):  # one more than an address is mailed a day
        ask(url("resend_invitation", invitation.pk))
    ask(url("withdraw_invitation", invitation.pk))
    return seen


def test_a_mail_that_cannot_be_sent_loses_no_invitation(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_message: EmailMessage) -> None:
        raise SMTPException("away")

    monkeypatch.setattr(EmailMessage, "send", refuse)
    page = invite(client, make_reading_list(), "ada@example.org").content.decode()
    assert "The mail could not be sent just now." in page
    assert Invitation.objects.exists()


def test_nobodys_mailbox_is_filled(client: Client, mailoutbox: list[EmailMessage]) -> None:
    for _ in range(5):
        page = invite(client, make_reading_list(), "ada@example.org").content.decode()
    assert len(mailoutbox) == 3
    assert "invited often today" in page


@pytest.mark.promise(37)
@pytest.mark.promise(40)
@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_adds_no_header_and_no_link(
    client: Client, settings: Settings, mailoutbox: list[EmailMessage], title: str
) -> None:
    settings.SITE_URL = "https://papers.example.org"
    reading_list = make_reading_list(title=title[:200])
    invite(client, reading_list, "ada@example.org")
    parsed = message_from_bytes(mailoutbox[0].message().as_bytes(), policy=default)
    headers = {name.lower() for name in parsed.keys()}  # noqa: SIM118
    assert "bcc" not in headers
    assert not [name for name in headers if name.startswith("list-")]
    assert parsed["To"] == "ada@example.org"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Message-ID"].endswith("@papers.example.org>")
    body = str(mailoutbox[0].body)
    assert "evil" not in body
    assert "victim@" not in body


def test_a_reader_sees_no_addresses_of_other_members(client: Client) -> None:
    viewer = make_member(role=Role.VIEWER)
    other = make_member(reading_list=viewer.reading_list)
    client.force_login(viewer.user)
    page = client.get(url("people", viewer.reading_list_id)).content.decode()
    assert other.user.email not in page
    assert "1 other takes part" in page
    client.force_login(other.user)
    page = client.get(url("people", viewer.reading_list_id)).content.decode()
    assert viewer.user.email in page


def test_the_owner_changes_a_role_and_removes(client: Client) -> None:
    member = make_member(role=Role.VIEWER)
    client.force_login(member.reading_list.owner)
    client.post(url("change_role", member.pk), {"role": "editor"})
    member.refresh_from_db()
    assert member.role == Role.EDITOR
    client.post(url("change_role", member.pk), {"role": "owner"})
    member.refresh_from_db()
    assert member.role == Role.EDITOR
    client.post(url("remove_member", member.pk))
    assert not Member.objects.exists()


def test_giving_a_list_away_asks_first(client: Client) -> None:
    member = make_member()
    client.force_login(member.reading_list.owner)
    address = url("transfer", member.pk)
    assert "give it back" in client.get(address).content.decode()
    client.post(address)
    assert ReadingList.objects.get().owner == member.user


def test_a_member_leaves_and_the_owner_cannot(client: Client) -> None:
    member = make_member()
    client.force_login(member.reading_list.owner)
    client.post(url("leave", member.reading_list_id))
    client.force_login(member.user)
    assert "Leave" in client.get(url("leave", member.reading_list_id)).content.decode()
    client.post(url("leave", member.reading_list_id))
    assert client.get(member.reading_list.get_absolute_url()).status_code == 404


def test_a_visitor_of_an_edit_link_joins(client: Client) -> None:
    link = sharing.make_link(make_reading_list())
    key, reader = sharing.key_of(link), make_user()
    client.force_login(reader)
    client.post(url("join_by_link", key))
    assert not Member.objects.exists()
    ShareLink.objects.update(can_edit=True)
    response = client.post(url("join_by_link", key))
    assert response["Location"] == link.reading_list.get_absolute_url()
    assert Member.objects.get().user == reader


def test_a_member_chooses_whether_their_digest_tells_of_additions(client: Client) -> None:
    member = make_member()
    client.force_login(member.user)
    address = url("tell_additions", member.reading_list_id)
    page = client.get(url("people", member.reading_list_id)).content.decode()
    assert f'formaction="{address}" name="tells" value="0">Stop telling me' in page
    page = client.post(address, {"tells": "0"}, follow=True).content.decode()
    assert "Your digest no longer tells you of this list." in page
    assert f'formaction="{address}" name="tells" value="1">Tell me of additions' in page
    assert not Member.objects.get().tells_additions
    client.post(address, {"tells": "1"})
    assert Member.objects.get().tells_additions


def test_the_owner_has_no_such_choice(client: Client) -> None:
    reading_list = make_reading_list()
    client.force_login(reading_list.owner)
    address = url("tell_additions", reading_list.pk)
    assert address not in client.get(url("people", reading_list.pk)).content.decode()
    page = client.post(address, {"tells": "0"}, follow=True).content.decode()
    assert "This list is your own" in page


@pytest.mark.promise(33)
@pytest.mark.parametrize("by_link", [True, False])
def test_who_came_by_a_link_can_come_again_and_the_owner_is_told(
    client: Client, by_link: bool
) -> None:
    member = make_member(by_link=by_link)
    client.force_login(member.reading_list.owner)
    role = reverse("readinglists:change_role", args=[member.pk])
    answer = client.post(role, {"role": Role.VIEWER}, follow=True)
    assert ("can join again" in answer.content.decode()) is by_link
