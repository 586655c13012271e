import pytest

from config.health.parts import Part
from config.supervisor.alerts import Alerts

WELL, ILL = Part("broker", True, "Redis answers."), Part("broker", False, "Redis does not answer.")


def said_after(*looks: Part, age_seconds: float = 1000.0) -> list[str]:
    lines: list[str] = []
    alerts = Alerts(lambda _name, text: lines.append(text))
    for part in looks:
        alerts.take([part], age_seconds=age_seconds)
    return lines


@pytest.mark.promise(46)
def test_a_fault_is_one_line_and_its_end_another() -> None:
    assert said_after(WELL, ILL, ILL, ILL, ILL, WELL, WELL) == [
        "broker is not well: Redis does not answer.",
        "broker is well again: Redis answers.",
    ]


def test_a_fault_of_several_lines_is_one_line_too() -> None:
    detail = "All failures were:\n- host: 'a'\n- host: 'b'\n"
    ill = Part("database", False, "It does not answer.", detail=detail)
    (line,) = said_after(ill, ill)
    assert line == "database is not well: It does not answer. All failures were: " + (
        "- host: 'a' - host: 'b'"
    )


def test_a_single_bad_look_is_none() -> None:
    assert said_after(WELL, ILL, WELL, ILL, WELL) == []


def test_what_has_yet_to_start_is_given_time() -> None:
    assert said_after(ILL, ILL, ILL, age_seconds=60.0) == []
    assert len(said_after(ILL, ILL, ILL)) == 1
    assert len(said_after(WELL, ILL, ILL, age_seconds=60.0)) == 1
