from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from papers.feeds.headers import max_age_seconds, next_url, retry_after_seconds

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)


@pytest.mark.promise(20)
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Mon, 02 Mar 2026 05:10:00 GMT", 600),
        ("Mon, 02 Mar 2026 04:00:00 GMT", 0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("\u0661\u0662", None),
        ("9" * 5_000, 86_400),
        ("Mon, 02 Mar 9999 05:10:00 GMT", 86_400),
        ("Mon, 02 Mar 2026 05:10:00 +999999999999", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded(value: str, seconds: float | None) -> None:
    assert retry_after_seconds({"Retry-After": value}, now=NOW) == seconds


@pytest.mark.promise(20)
@pytest.mark.parametrize(
    ("date", "seconds"),
    [("Mon, 02 Mar 2026 04:00:00 GMT", 600), ("Mon, 02 Mar 2026 09:00:00 GMT", 0), ("soon", 0)],
)
def test_a_moment_to_come_back_is_read_by_the_clock_of_the_host(date: str, seconds: float) -> None:
    headers = {"Retry-After": "Mon, 02 Mar 2026 04:10:00 GMT", "Date": date}
    assert retry_after_seconds(headers, now=NOW) == seconds


@pytest.mark.parametrize(
    ("remaining", "reset", "seconds"),
    [("0", "1772427900", 300), ("5", "1772427900", None), ("0", "soon", None), ("0", "1", 0)],
)
def test_a_spent_rate_limit_says_when_it_ends(
    remaining: str, reset: str, seconds: float | None
) -> None:
    headers = {"X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset}
    assert retry_after_seconds(headers, now=NOW) == seconds


@pytest.mark.promise(19)
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "public, max-age=7200"}, 7200),
        ({"Cache-Control": 'Max-Age="60"'}, 60),
        ({"Cache-Control": "max-age=31536000"}, 86_400),
        ({"Cache-Control": "max-age=-1"}, None),
        ({"Cache-Control": "max-age=soon"}, None),
        ({"Cache-Control": "no-cache, max-age=60"}, 0),
        ({"Cache-Control": "max-age=" + "9" * 4_000}, 86_400),
        ({"Cache-Control": "," * 50_000}, None),
        ({"Expires": "Mon, 02 Mar 2026 05:10:00 GMT"}, 600),
        ({"Expires": "0"}, 0),
        ({"Expires": "Mon, 02 Mar 2026 05:10:00 GMT", "Cache-Control": "max-age=9"}, 9),
        (
            {
                "Expires": "Mon, 02 Mar 2026 05:10:00 GMT",
                "Date": "Mon, 02 Mar 2026 05:09:00 GMT",
            },
            60,
        ),
    ],
)
def test_an_answer_says_how_long_it_stays_fresh(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert max_age_seconds(CaseInsensitiveDict(headers), now=NOW) == seconds


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ('</list?p=2>; rel="next"', "https://example.org/list?p=2"),
        ('<a>; rel=prev, <b>; rel="Next last"', "https://example.org/b"),
        ("<https://other.example/b>; rel=next", "https://other.example/b"),
        ("<http://example.org/b>; rel=next", ""),
        ("<file:///etc/passwd>; rel=next", ""),
        ("<//[x>; rel=next", ""),
        ('<a>; rel="first"', ""),
        ("nonsense;;=,", ""),
        ("", ""),
        ("<" * 50_000, ""),
    ],
)
def test_the_next_page_is_read_from_the_link_header(link: str, url: str) -> None:
    assert next_url({"Link": link}, url="https://example.org/list") == url
