from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ordering import order_files


@dataclass(frozen=True)
class Item:
    path: Path
    marks: tuple[str, ...] = ()

    def get_closest_marker(self, name: str) -> bool:
        return name in self.marks


def test_browsers_come_first_then_what_is_slow_then_what_has_most_tests() -> None:
    few, many = Item(Path("few.py")), Item(Path("many.py"))
    slow, quick_one_of_slow = Item(Path("slow.py"), ("slow",)), Item(Path("slow.py"))
    browser = Item(Path("walk.py"), ("browser", "slow"))
    items: list[Any] = [few, many, many, quick_one_of_slow, slow, browser]
    order_files(items)
    assert items == [browser, quick_one_of_slow, slow, many, many, few]
