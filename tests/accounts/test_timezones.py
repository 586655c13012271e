import pytest

from accounts.timezones import timezone_choices, timezone_or_utc


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Europe/Berlin", "Europe/Berlin"), ("Mars/Base", "UTC"), ("", "UTC"), ("../passwd", "UTC")],
)
def test_unknown_zones_become_utc(given: str, kept: str) -> None:
    assert timezone_or_utc(given) == kept


def test_choices_are_grouped_by_area() -> None:
    groups = dict(timezone_choices(current="UTC"))
    assert ("America/Argentina/Buenos_Aires", "Argentina, Buenos Aires") in groups["America"]
    assert groups["UTC"] == [("UTC", "UTC")]


def test_a_short_zone_of_the_reader_stays_choosable() -> None:
    assert ("EST5EDT", "EST5EDT") in dict(timezone_choices(current="EST5EDT"))["UTC"]
