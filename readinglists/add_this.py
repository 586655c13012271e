"""Adding the page that somebody looks at elsewhere: which paper it is, and into which list.

It decides what the address of a page, or the id that the page names, means; it opens no address.
What is not here yet is asked for (papers/requests.py).
"""

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from papers.models import Paper, PaperRequest
from papers.requests import find_known, request_paper
from papers.wanted import read_wanted
from readinglists import entries
from readinglists.imports.arriving import wait_for
from readinglists.keeping import make_list
from readinglists.models import ReadingList, WaitingEntry

# Opens the page of this site with the address one is on, and the DOI or arXiv id that the page
# names in the tags that Google Scholar reads.
BOOKMARKLET = (
    "javascript:(()=>{const q=n=>document.querySelector('meta[name=\"'+n+'\" i]'),"
    "m=n=>(q(n)||{}).content||'',e=encodeURIComponent;location.href='%(address)s?url='+e(location.href)"
    "+'&name='+e(m('citation_arxiv_id')||m('citation_doi'))+'&title='+e(document.title)})()"
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of it: the `paper` stands in `reading_list`, `is_new` or was there; or it is
    `asked` for, and comes into `reading_list`, where there is one, by itself."""

    paper: Paper | None = None
    reading_list: ReadingList | None = None
    is_new: bool = False
    asked: PaperRequest | None = None


def name_of(url: str, name: str) -> str:
    """Return what names the paper best: `name`, where it is an id or a DOI, else the address."""
    try:
        read_wanted(name)
    except ValueError:
        return url
    return name


def find_paper(text: str) -> Paper | None:
    """Return the paper that `text` names, None where it is not here or names none."""
    try:
        return find_known(read_wanted(text).names)
    except ValueError:
        return None


def save(
    reader: AbstractBaseUser,
    text: str,
    *,
    into: ReadingList | None,
    new_title: str = "",
    note: str = "",
) -> Saved:
    """Put the paper that `text` names into the list, or into a new one titled so. One that is not
    here is asked for, and comes there; of one known by nothing but an address nobody can tell
    which it is until it was looked at: then no list is made.

    Raises ValueError in words for what names no paper, and ReadingList.DoesNotExist when the list
    was deleted meanwhile.
    """
    found = request_paper(reader, text)
    if isinstance(found, PaperRequest):
        if found.scheme not in WaitingEntry.Scheme.values:
            return Saved(asked=found)
        target = into or make_list(reader, new_title or _("To read"))
        wait_for(target, (found.scheme, found.value), by=reader, note=note)
        return Saved(reading_list=target, asked=found)
    target = into or make_list(reader, new_title or _("To read"))
    new = entries.NewEntry(found.pk, note)
    change = entries.add_many(target, [new], by=reader)
    return Saved(found, target, is_new=change is not None)
