import pytest
from pytest_django import Settings

from accounts.bounces.verp import LONGEST_LOCAL_PART
from config import mail_checks
from tests.config.test_checks import ids

TOO_LONG = "b" * (LONGEST_LOCAL_PART + 1)


@pytest.mark.promise(37)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Broadsheet", []),
        ("Physics, Zürich <daily>", []),
        ("", ["broadsheet.E012"]),
        ("Lab\r\nBcc: victim@example.org", ["broadsheet.E012"]),
        ("Lab\nX", ["broadsheet.E012"]),
        ("Lab\u2028X", ["broadsheet.E012"]),
        ("=?utf-8?q?Lab=0AX?=", ["broadsheet.E012"]),
        ("x" * 10_000, ["broadsheet.E012"]),
    ],
)
def test_site_name(settings: Settings, name: str, expected: list[str]) -> None:
    assert ids(mail_checks.check_site_name, settings, {"SITE_NAME": name}) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", []),
        ("bounces@example.org", []),
        ("b.o-u_nces@bounces.papers.example.org", []),
        (f"{TOO_LONG[1:]}@example.org", []),
        (f"{TOO_LONG}@example.org", ["broadsheet.E013"]),
        ("bounces", ["broadsheet.E013"]),
        ("bounces@", ["broadsheet.E013"]),
        ("@example.org", ["broadsheet.E013"]),
        ("bounces+x@example.org", ["broadsheet.E013"]),
        ("a..b@example.org", ["broadsheet.E013"]),
        ("Bounces <bounces@example.org>", ["broadsheet.E013"]),
        ("a@b@example.org", ["broadsheet.E013"]),
        ("bounces@exa mple.org", ["broadsheet.E013"]),
        ("bounces@example.org\n", ["broadsheet.E013"]),
        ("büro@example.org", ["broadsheet.E013"]),
    ],
)
def test_bounce_address(settings: Settings, address: str, expected: list[str]) -> None:
    values = {"BOUNCE_ADDRESS": address}
    assert ids(mail_checks.check_bounce_address, settings, values) == expected


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", []),
        ("s1", []),
        ("2026-03.mail", []),
        ("s1._domainkey.example.org", ["broadsheet.E019"]),
        ("s1 ", ["broadsheet.E019"]),
        ("s1\n", ["broadsheet.E019"]),
        (".s1", ["broadsheet.E019"]),
        ("s" * 254, ["broadsheet.E019"]),
    ],
)
def test_dkim_selector(settings: Settings, selector: str, expected: list[str]) -> None:
    values = {"DKIM_SELECTOR": selector}
    assert ids(mail_checks.check_dkim_selector, settings, values) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", []),
        ("imaps://user:password@imap.example.org", []),
        ("imaps://user%40example.org:p%2Fw@imap.example.org:993/Mail/Bounces", []),
        ("imap://user:password@127.0.0.1:1143", []),
        ("imap://user:password@imap.example.org", ["broadsheet.E014"]),
        ("imaps://imap.example.org", ["broadsheet.E014"]),
        ("imaps://user@imap.example.org", ["broadsheet.E014"]),
        ("pop3://user:password@imap.example.org", ["broadsheet.E014"]),
        ("imaps://user:pass/word@imap.example.org", ["broadsheet.E014"]),
        ("imaps://user:password@imap.example.org:0", ["broadsheet.E014"]),
        ("imaps://user:password@[imap", ["broadsheet.E014"]),
    ],
)
def test_bounce_imap_url(settings: Settings, url: str, expected: list[str]) -> None:
    values = {"BOUNCE_IMAP_URL": url}
    assert ids(mail_checks.check_bounce_imap_url, settings, values) == expected


def test_the_password_is_not_repeated(settings: Settings) -> None:
    settings.BOUNCE_IMAP_URL = "imap://user:geheim@imap.example.org"
    (error,) = mail_checks.check_bounce_imap_url()
    assert "geheim" not in f"{error.msg} {error.hint}"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"BOUNCE_MAILDIR": "/var/mail/b"}, ["broadsheet.W015"]),
        ({"BOUNCE_MAILDIR": "/var/mail/b", "BOUNCE_ADDRESS": "b@example.org"}, []),
        ({"BOUNCE_ADDRESS": "b@example.org"}, []),
        ({}, []),
    ],
)
def test_what_is_read_comes_back_to_an_address(
    settings: Settings, values: dict[str, str], expected: list[str]
) -> None:
    assert ids(mail_checks.check_that_bounces_are_read, settings, values) == expected


@pytest.mark.parametrize("is_installed", [True, False])
@pytest.mark.parametrize(
    ("provider", "options", "expected"),
    [
        ("", {}, ""),
        ("postmark", {"POSTMARK_SERVER_TOKEN": "x"}, ""),
        ("post mark", {}, "broadsheet.E017"),
        ("", {"WEBHOOK_SECRET": "hook:a-long-enough-secret"}, ""),
        ("", {"WEBHOOK_SECRET": "hook:short"}, "broadsheet.E018"),
        ("", {"WEBHOOK_SECRET": ":a-long-enough-secret"}, "broadsheet.E018"),
        ("", {"WEBHOOK_SECRET": "a-long-enough-secret"}, "broadsheet.E018"),
    ],
)
def test_api_mail(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    provider: str,
    options: dict[str, str],
    expected: str,
    is_installed: bool,
) -> None:
    monkeypatch.setattr(mail_checks, "is_installed", lambda: is_installed)
    if not is_installed and (provider or options):
        expected = "broadsheet.E016"
    values = {"API_MAIL_PROVIDER": provider, "ANYMAIL": options}
    assert ids(mail_checks.check_api_mail, settings, values) == [expected][: bool(expected)]
