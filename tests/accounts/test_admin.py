from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

from accounts.bounces import suppression
from accounts.digest import ledger
from accounts.models import Bounce, Delivery, Suppression, User
from papers.models import PaperRequest, PaperStats
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def admin_fields(reader: User, **changed: str) -> dict[str, str | list[str]]:
    fields: dict[str, str | list[str]] = {
        "email": reader.email,
        "digest_hour": "7",
        "timezone": "UTC",
        "digest_days": "0,1,2,3,4",
        "digest_size": "10",
        "is_active": "on",
    }
    return {**fields, **changed}


def test_login_goes_through_the_site(client: Client) -> None:
    assert client.get("/admin/login/").headers["Location"].startswith("/accounts/login/?next=")


def test_a_reader_without_the_right_is_refused(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/admin/login/").status_code == 403


@pytest.mark.parametrize(
    "page",
    [
        *("user/", "user/add/", "delivery/", "follow/", "standingquery/"),
        *("bounce/", "suppression/", "suppression/add/"),
    ],
)
def test_pages_open(admin: Client, page: str) -> None:
    assert admin.get(f"/admin/accounts/{page}").status_code == 200


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def test_pages_are_of_the_sites_design_and_lead_back_to_it(admin: Client) -> None:
    html = admin.get("/admin/").content.decode()
    assert "Broadsheet: administration" in html
    assert "/static/css/admin.css" in html
    assert 'href="/"' in html
    assert "data-theme-switch" in html
    # The site's script keeps the theme; the admin's own would write another word for it.
    assert "/static/js/theme.js" in html
    assert "admin/js/theme.js" not in html


def test_logging_out_and_passwords_are_the_sites(admin: Client) -> None:
    html = admin.get("/admin/").content.decode()
    assert 'action="/accounts/logout/"' in html
    assert 'href="/accounts/password/change/"' in html


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_switching_a_digest_on_makes_an_issue_due_for_confirmed_addresses_only(
    admin: Client, is_confirmed: bool
) -> None:
    reader = make_user()
    EmailAddress.objects.filter(user=reader).update(verified=is_confirmed)
    fields = admin_fields(reader, digest_enabled="on")
    assert admin.post(f"/admin/accounts/user/{reader.pk}/change/", fields).status_code == 302
    reader.refresh_from_db()
    assert reader.digest_enabled
    assert (reader.next_due_at is not None) is is_confirmed


def test_deliveries_can_only_be_looked_at(admin: Client) -> None:
    assert admin.get("/admin/accounts/delivery/add/").status_code == 403


def test_a_reader_is_deleted_with_their_issues_and_requests(admin: Client) -> None:
    reader = make_user()
    now = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    ledger.new_delivery(reader, now.date(), now, state=Delivery.State.SENT).save()
    PaperRequest.objects.create(requested_by=reader, scheme="arxiv", value="2603.00001")
    admin.post(f"/admin/accounts/user/{reader.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=reader.pk).exists()
    assert not Delivery.objects.exists()


@pytest.mark.promise(41)
def test_an_account_deleted_by_an_administrator_goes_as_when_its_reader_does_so(
    admin: Client,
) -> None:
    reader, paper = make_user(), make_paper()
    make_entry(paper=paper, reading_list=make_reading_list(owner=reader))
    admin.post(f"/admin/accounts/user/{reader.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=reader.pk).exists()
    assert PaperStats.objects.get(paper=paper).saves == 0


def test_the_only_administrator_cannot_be_deleted(admin: Client) -> None:
    me = User.objects.get(is_superuser=True)
    page = admin.post(f"/admin/accounts/user/{me.pk}/delete/", {"post": "yes"})
    assert "You are the only administrator" in page.content.decode()
    chosen = {"action": "delete_selected", "_selected_action": me.pk, "post": "yes"}
    admin.post("/admin/accounts/user/", chosen)
    assert User.objects.filter(pk=me.pk).exists()


def test_an_issue_alone_is_not_deleted(admin: Client) -> None:
    now = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    delivery = ledger.new_delivery(make_user(), now.date(), now)
    delivery.save()
    url = f"/admin/accounts/delivery/{delivery.pk}/delete/"
    assert admin.post(url, {"post": "yes"}).status_code == 403
    assert Delivery.objects.exists()


def test_a_reader_made_here_can_log_in_whatever_the_case_of_the_address(
    admin: Client, mailoutbox: list[EmailMessage]
) -> None:
    fields = {"email": "Bob@Example.org", "usable_password": "false"}
    admin.post("/admin/accounts/user/add/", fields)
    Client().post("/accounts/login/code/", {"email": "Bob@Example.org"})
    assert User.objects.filter(email="bob@example.org").exists()
    assert "code" in mailoutbox[0].subject


def test_an_operators_account_needs_no_confirmation(client: Client) -> None:
    User.objects.create_superuser("operator@example.org", "a long passphrase")
    form = {"login": "operator@example.org", "password": "a long passphrase"}
    assert client.post("/accounts/login/?next=/admin/", form).headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_an_operator_puts_an_address_on_the_list_and_takes_it_off(admin: Client) -> None:
    reader = make_user(email="ada@example.org", digest_enabled=True)
    page = "/admin/accounts/suppression/"
    fields = {"address": "Ada@Example.org", "said": "asked by letter"}
    assert admin.post(f"{page}add/", fields).status_code == 302
    entry = suppression.suppressed_among([reader.email])[reader.email]
    assert (entry.why, entry.said) == ("operator", "asked by letter")
    assert b"is on the list" in admin.post(f"{page}add/", fields).content
    suppression.lift(reader, entry.created_at)
    assert admin.post(f"{page}{entry.pk}/delete/", {"post": "yes"}).status_code == 302
    reader.refresh_from_db()
    assert not Suppression.objects.exists()
    assert (reader.mail_stopped_at, reader.next_due_at is not None) == (None, True)


def test_entries_removed_together_end_their_stops(admin: Client) -> None:
    reader = make_user(digest_enabled=True)
    now = reader.date_joined
    suppression.stop(reader, Suppression.Why.BOUNCES, "Stopped.", now=now)
    entry = Suppression.objects.get()
    fields = {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"}
    admin.post("/admin/accounts/suppression/", fields)
    reader.refresh_from_db()
    assert reader.mail_stopped_at is None


def test_a_reader_with_bounces_can_be_deleted(admin: Client) -> None:
    reader = make_user()
    Bounce.objects.create(user=reader, address_hash=b"", kind=Bounce.Kind.REFUSED)
    admin.post(f"/admin/accounts/user/{reader.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=reader.pk).exists()
