import re
from datetime import date

from papers.formats import FORMATS
from papers.windows import TrendingList, Window


class ArxivIdConverter:
    """A base id, new (`2603.00141`) or old (`math/0611800`), with or without a version."""

    regex = r"[0-9A-Za-z.\-]+(?:/[0-9]{7})?(?:v[0-9]+)?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class DayConverter:
    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


class MonthConverter:
    """A month as 2026-03: its first day."""

    regex = "(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"


class CategoryConverter:
    """A code as storable.py lets it in: printable ASCII, here without a slash."""

    regex = r"[ -.0-~]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class AuthorConverter:
    """A name as papers.links.author_link makes an address of it."""

    regex = r"[^/\x00-\x1f]{1,200}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class FeedConverter:
    """What another program may read a list as."""

    regex = "atom|json"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class FileFormatConverter(FeedConverter):
    """The ending of a format of papers/formats/."""

    regex = "|".join(map(re.escape, FORMATS))


class TrendingListConverter:
    regex = "|".join(TrendingList.values)

    def to_python(self, value: str) -> TrendingList:
        return TrendingList(value)

    def to_url(self, value: str) -> str:
        return str(value)


class WindowConverter:
    """The longer windows that end with a past day; the day itself has none in its address."""

    regex = "week|month"

    def to_python(self, value: str) -> Window:
        return Window(value)

    def to_url(self, value: str) -> str:
        return str(value)
