import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts import leaving, outbox
from accounts.bounces.addresses import hash_address
from accounts.digest import ledger, mail, send
from accounts.digest.tick import tick
from accounts.models import Delivery, Suppression, User
from papers.models import PaperStats
from readinglists import sharing
from readinglists.models import Entry, Invitation, ListChange, Member, ReadingList
from tests.accounts.archive.sample import make_rich_reader
from tests.accounts.digest.test_send import NOW, due_reader, popular
from tests.factories import make_entry, make_member, make_reading_list, make_user

pytestmark = pytest.mark.django_db
PAGE = "/settings/delete/"
ADDRESS = "rich.reader@example.org"


def texts_of_the_database() -> list[str]:
    """Every row of every table as text, and what sessions hold."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT t::text FROM {name} t")  # noqa: S608
            found += [f"{table}: {row}" for (row,) in cursor.fetchall()]
    return found + [repr(row.get_decoded()) for row in Session.objects.all()]


def rows_with(address: str) -> list[str]:
    hexed = address.encode().hex()
    return [row for row in texts_of_the_database() if address in row.lower() or hexed in row]


def enter(client: Client, user: User) -> None:
    """Log in, and prove it by the password as allauth asks."""
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": "a long passphrase"})


@pytest.mark.promise(41)
def test_deleting_leaves_no_row_with_the_address(client: Client) -> None:
    user = make_rich_reader(ADDRESS)
    EmailAddress.objects.create(user=user, email="second.reader@example.org", verified=True)
    enter(client, user)
    theirs = make_reading_list()
    Invitation.objects.create(
        reading_list=theirs,
        email=ADDRESS.upper(),
        role="viewer",
        invited_by=theirs.owner,
        token_hash=b"1" * 32,
        expires_at=NOW,
    )
    ListChange.objects.create(reading_list=theirs, kind="joined", words=f"{ADDRESS} joined")
    Suppression.objects.create(
        address_hash=hash_address(ADDRESS), why="bounces", said=f"550 <{ADDRESS}>: no such user"
    )
    LogEntry.objects.create(
        user=make_user(),
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=ADDRESS,
        action_flag=2,
        change_message=f"Added {ADDRESS}",
    )
    assert len(rows_with(ADDRESS)) > 5
    response = client.post(PAGE, {"sure": "on"})
    assert response["Location"] == "/deleted/"
    assert rows_with(ADDRESS) == []
    assert rows_with("second.reader@example.org") == []
    assert Suppression.objects.get().said == "550 <(deleted)>: no such user"


def test_counts_follow_and_what_stands_in_others_lists_stays() -> None:
    user = make_rich_reader()
    theirs = make_entry()
    Entry.objects.filter(pk=theirs.pk).update(added_by=user)
    leaving.delete_account(user)
    stats = PaperStats.objects.exclude(paper=theirs.paper).values_list("votes", "saves")
    assert set(stats) == {(0, 0)}
    theirs.refresh_from_db()
    assert theirs.added_by is None


@pytest.mark.promise(41)
def test_every_login_ends(client: Client) -> None:
    user, elsewhere = make_user(), Client()
    elsewhere.force_login(user)
    enter(client, user)
    client.post(PAGE, {"sure": "on"})
    assert not Session.objects.exists()
    for each in (client, elsewhere):
        assert each.get("/settings/")["Location"].startswith("/accounts/login/")


@pytest.mark.promise(41)
def test_a_worker_that_has_the_issue_in_hand_sends_nothing(
    mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _paper = due_reader(), popular()
    (chunk,) = tick(NOW, NOW).chunks
    mark = ledger.mark_sending

    def leave_just_before_the_dot(*args: Any, **options: Any) -> Any:
        leaving.delete_account(user)
        return mark(*args, **options)

    monkeypatch.setattr(ledger, "mark_sending", leave_just_before_the_dot)
    assert dict(send.deliver(chunk, now=NOW, at=NOW)) == {"taken": 1}
    assert mailoutbox == []
    assert not Delivery.objects.exists()


@pytest.mark.promise(41)
@pytest.mark.parametrize("step", ["build", "read_papers"])
def test_leaving_at_an_earlier_step_of_the_worker_sends_nothing(
    step: str, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _paper = due_reader(), popular()
    (chunk,) = tick(NOW, NOW).chunks
    real = getattr(mail, step)

    def leave_first(*args: Any, **options: Any) -> Any:
        leaving.delete_account(user)
        return real(*args, **options)

    monkeypatch.setattr(mail, step, leave_first)
    send.deliver(chunk, now=NOW, at=NOW)
    assert mailoutbox == []
    assert not Delivery.objects.exists()


@pytest.mark.promise(41)
def test_what_the_mail_server_already_has_is_the_most_that_goes_out(
    mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _paper = due_reader(), popular()
    (chunk,) = tick(NOW, NOW).chunks
    mark = ledger.mark_sending

    def leave_just_after(*args: Any, **options: Any) -> Any:
        mark(*args, **options)
        leaving.delete_account(user)

    monkeypatch.setattr(ledger, "mark_sending", leave_just_after)
    send.deliver(chunk, now=NOW, at=NOW)
    assert len(mailoutbox) == 1
    assert tick(NOW, NOW).chunks == []
    assert not Delivery.objects.exists()


def test_page_asks_for_the_password_first(client: Client) -> None:
    client.force_login(make_user())
    assert client.get(PAGE)["Location"].startswith("/accounts/reauthenticate/")
    assert client.post(PAGE, {"sure": "on"})["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.count() == 1


def test_page_says_what_goes(client: Client) -> None:
    user = make_user()
    reading_list = make_reading_list(owner=user, title="Edited together")
    Member.objects.create(reading_list=reading_list, user=make_user(), role="editor")
    enter(client, user)
    text = client.get(PAGE).content.decode()
    assert "“Edited together” has 1 other member" in text
    assert "/settings/export/" in text
    assert ReadingList.objects.count() == 1


def test_nothing_is_deleted_without_the_tick(client: Client) -> None:
    enter(client, make_user())
    response = client.post(PAGE)
    assert response.status_code == 422
    assert "Tick the box" in response.content.decode()
    assert User.objects.count() == 1


def without_password() -> User:
    user = make_user()
    user.set_unusable_password()
    user.save()
    return user


def code_in(message: EmailMessage) -> str:
    (code,) = re.findall(r"\b\d{8}\b", str(message.body))
    return str(code)


def test_reader_without_password_leaves_by_a_code(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    client.force_login(without_password())
    assert client.post(PAGE, {"sure": "on"})["Location"].startswith("/settings/prove/")
    client.post("/settings/prove/code/", {"next": PAGE})
    code = code_in(mailoutbox[0])
    assert User.objects.count() == 1
    response = client.post("/settings/prove/", {"code": code, "next": PAGE})
    assert response["Location"] == "/deleted/"
    assert User.objects.count() == 0


def test_last_superuser_stays(client: Client) -> None:
    only = make_user(is_superuser=True, is_staff=True)
    enter(client, only)
    assert "only administrator" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"sure": "on"}).status_code == 422
    make_user(is_superuser=True)  # cannot open the admin
    assert client.post(PAGE, {"sure": "on"}).status_code == 422
    make_user(is_superuser=True, is_staff=True)
    assert client.post(PAGE, {"sure": "on"}).status_code == 302


def test_farewell_is_the_only_mail(mailoutbox: list[EmailMessage], settings: Settings) -> None:
    settings.EMAIL_CONFIGURED = True
    leaving.delete_account(make_user(email=ADDRESS))
    assert [each.to for each in mailoutbox] == [[ADDRESS]]


def test_outbox_forgets_what_went_to_the_reader(
    mailoutbox: list[EmailMessage], settings: Settings, tmp_path: Any
) -> None:
    settings.OUTBOX = tmp_path
    for to in (ADDRESS, "another@example.org"):
        outbox.write_message(f"To: {to}\nSubject: A\n\nB".encode())
    leaving.delete_account(make_user(email=ADDRESS))
    assert [outbox.read_line(name).to for name in outbox.list_names()] == ["another@example.org"]
    assert mailoutbox == []


def test_a_login_under_way_of_a_longer_address_goes_on() -> None:
    for address in ("jo@example.org", "banjo@example.org"):
        half = SessionStore()
        half["account_login"] = {"email": address}
        half.create()
    leaving.delete_account(make_user(email="jo@example.org"))
    left = [row.get_decoded() for row in Session.objects.all()]
    assert left == [{"account_login": {"email": "banjo@example.org"}}]


def test_who_came_by_a_link_that_ended_is_no_loss() -> None:
    member = make_member(by_link=True)
    owner = member.reading_list.owner
    assert [each.others for each in leaving.loss_of(owner).shared] == [1]  # type: ignore[attr-defined]
    assert member.share_link is not None
    sharing.revoke_link(member.share_link)
    assert leaving.loss_of(owner).shared == []
