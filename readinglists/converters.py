import re

from papers.converters import FeedConverter
from readinglists.list_files import ENDINGS


class ListFormatConverter(FeedConverter):
    """The ending of a format in which a whole list is had."""

    regex = "|".join(map(re.escape, ENDINGS))
