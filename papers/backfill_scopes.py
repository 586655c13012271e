"""What a backfill may read: a set of arXiv's OAI-PMH, or a category of its query API.

It asks nobody: a category exists that is in arXiv's list, or that papers here are in. Read more:
papers/taxonomy.py and https://info.arxiv.org/help/oa/index.html (sets).
"""

from django.utils.translation import gettext as _

from papers.feeds.arxiv_oai import set_spec_of
from papers.models import Category, Harvest
from papers.source_changes import category
from papers.taxonomy import CATEGORIES

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
        return _existing(text)
    if ":" not in text:
        return set_spec_of(_existing(text))
    group, archive, name = [*text.split(":"), "", ""][:3]
    code = f"{archive or group}.{name}" if name else archive or group
    if text.count(":") > 2 or text != set_spec_of(_existing(code)):
        words = _("arXiv has no set “%(set)s”; of %(category)s it is %(right)s.")
        right = set_spec_of(code)
        raise ValueError(words % {"set": text[:60], "category": code, "right": right})
    return text


def _existing(text: str) -> str:
    """Return `text` when it is an archive of arXiv or a category that exists."""
    code = category(text)
    if "." not in code or code in CATEGORIES or Category.objects.filter(code=code).exists():
        return code
    raise ValueError(_("arXiv has no category “%s”.") % code[:60])
