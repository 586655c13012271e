"""What a backfill may read: a set of arXiv's OAI-PMH, or a category of its query API.

It decides by the text alone and asks nobody: whether a category exists, arXiv says. Read more:
https://info.arxiv.org/help/oa/index.html (sets).
"""

from django.utils.translation import gettext as _

from papers.feeds.arxiv_oai import set_spec_of
from papers.models import Harvest
from papers.source_changes import category

# Archives that are no category themselves.
WITH_CATEGORIES = ("cs", "econ", "eess", "math", "nlin", "physics", "q-bio", "q-fin", "stat")


def read_scope(text: str, *, interface: str) -> str:
    """Return `text` (`cs.LG`, `cs`, `cs:cs:LG`) as `interface` wants it: a set, or a category.

    Raises ValueError in words.
    """
    text = text.strip()
    if interface == Harvest.Interface.API:
        if ":" in text or text in WITH_CATEGORIES:
            raise ValueError(_("The query API is read by category, such as cs.LG."))
        return category(text)
    if ":" not in text:
        return set_spec_of(category(text))
    group, archive, name = [*text.split(":"), "", ""][:3]
    code = f"{archive or group}.{name}" if name else archive or group
    if text.count(":") > 2 or text != set_spec_of(category(code)):
        words = _("arXiv has no set “%(set)s”; of %(category)s it is %(right)s.")
        right = set_spec_of(code)
        raise ValueError(words % {"set": text[:60], "category": code, "right": right})
    return text
