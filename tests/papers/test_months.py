from datetime import date

from papers.months import chart_months
from papers.search.facets import FacetCount

TODAY = date(2026, 3, 2)


def counted(**months: int) -> list[FacetCount]:
    return [FacetCount(name[1:].replace("_", "-"), count) for name, count in months.items()]


def test_months_without_papers_stand_between_those_with_some() -> None:
    chart = chart_months(counted(m2025_12=4, m2026_02=1), today=TODAY)
    assert chart is not None
    assert [month.count for month in chart.months] == [4, 0, 1, 0]
    assert [month.count for month in chart.newest_first] == [1, 4]
    assert chart.most.first_on == date(2025, 12, 1)
    assert chart.bars == "M25.0 100v-100.0h200.0v100.0zM525.0 100v-25.0h200.0v25.0z"
    assert chart.last_bar == ""


def test_one_month_is_no_chart() -> None:
    assert chart_months(counted(m2026_02=9), today=TODAY) is None
    assert chart_months([], today=TODAY) is None


def test_what_is_older_than_sixty_months_is_left_out_and_said() -> None:
    chart = chart_months(counted(m1999_01=9, m2026_02=1, m2026_03=1), today=TODAY)
    assert chart is not None
    assert chart.is_cut
    assert len(chart.months) == 2
    assert chart.last_bar


def test_one_paper_among_thousands_still_shows() -> None:
    chart = chart_months(counted(m2026_01=5000, m2026_02=1, m2026_03=1), today=TODAY)
    assert chart is not None
    assert "v-2h" in chart.bars
