"""One record of an OAI-PMH answer, in arXiv's own two formats."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

from tests.origin.library import OriginPaper
from tests.origin.replies import escape

LICENCE = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
# Archives of the group physics; all others are groups of their own.
PHYSICS = frozenset(
    ["astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin",
     "nucl-ex", "nucl-th", "physics", "quant-ph"]
)  # fmt: skip
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def record_of(paper: OriginPaper, prefix: str) -> str:
    """`prefix` is one of FORMATS."""
    sets = "".join(f" <setSpec>{set_of(code)}</setSpec>\n" for code in paper.categories)
    return f"""<record>
<header>
 <identifier>oai:arXiv.org:{paper.arxiv_id}</identifier>
 <datestamp>{paper.announced_on}</datestamp>
{sets}</header>
<metadata>
 <{prefix} xmlns="http://arxiv.org/OAI/{prefix}/" {_XSI}>
{FORMATS[prefix](paper)}</{prefix}>
</metadata>
</record>
"""


def deleted_record(arxiv_id: str, deleted_on: date) -> str:
    return f"""<record>
<header status="deleted">
 <identifier>oai:arXiv.org:{arxiv_id}</identifier>
 <datestamp>{deleted_on}</datestamp>
</header>
</record>
"""


def set_of(category: str) -> str:
    """`cs.AI` is in `cs:cs:AI`, `hep-lat` in `physics:hep-lat`."""
    archive, _, name = category.partition(".")
    group = "physics" if archive in PHYSICS else archive
    return ":".join(part for part in (group, archive, name) if part)


def _plain_fields(paper: OriginPaper) -> str:
    created = paper.published[:10] or str(paper.announced_on)
    updated = f"<updated>{paper.updated[:10]}</updated>" if paper.updated else ""
    authors = "".join(_author(name) for name in paper.authors)
    return f""" <id>{paper.arxiv_id}</id><created>{created}</created>{updated}\
<authors>{authors}</authors><title>{escape(paper.title)}</title>{_shared_fields(paper)}"""


def _author(name: str) -> str:
    forenames, _, keyname = name.rpartition(" ")
    given = f"<forenames>{escape(forenames)}</forenames>" if forenames else ""
    return f"<author><keyname>{escape(keyname)}</keyname>{given}</author>"


def _raw_fields(paper: OriginPaper) -> str:
    versions = "".join(_version(paper, number) for number in range(1, paper.version + 1))
    submitter = escape(" ".join(paper.authors[:1]))
    return f""" <id>{paper.arxiv_id}</id><submitter>{submitter}</submitter>\
{versions}<title>{escape(paper.title)}</title>\
<authors>{escape(", ".join(paper.authors))}</authors>{_shared_fields(paper)}"""


def _version(paper: OriginPaper, number: int) -> str:
    stated = paper.published if number == 1 else paper.updated
    moment = datetime.fromisoformat(stated or f"{paper.announced_on}T12:00:00")
    if not stated:
        moment -= timedelta(days=1)
    written = format_datetime(moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC), True)
    return (
        f'<version version="v{number}"><date>{written}</date><size>{10 + number}kb</size>'
        "<source_type>D</source_type></version>"
    )


def _shared_fields(paper: OriginPaper) -> str:
    comments = f"<comments>{escape(paper.comment)}</comments>" if paper.comment else ""
    return f"""<categories>{escape(" ".join(paper.categories))}</categories>{comments}\
<license>{LICENCE}</license><abstract>  {escape(paper.abstract)}
</abstract>"""


FORMATS: dict[str, Callable[[OriginPaper], str]] = {
    "arXiv": _plain_fields,
    "arXivRaw": _raw_fields,
}
