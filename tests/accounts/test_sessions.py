"""Promise 36: a new id at login, the list of logins, and what ends the others."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import sessions
from accounts.models import User
from tests.accounts.entering import PASSPHRASE, code_of, enter, give_app
from tests.accounts.mails import find_code, find_link
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.promise(36)]
PAGE = "/settings/sessions/"
NEW = {"password1": "another long passphrase", "password2": "another long passphrase"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def browser_of(user: User, *, agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": user.email, "password": PASSPHRASE})
    return client


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def prove(client: Client) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSPHRASE})


@pytest.mark.parametrize("way", ["password", "code", "second step"])
def test_a_session_given_by_a_stranger_is_not_the_one_after_login(
    client: Client, mailoutbox: list[EmailMessage], way: str
) -> None:
    user = make_user()
    secret = give_app(user) if way == "second step" else ""
    session = client.session
    session["of a stranger"] = True
    session.save()
    before = session.session_key
    if way == "code":
        client.post("/accounts/login/code/", {"email": user.email})
        client.post("/accounts/login/code/confirm/", {"code": find_code(mailoutbox[-1])})
    else:
        client.post("/accounts/login/", {"login": user.email, "password": PASSPHRASE})
    if secret:
        assert not is_in(client)
        client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert is_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_list_shows_each_login_and_which_is_this_one() -> None:
    user = make_user()
    browser_of(make_user(), agent="curl/8")
    here, _there = browser_of(user), browser_of(user, agent="Mozilla/5.0 (iPhone) CriOS/140")
    page = here.get(PAGE).content.decode()
    assert "Firefox, Linux" in page
    assert "Chrome, iPhone" in page
    assert page.count("(this one)") == 1
    assert "127.0.0.1" in page
    assert "curl" not in page


def test_one_login_is_ended() -> None:
    user = make_user()
    here, there, third = (browser_of(user) for _ in range(3))
    row = UserSession.objects.get(session_key=there.session.session_key)
    prove(here)
    assert here.post(f"{PAGE}{row.pk}/end/")["Location"] == PAGE
    assert [is_in(each) for each in (here, there, third)] == [True, False, True]
    assert here.get(PAGE).content.decode().count("Firefox, Linux</strong>") == 2


def test_all_other_logins_are_ended_and_this_one_gets_a_new_id() -> None:
    user = make_user()
    here, there = browser_of(user), browser_of(user)
    prove(here)
    before = here.session.session_key
    here.post(f"{PAGE}end-others/")
    assert [is_in(here), is_in(there)] == [True, False]
    assert here.session.session_key != before
    assert UserSession.objects.get().session_key == here.session.session_key


def test_a_login_that_is_in_no_list_ends_with_the_others() -> None:
    user = make_user()
    here, unlisted = browser_of(user), browser_of(user)
    UserSession.objects.filter(session_key=unlisted.session.session_key).delete()
    prove(here)
    here.post(f"{PAGE}end-others/")
    assert not is_in(unlisted)


def test_ending_asks_who_it_is() -> None:
    here = browser_of(make_user())
    row = UserSession.objects.get()
    for address in (f"{PAGE}{row.pk}/end/", f"{PAGE}end-others/"):
        assert here.post(address)["Location"].startswith("/accounts/reauthenticate/")
    assert is_in(here)


def test_a_login_of_somebody_else_is_not_found(client: Client) -> None:
    theirs = browser_of(make_user())
    enter(client, make_user())
    assert (
        client.post(
            f"{PAGE}{UserSession.objects.get(user__email=their_email(theirs)).pk}/end/"
        ).status_code
        == 404
    )
    assert is_in(theirs)


def their_email(client: Client) -> str:
    return User.objects.get(pk=client.session["_auth_user_id"]).email


@pytest.mark.parametrize("path", ["", "1/end/", "end-others/"])
def test_visitors_are_sent_to_log_in(client: Client, path: str) -> None:
    method = client.post if path else client.get
    assert method(f"{PAGE}{path}")["Location"].startswith("/accounts/login/")


def test_reading_ends_nothing(client: Client) -> None:
    enter(client, make_user())
    assert client.get(f"{PAGE}end-others/").status_code == 405
    assert client.post(PAGE).status_code == 405


def test_allauths_own_page_leads_to_ours(client: Client) -> None:
    enter(client, make_user())
    assert client.get("/accounts/sessions/")["Location"] == PAGE


def test_a_changed_password_ends_all_others() -> None:
    user = make_user()
    here, there = browser_of(user), browser_of(user)
    here.post("/accounts/password/change/", {"oldpassword": PASSPHRASE, **NEW})
    assert not is_in(there)
    assert not UserSession.objects.exists()


def test_a_password_set_anew_by_mail_ends_all(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    there, client = browser_of(user), Client()
    client.post("/accounts/password/reset/", {"email": user.email})
    form = client.get(find_link(mailoutbox[-1]))["Location"]
    client.post(form, NEW)
    assert not is_in(there)
    assert not UserSession.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["app", "no app", "codes"])
def test_another_second_step_ends_all_others(change: str) -> None:
    user = make_user()
    secret = "" if change == "app" else give_app(user)
    here, there = Client(), Client()
    for each in (here, there):
        enter(each, user)
    if change == "app":
        here.get("/accounts/2fa/totp/activate/")
        secret = here.session["mfa.totp.secret"]
        here.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    elif change == "no app":
        here.post("/accounts/2fa/totp/deactivate/")
    else:
        here.post("/accounts/2fa/recovery-codes/generate/")
    assert [is_in(here), is_in(there)] == [True, False]


def test_leaving_ends_every_login_and_forgets_where_they_were() -> None:
    user = make_user()
    here, there = browser_of(user), browser_of(user)
    prove(here)
    here.post("/settings/delete/", {"sure": "on"})
    assert [is_in(here), is_in(there)] == [False, False]
    assert not UserSession.objects.exists()


def test_logins_of_before_generations_go_on(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    assert user.session_generation == 0
    assert is_in(client)


def test_use_is_noted_once_an_hour() -> None:
    here = browser_of(make_user())
    row = UserSession.objects.get()
    is_in(here)
    assert UserSession.objects.get().last_seen_at == row.last_seen_at
    session = here.session
    session[sessions.NOTED] -= sessions.NOTE_EVERY_SECONDS
    session.save()
    is_in(here)
    assert UserSession.objects.get().last_seen_at > row.last_seen_at


def test_a_login_of_an_older_version_comes_into_the_list(client: Client) -> None:
    client.force_login(make_user())
    session = client.session
    del session[sessions.NOTED]
    session.save()
    assert "(this one)" in client.get(PAGE).content.decode()


def test_rows_of_ended_logins_are_forgotten() -> None:
    user = make_user()
    browser_of(user), browser_of(user)
    gone = UserSession.objects.earliest("pk")
    past = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(session_key=gone.session_key).update(expire_date=past)
    assert sessions.forget_ended(timezone.now()) == 1
    assert UserSession.objects.get().pk != gone.pk
    assert Session.objects.count() == 1


def test_logins_from_before_a_new_secret_key_are_listed(settings: Settings) -> None:
    user = make_user()
    browsers = [browser_of(user), browser_of(user)]
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key of this site"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert len(sessions.logins_of(user, current_key=None)) == 2
    settings.SECRET_KEY_FALLBACKS = []
    assert sessions.logins_of(user, current_key=None) == []
    assert not any(map(is_in, browsers))
