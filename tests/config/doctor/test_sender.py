from collections.abc import Callable, Mapping
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import call_command
from pytest_django import Settings

from config.doctor import mail, sender
from config.doctor.findings import Finding, Level, well
from config.doctor.text_records import NotLookedUp, TextRecords
from tests.config.doctor.name_server import NameServer

BAD, LOOK, OK = Level.FAULT, Level.WARNING, Level.WELL
SPF = "v=spf1 include:relay.example.net ~all"
KEY = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3"
WELL = {
    "example.org": [SPF],
    "_dmarc.example.org": ["v=DMARC1; p=quarantine"],
    "s1._domainkey.example.org": [KEY],
}


@pytest.fixture(autouse=True)
def sends_digests(settings: Settings) -> None:
    settings.DIGEST_FROM_EMAIL, settings.BOUNCE_ADDRESS = "Papers <digest@example.org>", ""
    settings.DKIM_SELECTOR = "s1"


def answers(records: Mapping[str, list[str]]) -> Callable[[str], list[str]]:
    return lambda name: records.get(name, [])


def found_at(name: str, texts: list[str]) -> Finding:
    """The one finding about `name` where all else is well."""
    found = {each.name: each for each in sender.look(answers(WELL | {name: texts}))}
    kind = {"example.org": "Mail: SPF", "_dmarc.example.org": "Mail: DMARC"}.get(name, "Mail: DKIM")
    others = [each.level for each in found.values() if each.name != kind]
    assert others == [Level.WELL, Level.WELL]
    return found[kind]


@pytest.mark.promise(40)
@pytest.mark.parametrize(
    ("texts", "level", "words"),
    [
        ([SPF], OK, "There is one at example.org"),
        (["google-site-verification=x", SPF.upper()], OK, "There is one"),
        (["v=spf1 mx -all"], OK, "There is one"),
        (["v=spf1 a/24 ip6:2001:db8::/32 ?include:x.example exists:%{i}.example"], OK, "There is"),
        (["v=spf1 redirect=_spf.example.net"], OK, "There is one"),
        ([], BAD, "There is none at example.org"),
        (["v=spf10 mx -all", "spf2.0/pra mx", " v=spf1 mx"], BAD, "There is none"),
        ([SPF, SPF], BAD, "There are 2 at example.org"),
        ([SPF, "v=spf1"], BAD, "none of them counts"),
        (["v=spf1 ipv4:192.0.2.1 -all"], BAD, "“ipv4:192.0.2.1” is no term"),
        (["v=spf1 include: -all"], BAD, "“include:” is no term"),
        (["v=spf1 \x1b[31m"], BAD, "“[31m” is no term"),
        (["v=spf1 mx +all"], LOOK, "lets everybody send"),
        (["v=spf1 mx all"], LOOK, "lets everybody send"),
        (["v=spf1 -all"], LOOK, "names nobody"),
        (["v=spf1 exp=why.example.org ~all"], LOOK, "names nobody"),
        (["v=spf1"], LOOK, "names nobody"),
    ],
)
def test_spf_is_one_record_that_counts(texts: list[str], level: Level, words: str) -> None:
    found = found_at("example.org", texts)
    assert (found.level, words in found.words) == (level, True), found
    assert bool(found.advice) == (level != OK)


@pytest.mark.promise(40)
@pytest.mark.parametrize(
    ("texts", "level", "words"),
    [
        (["v=DMARC1; p=reject; rua=mailto:d@example.org"], OK, "“reject”"),
        (["V = DMARC1 ;p= Quarantine"], OK, "“quarantine”"),
        (["v=DMARC1; p=none"], OK, "asks to refuse nothing"),
        (["other", "v=DMARC1; p=none"], OK, "asks to refuse nothing"),
        (["v=DMARC1; rua=mailto:d@example.org"], OK, "asks to refuse nothing"),
        ([], BAD, "There is none at _dmarc.example.org, nor above"),
        (["v=DMARC10; p=none", "v=dmarc1; p=none", "p=none; v=DMARC1"], BAD, "There is none"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], BAD, "There are 2 at _dmarc.example.org"),
        (["v=DMARC1"], BAD, "has no policy"),
        (["v=DMARC1; p=quarantaine"], BAD, "has no policy"),
    ],
)
def test_dmarc_is_one_record_with_a_policy(texts: list[str], level: Level, words: str) -> None:
    found = found_at("_dmarc.example.org", texts)
    assert (found.level, words in found.words) == (level, True), found


@pytest.mark.promise(40)
@pytest.mark.parametrize(
    ("texts", "level", "words"),
    [
        ([KEY], OK, "There is a key at s1._domainkey.example.org"),
        (["p=MIGf MA0G\tCSqGSIb3"], OK, "There is a key"),
        (["v=DKIM1; t=s; p=MIGfMA0G"], OK, "There is a key"),
        ([], BAD, "There is no key at s1._domainkey.example.org"),
        (["v=DKIM1; p="], BAD, "withdrawn"),
        (["v=DKIM2; p=MIGfMA0G"], BAD, "is no key"),
        (["v=DKIM1"], BAD, "is no key"),
        ([SPF], BAD, "is no key"),
        (["v=DKIM1; p=MIGfMA0"], BAD, "cannot be read"),
        (["v=DKIM1; p=MIGf“A0G"], BAD, "cannot be read"),
        ([KEY, KEY], BAD, "There are 2"),
        (["v=DKIM1; t=s : y; p=MIGfMA0G"], LOOK, "only tried out"),
    ],
)
def test_dkim_is_one_key_that_can_be_read(texts: list[str], level: Level, words: str) -> None:
    found = found_at("s1._domainkey.example.org", texts)
    assert (found.level, words in found.words) == (level, True), found


def test_without_a_selector_no_key_is_looked_for(settings: Settings) -> None:
    settings.DKIM_SELECTOR = ""
    asked: list[str] = []

    def texts_at(name: str) -> list[str]:
        asked.append(name)
        return WELL.get(name, [])

    found = list(sender.look(texts_at))
    assert (found[2].level, "DKIM_SELECTOR" in found[2].words) == (Level.WELL, True)
    assert asked == ["example.org", "_dmarc.example.org"]


def test_spf_is_asked_of_the_envelope_and_the_others_of_from(settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = "bounces@Bounces.Example.net"
    records = {**WELL, "bounces.example.net": [SPF], "example.org": []}
    assert [each.level for each in sender.look(answers(records))] == [OK, OK, OK]
    assert "bounces.example.net" in next(iter(sender.look(answers(records)))).words


@pytest.mark.parametrize(
    ("record", "level", "words"),
    [
        ("v=DMARC1; p=reject; sp=none", OK, "asks to refuse nothing"),
        ("v=DMARC1; p=none; sp=reject", OK, "_dmarc.example.org asks for “reject”"),
        ("v=DMARC1; p=reject", OK, "asks for “reject”"),
        ("v=DMARC1; p=reject; sp=some", BAD, "has no policy"),
    ],
)
def test_the_record_of_a_domain_above_counts(
    settings: Settings, record: str, level: Level, words: str
) -> None:
    settings.DIGEST_FROM_EMAIL = "digest@mail.papers.example.org"
    found = list(sender.look(answers({"_dmarc.example.org": [record]})))[1]
    assert (found.level, words in found.words) == (level, True), found


def test_the_nearest_record_counts_and_no_top_domain_is_asked(settings: Settings) -> None:
    asked: list[str] = []

    def texts_at(name: str) -> list[str]:
        asked.append(name)
        return []

    settings.DIGEST_FROM_EMAIL = f"digest@{'a.' * 20}example.org"
    sender._dmarc("Mail: DMARC", f"{'a.' * 20}example.org", texts_at)
    assert asked[0] == f"_dmarc.{'a.' * 20}example.org"
    assert asked[1] == "_dmarc.a.a.a.a.a.example.org"
    assert asked[-1] == "_dmarc.example.org"
    assert len(asked) <= sender.MOST_DMARC_NAMES


@pytest.mark.parametrize(
    "address",
    [
        *("digest@10.0.0.5", "digest@[192.0.2.1]", "digest@papers", "digest@papers.internal"),
        *("papers", ""),
    ],
)
def test_a_sender_that_the_dns_cannot_know_is_not_asked_of_it(
    settings: Settings, address: str
) -> None:
    settings.DIGEST_FROM_EMAIL = address

    def texts_at(name: str) -> list[str]:
        raise AssertionError(name)

    assert {each.level for each in sender.look(texts_at)} == {Level.WARNING}


@pytest.mark.promise(40)
def test_a_resolver_that_does_not_answer_makes_nobody_ill() -> None:
    def texts_at(name: str) -> list[str]:
        raise NotLookedUp("No name server answered in time.")

    found = list(sender.look(texts_at))
    assert [each.level for each in found] == [LOOK, LOOK, LOOK]
    for each in found:
        assert "could not be looked up. No name server answered in time." in each.words


@pytest.fixture
def sends_by_smtp(settings: Settings) -> None:
    settings.LOCAL, settings.EMAIL_CONFIGURED, settings.API_MAIL_PROVIDER = False, True, ""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 25
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False


def looked(server: NameServer, *, asks_others: bool = True) -> list[Finding]:
    """What all of `mail` says while the machine's resolver is `server`."""
    records = TextRecords(total_seconds=30, servers=["127.0.0.1"], port=server.port)
    with (
        patch.object(mail, "TextRecords", return_value=records),
        patch.object(mail, "_greet", return_value=well("Mail", "")),
    ):
        return list(mail.look(asks_others=asks_others))


@pytest.mark.promise(40)
@pytest.mark.usefixtures("sends_by_smtp")
def test_a_public_site_asks_the_dns_of_its_sender() -> None:
    texts = {name: [[text] for text in found] for name, found in WELL.items()}
    with NameServer(texts).running() as server:
        found = looked(server)
    assert [each.name for each in found] == ["Mail", "Mail: SPF", "Mail: DMARC", "Mail: DKIM"]
    assert {each.level for each in found} == {Level.WELL}
    assert server.asked == list(WELL)


@pytest.mark.usefixtures("sends_by_smtp")
def test_the_command_names_what_is_missing() -> None:
    with NameServer().running() as server:
        found = looked(server)
    out = StringIO()
    with (
        patch("config.management.commands.doctor.examine", return_value=found),
        pytest.raises(SystemExit) as end,
    ):
        call_command("doctor", stdout=out)
    assert end.value.code == 1
    assert "BAD  Mail: DKIM: There is no key at s1._domainkey.example.org." in out.getvalue()


@pytest.mark.usefixtures("sends_by_smtp")
@pytest.mark.parametrize(
    ("changed", "asks_others"),
    [
        ({"LOCAL": True}, True),
        ({"EMAIL_CONFIGURED": False}, True),
        ({"API_MAIL_PROVIDER": "postmark"}, True),
        ({}, False),
    ],
)
def test_others_ask_nobody(
    settings: Settings, changed: dict[str, object], asks_others: bool
) -> None:
    for name, value in changed.items():
        setattr(settings, name, value)
    with NameServer().running() as server:
        looked(server, asks_others=asks_others)
    assert server.asked == []
