"""Numbers as the language of the moment writes them: 1,340 or 1.340, 2.5 or 2,5.

For texts made in code; templates have `intcomma` and `floatformat`. Never for what programs read.
"""

from django.utils.formats import number_format


def grouped(number: float, places: int = 0) -> str:
    """Return `number` with its thousands apart, rounded to `places` after the point."""
    return number_format(round(number, places), places, force_grouping=True)
