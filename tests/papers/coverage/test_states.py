import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.calendar import Expectation
from papers.coverage import state_of
from papers.models import Batch

State = Batch.State


@pytest.mark.parametrize(
    ("received", "expected", "expectation", "is_answered", "is_late", "state"),
    [
        (108, 108, Expectation.BATCH, True, True, State.COMPLETE),
        (110, 108, Expectation.HOLIDAY, True, True, State.COMPLETE),
        (95, 108, Expectation.BATCH, True, False, State.PARTIAL),
        (95, 108, Expectation.WEEKEND, True, True, State.PARTIAL),
        (95, None, Expectation.BATCH, True, True, State.UNKNOWN),
        (95, None, Expectation.HOLIDAY, True, True, State.UNKNOWN),
        (0, 108, Expectation.BATCH, False, True, State.LATE),
        (0, 108, Expectation.HOLIDAY, True, True, State.LATE),
        (0, 108, Expectation.BATCH, True, False, State.PARTIAL),
        (0, None, Expectation.WEEKEND, True, True, State.NONE_TODAY),
        (0, 0, Expectation.WEEKEND, True, True, State.NONE_TODAY),
        (0, None, Expectation.HOLIDAY, True, True, State.HOLIDAY),
        (0, 0, Expectation.HOLIDAY, True, True, State.HOLIDAY),
        (0, 0, Expectation.BATCH, True, True, State.NONE_TODAY),
        (0, 0, Expectation.UNKNOWN_YEAR, False, True, State.NONE_TODAY),
        (0, None, Expectation.BATCH, True, True, State.LATE),
        (0, None, Expectation.BATCH, False, True, State.LATE),
        (0, None, Expectation.BATCH, True, False, State.UNKNOWN),
        (0, None, Expectation.UNKNOWN_YEAR, True, True, State.UNKNOWN),
        (0, None, None, True, True, State.NONE_TODAY),
        (0, None, None, False, True, State.UNKNOWN),
    ],
)
def test_the_state_is_what_the_table_says(
    received: int,
    expected: int | None,
    expectation: Expectation | None,
    is_answered: bool,
    is_late: bool,
    state: Batch.State,
) -> None:
    said = state_of(
        received=received,
        expected=expected,
        expectation=expectation,
        is_answered=is_answered,
        is_late=is_late,
    )
    assert said == state


@given(
    received=st.integers(0, 3000),
    expected=st.none() | st.integers(0, 3000),
    expectation=st.none() | st.sampled_from(Expectation),
    is_answered=st.booleans(),
    is_late=st.booleans(),
)
def test_nothing_is_complete_unless_a_total_was_stated_and_came(
    received: int,
    expected: int | None,
    expectation: Expectation | None,
    is_answered: bool,
    is_late: bool,
) -> None:
    state = state_of(
        received=received,
        expected=expected,
        expectation=expectation,
        is_answered=is_answered,
        is_late=is_late,
    )
    if state == State.COMPLETE:
        assert expected is not None
        assert received >= expected
    if received:
        assert state not in (State.HOLIDAY, State.NONE_TODAY, State.LATE)
