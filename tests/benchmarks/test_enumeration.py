import random

import pytest

from benchmarks.enumeration import difference, of_times

pytestmark = pytest.mark.promise(34)


def sample(middle: float, spread: float) -> list[float]:
    draw = random.Random(f"{middle} {spread}")  # noqa: S311
    return [draw.gauss(middle, spread) for _ in range(300)]


@pytest.mark.parametrize(
    ("apart", "spread", "said"),
    [
        (0, 10, ""),
        (2, 10, ""),
        (9, 10, "TIMES TELL"),
        (-9, 10, "TIMES TELL"),
        (0, 120, "TOO NOISY"),
        (60, 120, "TIMES TELL"),
    ],
)
def test_times_tell_where_their_noise_does_not_explain_them(
    apart: float, spread: float, said: str
) -> None:
    known, unknown = sample(280, spread), sample(280 + apart, spread)
    assert of_times(apart, difference(known, unknown)) == said
