import pickle
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest

from papers.feeds.arxiv_oai import parse, set_spec_of
from papers.feeds.records import (
    ExpiredPositionError,
    PaperRecord,
    ParsedFeed,
    ParseError,
    VersionRecord,
)
from tests.papers.feeds.sampling import SHARED, needs_shared_data

TODAY = date(2026, 3, 10)
LICENCE = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
AUTHORS = """<authors><author><keyname>Mill Collaboration</keyname></author>
<author><keyname>:</keyname></author>
<author><keyname>Example</keyname><forenames>Ada B.</forenames><affiliation>Dale</affiliation>
</author><author><keyname>Sample</keyname><forenames>Bo</forenames><suffix>Jr</suffix></author>
</authors>"""
ONE_VERSION = '<version version="v1"><date>Fri, 27 Feb 2026 18:30:00 GMT</date></version>'


def make_record(fields: str, *, prefix: str = "arXiv", header: str = "") -> str:
    header = header or (
        "<header><identifier>oai:arXiv.org:2603.00101</identifier>"
        "<datestamp>2026-03-03</datestamp><setSpec>cs:cs:CL</setSpec></header>"
    )
    content = f'<{prefix} xmlns="http://arxiv.org/OAI/{prefix}/">{fields}</{prefix}>'
    return f"<record>{header}<metadata>{content}</metadata></record>"


def make_plain(fields: str = "", *, arxiv_id: str = "2603.00101") -> str:
    return make_record(f"<id>{arxiv_id}</id><title>On Mills</title>{fields}")


def make_raw(fields: str = ONE_VERSION, *, arxiv_id: str = "2603.00101") -> str:
    return make_record(
        f"<id>{arxiv_id}</id><submitter>A</submitter>{fields}<title>On Mills</title>",
        prefix="arXivRaw",
    )


def make_answer(content: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        "<responseDate>2026-03-04T03:30:00Z</responseDate><request>http://oai</request>"
        f"{content}</OAI-PMH>"
    ).encode()


def read(*records: str, token: str = "", today: date = TODAY) -> ParsedFeed:
    more = f"<resumptionToken expires='2026-03-05'>{token}</resumptionToken>"
    return parse(make_answer(f"<ListRecords>{''.join(records)}{more}</ListRecords>"), today=today)


def read_one(record: str, today: date = TODAY) -> PaperRecord:
    feed = read(record, today=today)
    assert feed.problems == ()
    return feed.records[0]


def test_the_plain_format_is_read_whole() -> None:
    record = make_plain(
        f"<created>2026-02-27</created>{AUTHORS}<categories>cs.CL cs.AI 68T50</categories>"
        "<comments>12 pages,\n  4 figures</comments><report-no>M-1</report-no>"
        "<journal-ref>Mills 3 (2026)</journal-ref>"
        f"<doi>10.1000/Mills.3 10.1000/mills.4</doi><license>{LICENCE}</license>"
        "<abstract>  They turn,\nif $a &lt; b$.\n</abstract>"
    )
    assert read_one(record) == PaperRecord(
        arxiv_id="2603.00101",
        title="On Mills",
        abstract="They turn, if $a < b$.",
        authors=("Mill Collaboration", "Ada B. Example", "Bo Sample Jr"),
        categories=("cs.CL", "cs.AI"),
        submitted_at=datetime(2026, 2, 27, tzinfo=UTC),
        comment="12 pages, 4 figures",
        journal_ref="Mills 3 (2026)",
        license=LICENCE,
        doi="10.1000/mills.3",
        is_withdrawn=False,
        assumed_on=date(2026, 3, 3),
    )


def test_the_raw_format_has_every_version() -> None:
    record = read_one(
        make_raw(
            '<version version="v2"><date>Tue, 3 Mar 2026 09:00:01 GMT</date>'
            "<size>13kb</size><source_type>AD</source_type></version>"
            '<version version="v1"><date>Mon, 02 Mar 2026 18:30:00 +0100</date>'
            "<size>12kb</size></version>"
            "<authors>Ada Example (1), Bo Sample and Cy Test ((1) Dale)</authors>"
        )
    )
    first, second = (
        VersionRecord(1, datetime(2026, 3, 2, 17, 30, tzinfo=UTC), 12 * 1024),
        VersionRecord(2, datetime(2026, 3, 3, 9, 0, 1, tzinfo=UTC), 13 * 1024),
    )
    assert (record.versions, record.version) == ((first, second), 2)
    assert (record.submitted_at, record.updated_at) == (first.submitted_at, second.submitted_at)
    assert record.authors == ("Ada Example", "Bo Sample", "Cy Test")
    assert record.assumed_on is None


def test_a_version_that_cannot_be_read_is_left_out() -> None:
    odd = '<version version="v0x"/><version/><version version="v3"><size>big</size></version>'
    assert read_one(make_raw(odd)).versions == (VersionRecord(3),)


@pytest.mark.parametrize("words", ["This paper has been withdrawn by Ada Example", "[Withdrawn]"])
def test_a_withdrawn_paper_is_told_by_its_comment(words: str) -> None:
    assert read_one(make_plain(f"<comments>{words}</comments>")).is_withdrawn is True


@pytest.mark.parametrize(("kinds", "is_withdrawn"), [(["D", "I"], True), (["I", "D"], False)])
def test_a_newest_version_without_files_is_a_withdrawal(
    kinds: list[str], is_withdrawn: bool
) -> None:
    versions = "".join(
        f'<version version="v{number}"><size>0kb</size><source_type>{kind}</source_type></version>'
        for number, kind in enumerate(kinds, start=1)
    )
    assert read_one(make_raw(versions)).is_withdrawn is is_withdrawn


@pytest.mark.parametrize(
    ("created", "arxiv_id", "submitted"),
    [
        ("2026-02-27", "2603.00101", "2026-02-27"),
        ("2026-03-31", "2603.00101", "2026-03-31"),
        ("2026-04-01", "2603.00101", None),
        ("2006-11-28", "math/0611800", "2006-11-28"),
        ("2009-01-05", "math/0611800", None),
        ("soon", "2603.00101", None),
    ],
)
def test_a_day_after_the_month_of_the_id_is_not_that_of_submission(
    created: str, arxiv_id: str, submitted: str | None
) -> None:
    record = read_one(make_plain(f"<created>{created}</created>", arxiv_id=arxiv_id))
    assert (record.submitted_at and str(record.submitted_at.date())) == submitted


@pytest.mark.parametrize(
    ("fields", "arxiv_id", "today", "assumed"),
    [
        ("<created>2026-02-27</created>", "2603.00101", TODAY, True),
        ("<created>2026-02-27</created><updated>2026-02-27</updated>", "2602.99", TODAY, False),
        ("<created>2026-02-27</created>", "2602.00101", TODAY, True),
        ("<created>2026-02-27</created>", "2601.00101", TODAY, False),
        ("<created>2026-02-16</created>", "2603.00101", TODAY, False),
        ("<created>2026-02-27</created><updated>2026-03-02</updated>", "2603.00101", TODAY, False),
        ("<created>2026-03-04</created>", "2603.00101", TODAY, False),
        ("<created>2026-02-27</created>", "2603.00101", date(2026, 3, 3), False),
        ("", "2603.00101", TODAY, False),
    ],
)
def test_a_day_is_assumed_only_where_nothing_contradicts_it(
    fields: str, arxiv_id: str, today: date, assumed: bool
) -> None:
    feed = read(make_plain(fields, arxiv_id=arxiv_id), today=today)
    assert [record.assumed_on for record in feed.records if record.assumed_on] == (
        [date(2026, 3, 3)] if assumed else []
    )


def test_one_raw_version_is_assumed_announced_by_its_change() -> None:
    assert read_one(make_raw()).assumed_on == date(2026, 3, 3)


def test_deleted_records_are_told_by_their_ids() -> None:
    header = (
        '<header status="deleted"><identifier>oai:arXiv.org:math.CA/0611800</identifier>'
        "<datestamp>2026-03-03</datestamp></header>"
    )
    feed = read(f"<record>{header}</record>", make_plain())
    assert (feed.deleted, len(feed.records)) == (("math/0611800",), 1)


def test_the_page_says_where_the_next_one_begins_and_its_day() -> None:
    feed = read(make_plain(), token="verb%3DListRecords%26skip%3D1")
    assert (feed.position, feed.day) == ("verb%3DListRecords%26skip%3D1", date(2026, 3, 4))
    assert read(make_plain()).position == ""


def test_a_record_without_a_namespace_is_read_too() -> None:
    record = make_plain().replace(' xmlns="http://arxiv.org/OAI/arXiv/"', "")
    assert read_one(record).title == "On Mills"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (make_record("<id>2603.00102</id><title> </title>"), "2603.00102 has no title"),
        (make_record("<id>nonsense</id><title>T</title>"), "is not an arXiv id"),
        (make_record("<id>2603.00102</id>", prefix="marc"), "in no format that is read"),
        ('<record><header status="deleted"/></record>', "is not an arXiv id"),
        ("<record/>", "in no format that is read"),
    ],
)
def test_a_record_that_is_no_paper_is_named_and_the_rest_kept(record: str, reason: str) -> None:
    feed = read(record, make_plain())
    assert [kept.arxiv_id for kept in feed.records] == ["2603.00101"]
    assert feed.problems[0].startswith("Record 1 of the page was left out: ")
    assert reason in feed.problems[0]


def test_a_page_on_which_nothing_can_be_read_is_not_an_empty_one() -> None:
    with pytest.raises(ParseError, match="None of 10 OAI-PMH records"):
        read(*["<record/>"] * 10)


def test_of_a_record_told_twice_the_later_counts() -> None:
    feed = read(make_plain(), make_plain("<comments>Later</comments>"))
    assert [record.comment for record in feed.records] == ["Later"]
    assert "twice" in feed.problems[0]


def test_nothing_changed_is_an_empty_feed() -> None:
    body = make_answer('<error code="noRecordsMatch"/>')
    assert parse(body, today=TODAY) == ParsedFeed((), day=date(2026, 3, 4))


def test_an_expired_token_is_told_apart() -> None:
    body = make_answer('<error code="badResumptionToken">Expired.</error>')
    with pytest.raises(ExpiredPositionError, match="does not accept the token any more: Expired"):
        parse(body, today=TODAY)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (make_answer('<error code="badArgument">No such set</error>'), "badArgument.: No such set"),
        (make_answer("<error/>"), "could not answer .no code."),
        (make_answer("<Identify/>"), "with <OAI-PMH>"),
        (b"", "not whole XML"),
        (b"<html><body><p>Sorry</p></body></html>", "with <html>"),
        (b"<!DOCTYPE html><html><br></html>", "not whole XML.*begins .<!DOCTYPE html>"),
        (b'{"error": 1}', "not whole XML"),
        (make_answer(f"<ListRecords>{make_plain()}</ListRecords>")[:-40], "not whole XML"),
        (make_plain().encode(), "with <record>"),
    ],
)
def test_what_is_no_page_is_an_error_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse(body, today=TODAY)


@pytest.mark.parametrize("character", ["\x02", "&#2;", "&#x1F;", "\ufffe"])
def test_a_stray_character_costs_no_record(character: str) -> None:
    feed = read(make_plain(f"<abstract>They {character}turn.</abstract>"))
    assert feed.records[0].abstract == "They turn."
    assert "characters that XML forbids" in feed.problems[0]


def test_a_byte_that_is_no_utf_8_costs_no_record() -> None:
    body = make_answer(
        f"<ListRecords>{make_plain('<abstract>Caf~ turns</abstract>')}</ListRecords>"
    )
    feed = parse(body.replace(b"~", b"\xe9"), today=TODAY)
    assert feed.records[0].abstract == "Caf\ufffd turns"


def make_answer_with(entities: str) -> bytes:
    record = make_plain("<abstract>They &e; turn.</abstract>")
    body = make_answer(f"<ListRecords>{record}</ListRecords>").decode()
    return body.replace("<OAI-PMH", f"<!DOCTYPE OAI-PMH [{entities}]><OAI-PMH", 1).encode()


@pytest.mark.promise(23)
@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/"])
def test_entities_outside_are_not_read(address: str) -> None:
    body = make_answer_with(f'<!ENTITY e SYSTEM "{address}">')
    assert parse(body, today=TODAY).records[0].abstract == "They"


@pytest.mark.promise(23)
def test_entities_that_unfold_without_end_are_refused() -> None:
    laughs = '<!ENTITY a "ha"><!ENTITY b "{a}"><!ENTITY c "{b}"><!ENTITY d "{c}"><!ENTITY e "{d}">'
    for name in "abcd":
        laughs = laughs.replace(f"{{{name}}}", f"&{name};" * 30)
    with pytest.raises(ParseError, match="not whole XML"):
        parse(make_answer_with(laughs), today=TODAY)


@pytest.mark.promise(23)
def test_deep_nesting_is_refused() -> None:
    deep = "<b>" * 100_000 + "</b>" * 100_000
    with pytest.raises(ParseError, match="not whole XML"):
        read(make_plain(f"<abstract>{deep}</abstract>"))


def test_a_feed_can_be_handed_to_another_process() -> None:
    feed = read(make_raw())
    assert pickle.loads(pickle.dumps(feed)) == feed  # noqa: S301 - our own


@pytest.mark.parametrize(
    ("category", "set_spec"),
    [
        ("cs.AI", "cs:cs:AI"),
        ("hep-lat", "physics:hep-lat"),
        ("physics.plasm-ph", "physics:physics:plasm-ph"),
        ("astro-ph.CO", "physics:astro-ph:CO"),
        ("cs", "cs:cs"),
        ("physics:hep-th", "physics:hep-th"),
        ("", ""),
    ],
)
def test_sets_are_named_as_arxiv_names_them(category: str, set_spec: str) -> None:
    assert set_spec_of(category) == set_spec


@needs_shared_data
def test_recorded_answers_are_read_or_refused_in_words() -> None:
    counts = {}
    for path in sorted((SHARED / "feeds").glob("oai*/*.xml")):
        with suppress(ParseError):
            feed = parse(path.read_bytes(), today=date(2026, 11, 22))
            counts[path.name] = len(feed.records)
            assert all(record.authors and record.abstract for record in feed.records)
    assert counts["hepcrawl_sample_arxiv_record.xml"] == 12
    assert counts["hepcrawl_arxiv-physics-hep-th.xml"] == 3
    assert len(counts) > 10


@needs_shared_data
def test_a_collaboration_of_a_recorded_answer_is_named_as_it_is_shown() -> None:
    body = (SHARED / "feeds/oai/hepcrawl_sample_arxiv_record8.xml").read_bytes()
    (record,) = parse(body, today=date(2026, 11, 22)).records
    assert record.authors[:2] == ("Super-Kamiokande Collaboration", "K. Abe")
    assert record.assumed_on == date(2016, 6, 27)
