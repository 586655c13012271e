"""The order of files under pytest-xdist: what takes long first, so that no worker ends alone.

xdist itself begins with the files of most tests, and ends with those that start whole sites for a
few. Within a file the order stays.
"""

from collections import Counter

import pytest

_BROWSER, _SLOW, _OTHER = range(3)


def order_files(items: list[pytest.Item]) -> None:
    """Put the browser's files first, together, for they share a site; then the slow ones."""
    numbers = Counter(item.path for item in items)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    browser = {item.path for item in items if item.get_closest_marker("browser")}

    def key(item: pytest.Item) -> tuple[int, int, str]:
        path = item.path
        if path in browser:
            return _BROWSER, 0, str(path)
        return _SLOW if path in slow else _OTHER, -numbers[path], str(path)

    items.sort(key=key)
