"""What the origin does wrong on purpose: faults that were seen in the true interfaces.

Plain failures (a status, a body) are `Origin.fail_next`; these need an answer made otherwise.
"""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass
class Faults:
    """The faults in force.

    - `empty_pages`: so many answers of the query API come without entries, the total unchanged.
    - `is_unordered`: the query API does not sort.
    - `has_errors_as_ok`: the query API tells its errors with status 200.
    - `stale_categories`: their feed shows the batch before, under today's date.
    - `is_batch_out`: whether today's batch is out; before, feeds and list pages are yesterday's.
    """

    empty_pages: int = 0
    is_unordered: bool = False
    has_errors_as_ok: bool = False
    stale_categories: Collection[str] = ()
    is_batch_out: bool = True

    def takes_empty_page(self) -> bool:
        """Whether this answer is to be empty; it counts as one of `empty_pages`."""
        if not self.empty_pages:
            return False
        self.empty_pages -= 1
        return True
