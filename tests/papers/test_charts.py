from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.charts import HEIGHT, MOST_ROWS, WIDTH, Chart, Series, draw

DAY = date(2026, 3, 2)


def series(values: dict[int, int], label: str = "stars") -> Series:
    """Snapshots by how many days after DAY they were seen."""
    return Series(label, [(DAY + timedelta(days=n), value) for n, value in sorted(values.items())])


def drawn(*all_series: Series) -> Chart:
    chart = draw(all_series)
    assert chart is not None
    return chart


@pytest.mark.parametrize("points", [[], [series({})], [series({0: 3})], [series({0: 3})] * 2])
def test_less_than_two_snapshots_are_no_chart(points: list[Series]) -> None:
    assert draw(points) is None


def test_a_line_goes_from_the_lowest_to_the_highest() -> None:
    (panel,) = drawn(series({0: 10, 4: 30})).panels
    assert [stroke.path for stroke in panel.strokes] == ["M8 92 L992 8"]


def test_what_never_changes_runs_through_the_middle() -> None:
    (panel,) = drawn(series({0: 7, 4: 7})).panels
    assert panel.strokes[0].path == "M8 50 L992 50"


def test_what_falls_goes_down() -> None:
    (panel,) = drawn(series({0: 30, 4: 10})).panels
    assert panel.strokes[0].path == "M8 8 L992 92"


def test_a_gap_of_more_than_a_week_is_a_guess() -> None:
    (panel,) = drawn(series({0: 0, 1: 1, 9: 2, 10: 3})).panels
    assert [stroke.is_guess for stroke in panel.strokes] == [False, True, False]


def test_of_votes_every_day_is_known() -> None:
    votes = Series("votes", series({0: 0, 90: 1}).points, is_certain=True)
    assert [stroke.is_guess for stroke in drawn(votes).panels[0].strokes] == [False]


def test_all_panels_share_the_days() -> None:
    stars, votes = drawn(series({0: 1, 10: 2}), series({5: 1, 6: 2}, "votes")).panels
    assert stars.end_x == WIDTH - 8
    assert votes.strokes[0].path.startswith("M500 ")


def test_a_number_seen_once_is_a_dot() -> None:
    _stars, votes = drawn(series({0: 1, 10: 2}), series({10: 4}, "votes")).panels
    assert votes.strokes == ()
    assert (votes.end_x, votes.end_y) == (WIDTH - 8, HEIGHT // 2)


def test_the_table_has_the_newest_day_first_and_says_what_was_not_seen() -> None:
    rows = drawn(series({0: 1, 2: 2}), series({2: 5}, "votes")).rows
    assert [row.values for row in rows] == [(2, 5), (1, None)]


def test_a_long_table_is_cut_and_says_so() -> None:
    chart = drawn(series({number: number for number in range(MOST_ROWS + 1)}))
    assert (len(chart.rows), chart.is_cut) == (MOST_ROWS, True)


@given(st.dictionaries(st.integers(0, 400), st.integers(0, 2**31 - 1), min_size=2, max_size=30))
def test_every_line_stays_within_its_panel(values: dict[int, int]) -> None:
    for stroke in drawn(series(values)).panels[0].strokes:
        for place in stroke.path.removeprefix("M").split(" L"):
            x, y = map(int, place.split())
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
