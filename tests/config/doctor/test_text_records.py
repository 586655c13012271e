"""Look-ups against a name server on loopback."""

from unittest.mock import patch

import dns.rcode
import dns.resolver
import pytest

from config.doctor import text_records
from config.doctor.text_records import NotLookedUp, TextRecords
from tests.config.doctor.name_server import NameServer

DOMAIN = "papers.example.org"


def records_of(server: NameServer, seconds: float = 30.0) -> TextRecords:
    return TextRecords(total_seconds=seconds, servers=["127.0.0.1"], port=server.port)


def test_the_strings_of_a_record_are_joined_as_they_are() -> None:
    texts = {DOMAIN: [["v=spf1 include:relay", ".example.net ~all"], ["other"]]}
    with NameServer(texts).running() as server:
        found = records_of(server).at(DOMAIN)
    assert sorted(found) == ["other", "v=spf1 include:relay.example.net ~all"]


def test_a_name_that_is_not_there_or_has_no_text_has_none() -> None:
    with NameServer({DOMAIN: []}).running() as server:
        records = records_of(server)
        assert records.at(DOMAIN) == records.at(f"_dmarc.{DOMAIN}") == []
    assert server.asked == [DOMAIN, f"_dmarc.{DOMAIN}"]


def test_what_is_too_long_for_a_datagram_comes_by_tcp() -> None:
    key = ["v=DKIM1; p=" + "A" * 200, "B" * 250, "C" * 250]
    with NameServer({DOMAIN: [key]}).running() as server:
        assert records_of(server).at(DOMAIN) == ["".join(key)]
    assert server.asked == [DOMAIN, f"tcp {DOMAIN}"]


def test_what_is_no_ascii_is_read() -> None:
    with NameServer({DOMAIN: [["v=spf1 \\195\\188"]]}).running() as server:
        assert records_of(server).at(DOMAIN) == ["v=spf1 \ufffd\ufffd"]


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.FORMERR])
def test_a_server_that_cannot_say_leaves_it_open(rcode: dns.rcode.Rcode) -> None:
    names = NameServer({DOMAIN: [["v=spf1"]]}, rcode)
    with names.running() as server, pytest.raises(NotLookedUp) as raised:
        records_of(server).at(DOMAIN)
    assert str(raised.value)


def test_a_silent_server_is_left_once_the_time_is_over() -> None:
    with NameServer(is_silent=True).running() as server:
        records = records_of(server, seconds=0.3)
        with pytest.raises(NotLookedUp, match="No name server answered in time"):
            records.at(DOMAIN)
        asked = len(server.asked)
        with pytest.raises(NotLookedUp, match="The time for look-ups was over"):
            records.at(DOMAIN)
    assert 1 <= asked == len(server.asked)


def test_one_name_that_nobody_answers_leaves_time_for_the_next() -> None:
    with NameServer({DOMAIN: [["v=spf1"]]}, is_silent=True).running() as server:
        records = records_of(server)
        with patch.object(text_records, "LOOKUP_SECONDS", 0.2), pytest.raises(NotLookedUp):
            records.at(f"_dmarc.{DOMAIN}")
        server.is_silent = False
        assert records.at(DOMAIN) == ["v=spf1"]


@pytest.mark.parametrize(
    "name", ["a..b", f"{'a' * 64}.org", ".".join(["a" * 60] * 5), "\udcff.org"]
)
def test_what_cannot_be_a_name_is_not_asked(name: str) -> None:
    with NameServer().running() as server, pytest.raises(NotLookedUp):
        records_of(server).at(name)
    assert server.asked == []


def test_a_machine_without_a_resolver_leaves_it_open() -> None:
    fault = dns.resolver.NoResolverConfiguration
    with patch("dns.resolver.Resolver", side_effect=fault), pytest.raises(NotLookedUp):
        TextRecords().at(DOMAIN)
