"""What an operator's change of a password or an address does, and who must prove what before."""

from datetime import UTC, datetime
from smtplib import SMTPServerDisconnected
from typing import Any
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from accounts.bounces import suppression
from accounts.digest import ledger, unsubscribe
from accounts.models import Delivery, Suppression, User
from tests.accounts.by_operator.admin_forms import (
    ASKED_FOR_PROOF,
    NEW_PASSPHRASE,
    Post,
    change_address,
    fields_of,
    page_of,
    rows_of,
    set_password,
)
from tests.accounts.entering import PASSPHRASE, enter
from tests.accounts.mails import find_link
from tests.factories import make_user

pytestmark = pytest.mark.django_db


class TestPassword:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_ones_own_is_changed_on_the_sites_page(
        self, proved: Client, operator: User, method: str
    ) -> None:
        fields = {
            "old_password": PASSPHRASE,
            "new_password1": NEW_PASSPHRASE,
            "new_password2": NEW_PASSPHRASE,
        }
        for page in ("/admin/password_change/", page_of(operator, "password")):
            assert getattr(proved, method)(page, fields)["Location"] == "/accounts/password/change/"
        operator.refresh_from_db()
        assert operator.check_password(PASSPHRASE)

    def test_a_readers_is_set_by_those_only_who_prove_who_they_are(
        self, admin: Client, reader: User
    ) -> None:
        back = quote(page_of(reader, "password"), safe="")
        assert set_password(admin.post, reader)["Location"] == f"{ASKED_FOR_PROOF}{back}"
        assert admin.get(page_of(reader, "password"))["Location"].startswith(ASKED_FOR_PROOF)
        reader.refresh_from_db()
        assert reader.check_password(PASSPHRASE)
        # What was posted is not kept for later: it is a password.
        assert NEW_PASSPHRASE not in repr(dict(admin.session))

    def test_its_reader_is_told_and_logged_out(
        self,
        post: Post,
        proved: Client,
        reader: User,
        mailoutbox: list[EmailMessage],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        theirs = Client()
        theirs.post("/accounts/login/", {"login": reader.email, "password": PASSPHRASE})
        assert UserSession.objects.filter(user=reader).exists()
        assert set_password(post, reader).status_code == 302
        reader.refresh_from_db()
        assert reader.check_password(NEW_PASSPHRASE)
        assert [(each.to, "was changed" in each.subject) for each in mailoutbox] == [
            ([reader.email], True)
        ]
        assert theirs.get("/settings/").status_code == 302
        assert not UserSession.objects.filter(user=reader).exists()
        assert f"password_changed user={reader.pk} " in caplog.text
        assert proved.get("/admin/").status_code == 200

    def test_two_that_differ_change_and_tell_nothing(
        self,
        post: Post,
        reader: User,
        mailoutbox: list[EmailMessage],
    ) -> None:
        assert set_password(post, reader, again="differs").status_code == 200
        assert mailoutbox == []


class TestAddress:
    def test_it_is_changed_by_those_only_who_prove_who_they_are(
        self, admin: Client, reader: User
    ) -> None:
        response = admin.post(page_of(reader), fields_of(reader, email="new@example.org"))
        assert response["Location"].startswith(ASKED_FOR_PROOF)
        reader.refresh_from_db()
        assert reader.email == "old@example.org"

    def test_the_new_one_is_the_only_one_and_not_confirmed(
        self,
        post: Post,
        reader: User,
        mailoutbox: list[EmailMessage],
    ) -> None:
        EmailAddress.objects.create(user=reader, email="second@example.org", verified=True)
        theirs = Client()
        theirs.force_login(reader)
        change_address(post, reader, "New@Example.org")
        reader.refresh_from_db()
        assert reader.email == "new@example.org"
        assert rows_of(reader) == [("new@example.org", False, True)]
        assert theirs.get("/settings/").status_code == 302
        old, new = mailoutbox
        assert (old.to, new.to) == (["old@example.org"], ["new@example.org"])
        assert "from old@example.org to new@example.org" in str(old.body)
        assert find_link(new).startswith("/accounts/confirm-email/")

    @pytest.mark.parametrize("mailbox", ["old@example.org", "second@example.org"])
    def test_the_mailbox_of_before_opens_nothing(
        self,
        post: Post,
        reader: User,
        mailoutbox: list[EmailMessage],
        mailbox: str,
    ) -> None:
        EmailAddress.objects.create(user=reader, email="second@example.org", verified=True)
        change_address(post, reader)
        Client().post("/accounts/login/code/", {"email": mailbox})
        Client().post("/accounts/password/reset/", {"email": mailbox})
        assert {each.subject for each in mailoutbox[2:]} == {"No account at Broadsheet"}

    def test_no_issue_comes_until_it_is_confirmed(
        self,
        post: Post,
        reader: User,
        mailoutbox: list[EmailMessage],
    ) -> None:
        now = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
        ledger.new_delivery(reader, now.date(), now).save()
        User.objects.filter(pk=reader.pk).update(next_due_at=now)
        change_address(post, reader)
        # Nor by the link of an issue that lies in the mailbox of before.
        Client().post(unsubscribe.url_path(reader.pk), {"undo": "1"})
        reader.refresh_from_db()
        assert (reader.digest_enabled, reader.next_due_at) == (True, None)
        assert Delivery.objects.get().state == Delivery.State.SKIPPED
        Client().post(find_link(mailoutbox[-1]))
        reader.refresh_from_db()
        assert reader.next_due_at is not None
        assert rows_of(reader) == [("new@example.org", True, True)]

    def test_it_ends_the_stop_of_the_one_before(
        self,
        post: Post,
        reader: User,
    ) -> None:
        suppression.stop(reader, Suppression.Why.BOUNCES, "Stopped.", now=reader.date_joined)
        change_address(post, reader)
        reader.refresh_from_db()
        assert reader.mail_stopped_at is None

    def test_an_address_that_nobody_confirmed_is_told_nothing(
        self,
        post: Post,
        reader: User,
        mailoutbox: list[EmailMessage],
    ) -> None:
        EmailAddress.objects.update(verified=False)
        change_address(post, reader)
        assert [each.to for each in mailoutbox] == [["new@example.org"]]

    def test_another_readers_is_refused(
        self,
        post: Post,
        reader: User,
    ) -> None:
        other = make_user()
        EmailAddress.objects.create(user=other, email="new@example.org", verified=True)
        change_address(post, reader)
        reader.refresh_from_db()
        assert reader.email == "old@example.org"

    def test_ones_own_is_not_changed_here(
        self,
        post: Post,
        operator: User,
    ) -> None:
        change_address(post, operator)
        operator.refresh_from_db()
        assert operator.email == "operator@example.org"
        assert rows_of(operator) == [("operator@example.org", True, True)]

    @pytest.mark.django_db(transaction=True)
    def test_it_is_stored_and_said_where_no_mail_can_be_sent(
        self, proved: Client, reader: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_message: EmailMessage) -> int:
            raise SMTPServerDisconnected

        monkeypatch.setattr(EmailMessage, "send", fail)
        answer = proved.post(
            page_of(reader), fields_of(reader, email="new@example.org"), follow=True
        )
        assert "mail to the reader could not be sent" in answer.content.decode()
        assert rows_of(reader) == [("new@example.org", False, True)]


class TestConfirmingByHand:
    PAGE = "/admin/account/emailaddress/"

    def confirm(self, client: Client, address: EmailAddress) -> Any:
        fields = {"action": "make_verified", "_selected_action": address.pk}
        return client.post(self.PAGE, fields)

    @pytest.fixture
    def address(self, reader: User) -> EmailAddress:
        EmailAddress.objects.filter(user=reader).update(verified=False)
        return EmailAddress.objects.get(user=reader)

    def test_who_proves_who_they_are_confirms_an_address(
        self, admin: Client, operator: User, address: EmailAddress
    ) -> None:
        assert self.confirm(admin, address)["Location"].startswith(ASKED_FOR_PROOF)
        address.refresh_from_db()
        assert not address.verified
        enter(admin, operator)
        assert self.confirm(admin, address).status_code == 302
        address.refresh_from_db()
        assert address.verified

    def test_who_may_only_look_confirms_none(self, client: Client, address: EmailAddress) -> None:
        looker = make_user(is_staff=True)
        looker.user_permissions.add(Permission.objects.get(codename="view_emailaddress"))
        enter(client, looker)
        assert client.get(self.PAGE).status_code == 200
        self.confirm(client, address)
        address.refresh_from_db()
        assert not address.verified

    def test_none_is_added_or_changed(self, proved: Client, address: EmailAddress) -> None:
        fields = {"user": address.user_id, "email": "my@example.org", "verified": "on"}
        for page in ("add/", f"{address.pk}/change/"):
            assert proved.post(f"{self.PAGE}{page}", fields).status_code == 403
        assert not EmailAddress.objects.filter(email="my@example.org").exists()


class TestWhatTheMailsSay:
    BROWSER = "Firefox of the operator"

    @pytest.fixture(autouse=True)
    def elsewhere(self, client: Client) -> None:
        client.defaults |= {"HTTP_USER_AGENT": self.BROWSER, "REMOTE_ADDR": "198.51.100.7"}

    def mails_of_both(self, post: Post, user: User) -> None:
        set_password(post, user)
        change_address(post, user)

    @pytest.mark.parametrize(
        ("contact", "said"),
        [
            ("boss@example.org", "Contact:\nboss@example.org\n"),
            ("mailto:boss@example.org", "Contact:\nboss@example.org\n"),
            ("", "write to them.\n\n--\n"),
        ],
    )
    def test_an_operator_did_it_and_is_written_to(
        self,
        post: Post,
        reader: User,
        mailoutbox: list[EmailMessage],
        settings: Settings,
        contact: str,
        said: str,
    ) -> None:
        settings.CONTACT = contact
        self.mails_of_both(post, reader)
        for mail in mailoutbox[:2]:
            assert mail.to == ["old@example.org"]
            assert "done by whoever runs this site" in str(mail.body)
            assert said in str(mail.body)

    def test_they_tell_nothing_of_the_operators_computer_and_give_no_useless_advice(
        self,
        post: Post,
        reader: User,
        mailoutbox: list[EmailMessage],
    ) -> None:
        self.mails_of_both(post, reader)
        for mail in mailoutbox[:2]:
            whole = mail.message().as_string()
            for word in (self.BROWSER, "198.51.100.7", "/login/code/", "If this was you"):
                assert word not in whole

    def test_they_are_in_the_readers_language(
        self,
        post: Post,
        reader: User,
        mailoutbox: list[EmailMessage],
    ) -> None:
        User.objects.filter(pk=reader.pk).update(language="de")
        self.mails_of_both(post, reader)
        assert all("Betreiber dieser Website" in str(mail.body) for mail in mailoutbox[:2])

    def test_what_readers_do_themselves_says_where_it_came_from(
        self, client: Client, reader: User, mailoutbox: list[EmailMessage]
    ) -> None:
        enter(client, reader)
        fields = {
            "oldpassword": PASSPHRASE,
            "password1": NEW_PASSPHRASE,
            "password2": NEW_PASSPHRASE,
        }
        client.post("/accounts/password/change/", fields, HTTP_USER_AGENT="My own")
        (mail,) = mailoutbox
        assert "It came from:" in str(mail.body)
        assert "My own" in str(mail.body)
        assert "whoever runs this site" not in str(mail.body)
