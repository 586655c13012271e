"""What an operator's change of a reader's rights asks for, tells and writes down."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import User
from tests.accounts.by_operator.admin_forms import (
    ASKED_FOR_PROOF,
    Post,
    fields_of,
    page_of,
    rows_of,
)
from tests.accounts.entering import PASSPHRASE
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_they_are_given_by_those_only_who_prove_who_they_are(
    admin: Client, reader: User, right: str
) -> None:
    response = admin.post(page_of(reader), fields_of(reader, **{right: "on"}))
    assert response["Location"].startswith(ASKED_FOR_PROOF)
    reader.refresh_from_db()
    assert not getattr(reader, right)
    admin.post("/accounts/reauthenticate/", {"password": PASSPHRASE, "next": page_of(reader)})
    reader.refresh_from_db()
    assert getattr(reader, right)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {"is_staff": "on"}, "- You may open the administration."),
        ({"is_staff": True}, {}, "- You may not open the administration any more."),
        ({}, {"is_superuser": "on"}, "- You have all rights of the administration."),
        ({"is_superuser": True}, {}, "- You no longer have all rights of the administration."),
        ({}, {"is_active": ""}, "- Your account is closed: nobody can log in to it, "),
        ({"is_active": False}, {}, "- Your account is open again."),
    ],
)
def test_the_reader_is_told_of_each_switch(
    post: Post,
    reader: User,
    mailoutbox: list[EmailMessage],
    before: dict[str, bool],
    after: dict[str, str],
    said: str,
) -> None:
    User.objects.filter(pk=reader.pk).update(**before)
    post(page_of(reader), fields_of(reader, **after))
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (
        [reader.email],
        "What you may do at Broadsheet has changed",
    )
    assert said in str(mail.body)
    assert str(mail.body).count("\n- ") == 1
    assert "done by whoever runs this site" in str(mail.body)


def test_the_reader_is_told_of_groups_and_single_rights_in_their_language(
    post: Post,
    reader: User,
    mailoutbox: list[EmailMessage],
    caplog: pytest.LogCaptureFixture,
) -> None:
    old, new = (Group.objects.create(name=name) for name in ("Readers", "Editors"))
    look = Permission.objects.get(codename="view_emailaddress")
    reader.groups.add(old)
    User.objects.filter(pk=reader.pk).update(language="de")
    fields = {**fields_of(reader), "groups": [new.pk], "user_permissions": [look.pk]}
    post(page_of(reader), fields)
    (mail,) = mailoutbox
    assert [line for line in str(mail.body).splitlines() if line.startswith("- ")] == [
        "- Sie gehören zur Gruppe „Editors“.",
        f"- Sie haben das Recht „{look.name}“.",
        "- Sie gehören nicht mehr zur Gruppe „Readers“.",
    ]
    assert f"row={reader.pk} given=group:{new.pk},account.view_emailaddress " in caplog.text
    assert "Editors" not in caplog.text


def test_where_none_changed_nobody_is_told(
    post: Post,
    reader: User,
    mailoutbox: list[EmailMessage],
    caplog: pytest.LogCaptureFixture,
) -> None:
    group = Group.objects.create(name="Editors")
    reader.groups.add(group)
    fields = {**fields_of(reader, digest_hour="9"), "groups": [group.pk]}
    post(page_of(reader), fields)
    assert mailoutbox == []
    assert "rights_changed" not in caplog.text


def test_other_fields_ask_for_no_proof(admin: Client, reader: User) -> None:
    admin.post(page_of(reader), fields_of(reader, digest_hour="9"))
    reader.refresh_from_db()
    assert reader.digest_hour == 9
    assert rows_of(reader) == [("old@example.org", True, True)]


@pytest.mark.parametrize("lost", ["is_active", "is_staff", "is_superuser"])
def test_the_last_who_can_run_the_site_loses_none(
    proved: Client, operator: User, lost: str
) -> None:
    make_user(is_superuser=True)  # not staff
    make_user(is_superuser=True, is_staff=True, is_active=False)
    fields = fields_of(operator, **{"is_staff": "on", "is_superuser": "on", lost: ""})
    answer = proved.post(page_of(operator), fields)
    assert "or nobody could run this site" in answer.content.decode()
    operator.refresh_from_db()
    assert getattr(operator, lost)
    make_user(is_superuser=True, is_staff=True)
    assert proved.post(page_of(operator), fields).status_code == 302
    operator.refresh_from_db()
    assert not getattr(operator, lost)


def test_others_than_superusers_may_lose_all(proved: Client, reader: User) -> None:
    User.objects.filter(pk=reader.pk).update(is_staff=True)
    assert proved.post(page_of(reader), fields_of(reader, is_active="")).status_code == 302
    reader.refresh_from_db()
    assert (reader.is_active, reader.is_staff) == (False, False)
