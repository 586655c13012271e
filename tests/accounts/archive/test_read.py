import json
import struct
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from accounts.archive import read
from accounts.archive.values import BadArchive

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {"format": "broadsheet-archive", "version": 1}


def zipped(*files: tuple[str, bytes]) -> BytesIO:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, body in files:
            archive.writestr(name, body)
    return out


def as_json(**fields: Any) -> bytes:
    return json.dumps({**GOOD, **fields}).encode()


def with_list(**fields: Any) -> dict[str, Any]:
    return {"lists": [{"title": "A", **fields}]}


def test_empty_archive_is_read() -> None:
    assert read.read(zipped(("broadsheet.json", as_json())), now=NOW).lists == ()


def test_json_alone_is_read() -> None:
    assert read.read(BytesIO(as_json()), now=NOW).written_at == NOW


def test_keys_of_a_later_site_are_passed_over() -> None:
    assert read.parse(as_json(weather="fine"), now=NOW).votes == ()


def test_moments_to_come_are_now() -> None:
    paper = {"arxiv": "2603.00001", "title": "A"}
    body = as_json(seen=[{"paper": paper, "seen_at": "2999-01-01T00:00:00Z"}])
    assert read.parse(body, now=NOW).seen[0][1] == NOW


def test_names_of_files_are_never_paths() -> None:
    files = [("../../etc/passwd", b"x"), ("/broadsheet.json", b"x"), ("broadsheet.json", as_json())]
    assert read.read(zipped(*files), now=NOW).site == ""


def test_tags_are_read_as_those_that_are_typed() -> None:
    many = [f"t{n}" for n in range(30)]
    item = {"paper": {"arxiv": "2603.00001"}, "tags": ["#Moors", "moors", "a, b", *many]}
    archive = read.parse(as_json(**with_list(items=[item])), now=NOW)
    assert archive.lists[0].items[0].tags == ("Moors", "a", "b", *many)


def zip64() -> bytes:
    """The end says that there is one file, and the one before it, which Python believes, more."""
    body = zipped(("broadsheet.json", as_json())).getvalue()
    at = body.rfind(b"PK\5\6")
    count, size, start = struct.unpack("<HII", body[at + 10 : at + 20])
    more = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, 10**6, 10**6, size, start)
    locator = struct.pack("<IIQI", 0x07064B50, 0, at, 1)
    assert count == 1
    return body[:at] + more + locator + body[at:]


def end_within_an_end() -> bytes:
    """A signature among the fields of the end that counts, behind which no number stands."""
    body = bytearray(zipped(("broadsheet.json", as_json())).getvalue())
    at = body.rfind(b"PK\5\6")
    body[at + 10 : at + 12] = struct.pack("<H", 60_000)
    body[at + 16 : at + 20] = b"PK\5\6"
    return bytes(body)


BAD_FILES = {
    "ZIP64": zip64(),
    "an end within an end": end_within_an_end(),
    "not a zip": b"GIF89a",
    "empty": b"",
    "zip without it": zipped(("other.json", b"{}")).getvalue(),
    "only with a path": zipped(("../broadsheet.json", as_json())).getvalue(),
    "cut": zipped(("broadsheet.json", as_json(site="x" * 190))).getvalue()[:-30],
    "only its start": b"PK\3\4",
    "damaged": zipped(("broadsheet.json", as_json())).getvalue().replace(b"broad", b"broax", 1),
    "bomb": zipped(("broadsheet.json", b" " * 60_000_000)).getvalue(),
    "gigabyte of lists": zipped(("broadsheet.json", b"[" + b"[]," * 9_000_000)).getvalue(),
    "deep": b'{"format": ' + b"[" * 100_000,
    "json of another kind": b"[1, 2]",
    "a number": b"3",
    "not utf-8": b'{"format": "\xff"}',
    "another format": as_json(format="tweets"),
    "another version": as_json(version=2),
    "version as text": as_json(version="1"),
    "many names": zipped(*((f"{n}.bib", b"") for n in range(6000))).getvalue(),
}


@pytest.mark.parametrize("name", sorted(BAD_FILES))
def test_hostile_file_is_refused_in_words(name: str) -> None:
    with pytest.raises(BadArchive) as refused:
        read.read(BytesIO(BAD_FILES[name]), now=NOW)
    assert str(refused.value).endswith(".")


def test_encrypted_zip_is_refused() -> None:
    body = bytearray(zipped(("broadsheet.json", as_json())).getvalue())
    at = body.index(b"PK\1\2")
    body[6:8] = body[at + 8 : at + 10] = struct.pack("<H", 1)
    with pytest.raises(BadArchive):
        read.read(BytesIO(bytes(body)), now=NOW)


BAD_FIELDS: list[dict[str, Any]] = [
    {"lists": {}},
    {"lists": [3]},
    {"lists": [{"title": 3}]},
    with_list(items=[{"paper": "2603.00001"}]),
    with_list(items=[{"paper": {"arxiv": ["x"]}}]),
    with_list(items=[{"paper": {"doi": "10.1/x"}}]),
    with_list(items=[{"paper": {}, "note": "x" * 100_001}]),
    with_list(items=[{"paper": {}, "tags": ["x"] * 201}]),
    with_list(items=[{"paper": {}, "tags": [["x"]]}]),
    with_list(items=[{"heading": None}]),
    with_list(items=[{"paper": {}, "added_at": "yesterday"}]),
    with_list(items=[{"paper": {}, "added_at": 3}]),
    with_list(is_default="yes"),
    with_list(title="a\0b"),
    with_list(description="\ud800"),
    {"states": [{"paper": {}, "state": "burnt"}]},
    {"votes": [{"paper": {}, "voted_at": "9999-12-31T23:59:59-23:00"}, {"voted_at": {}}]},
    {"settings": {"timezone": "UTC", "digest_hour": True}},
    {"settings": {"timezone": "UTC", "digest_hour": 7, "digest_size": 10, "digest_days": ["x"]}},
    {"settings": {"paused_until": "soon"}},
    {"settings": []},
    {"mutes": [{"kind": [], "value": "x"}]},
    {"follows": [{"query": None}]},
    {"feedback": [{"paper": {}, "wants_more": 1}]},
    {"waiting": [{"paper": {}, "wishes": []}]},
    {"waiting": [{"paper": {}, "wishes": {"voted_at": "soon"}}]},
    {"waiting": [{"paper": 3, "wishes": {"seen_at": None}}]},
    {"list_follows": [{"title": "A", "address": 3}]},
]


@pytest.mark.parametrize("fields", BAD_FIELDS)
def test_wrong_field_is_refused_in_words(fields: dict[str, Any]) -> None:
    with pytest.raises(BadArchive) as refused:
        read.parse(as_json(**fields), now=NOW)
    assert str(refused.value).endswith(".")


def test_address_that_is_none_of_the_web_is_passed_over() -> None:
    rows = [{"title": "A", "address": "javascript:alert(1)"}, {"title": "By link", "public": False}]
    assert read.parse(as_json(list_follows=rows), now=NOW).list_follows == ()


def test_message_says_where() -> None:
    items = [{"paper": {}}, {"paper": {}, "note": 7}]
    with pytest.raises(BadArchive, match=r"lists\[1\]\.items\[2\]\.note"):
        read.parse(as_json(**with_list(items=items)), now=NOW)


@pytest.mark.parametrize("name", ["ZIP64", "an end within an end"])
def test_no_end_of_a_zip_hides_how_many_files_there_are(name: str) -> None:
    with pytest.raises(BadArchive, match="more files"):
        read.read(BytesIO(BAD_FILES[name]), now=NOW)
