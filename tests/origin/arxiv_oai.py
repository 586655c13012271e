"""Answers as oaipmh.arxiv.org/oai does (OAI-PMH 2.0), for the verbs and the format in use."""

from dataclasses import dataclass
from datetime import date

from tests.origin.library import Library, OriginPaper
from tests.origin.replies import XML, Query, Reply, attribute, escape

PAGE_SIZE = 1_000
FORMAT = "arXiv"
PHYSICS = frozenset(
    ["astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin",
     "nucl-ex", "nucl-th", "physics", "quant-ph"]
)  # fmt: skip
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


class OaiError(Exception):
    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Harvest:
    """What a resumption token says: the harvest as asked, and how far it came."""

    since: str
    set_spec: str
    offset: int

    def token(self) -> str:
        return f"{self.since}|{self.set_spec}|{self.offset}"

    @classmethod
    def from_token(cls, token: str) -> "_Harvest":
        since, _, rest = token.partition("|")
        set_spec, _, offset = rest.partition("|")
        if not offset.isdigit():
            raise OaiError("badResumptionToken", "The token is not valid or has expired.")
        return cls(since, set_spec, int(offset))


def answer_oai(library: Library, day: date, query: Query) -> Reply:
    """Identify, GetRecord and ListRecords (`from`, `set`, `resumptionToken`) up to `day`."""
    verb = query.text("verb")
    try:
        if verb == "Identify":
            content = _identify()
        elif verb == "GetRecord":
            content = _get_record(library, day, query)
        elif verb == "ListRecords":
            content = _list_records(library, day, query)
        else:
            raise OaiError("badVerb", f"{verb or 'No verb'} is not answered here.")
    except OaiError as error:
        content = f"<error code={attribute(error.code)}>{escape(str(error))}</error>"
    return Reply(200, XML, _envelope(day, query, content).encode())


def set_of(category: str) -> str:
    """`cs.AI` is in `cs:cs:AI`, `hep-lat` in `physics:hep-lat`."""
    archive, _, name = category.partition(".")
    group = "physics" if archive in PHYSICS else archive
    return ":".join(part for part in (group, archive, name) if part)


def _envelope(day: date, query: Query, content: str) -> str:
    asked = "".join(f" {name}={attribute(value)}" for name, value in sorted(query.values.items()))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" {_XSI}>
<responseDate>{day}T04:00:00Z</responseDate>
<request{asked}>http://oaipmh.arxiv.org/oai</request>
{content}
</OAI-PMH>
"""


def _identify() -> str:
    return """<Identify>
<repositoryName>arXiv</repositoryName>
<baseURL>http://oaipmh.arxiv.org/oai</baseURL>
<protocolVersion>2.0</protocolVersion>
<adminEmail>help@arxiv.org</adminEmail>
<earliestDatestamp>2005-09-16</earliestDatestamp>
<deletedRecord>persistent</deletedRecord>
<granularity>YYYY-MM-DD</granularity>
</Identify>"""


def _get_record(library: Library, day: date, query: Query) -> str:
    _check_format(query)
    identifier = query.text("identifier")
    paper = library.get(identifier.removeprefix("oai:arXiv.org:"))
    if paper is None or paper.announced_on is None or paper.announced_on > day:
        raise OaiError("idDoesNotExist", f"{identifier} is not known.")
    return f"<GetRecord>\n{_record(paper)}</GetRecord>"


def _list_records(library: Library, day: date, query: Query) -> str:
    token = query.text("resumptionToken")
    if token:
        harvest = _Harvest.from_token(token)
    else:
        _check_format(query)
        harvest = _Harvest(query.text("from"), query.text("set"), 0)
    found = [
        each
        for each in library.ids_until(day, since=_day(harvest.since))
        if _is_in_set(library.categories(each), harvest.set_spec)
    ]
    page = found[harvest.offset : harvest.offset + PAGE_SIZE]
    if not page:
        raise OaiError("noRecordsMatch", "No record matches.")
    papers = (library.get(each) for each in page)
    records = "".join(_record(paper) for paper in papers if paper)
    following = _Harvest(harvest.since, harvest.set_spec, harvest.offset + PAGE_SIZE)
    more = escape(following.token()) if following.offset < len(found) else ""
    resumption = f"<resumptionToken>{more}</resumptionToken>\n" if more or token else ""
    return f"<ListRecords>\n{records}{resumption}</ListRecords>"


def _check_format(query: Query) -> None:
    prefix = query.text("metadataPrefix")
    if not prefix:
        raise OaiError("badArgument", "metadataPrefix is missing.")
    if prefix != FORMAT:
        raise OaiError("cannotDisseminateFormat", f"{prefix} is not offered here.")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise OaiError("badArgument", f"{text} is not a date.") from None


def _is_in_set(categories: tuple[str, ...], set_spec: str) -> bool:
    specs = (f"{set_of(category)}:" for category in categories)
    return not set_spec or any(spec.startswith(f"{set_spec}:") for spec in specs)


def _record(paper: OriginPaper) -> str:
    sets = "".join(f" <setSpec>{set_of(code)}</setSpec>\n" for code in paper.categories[:1])
    created = paper.published[:10] or str(paper.announced_on)
    updated = f"<updated>{paper.updated[:10]}</updated>" if paper.updated else ""
    comments = f"<comments>{escape(paper.comment)}</comments>" if paper.comment else ""
    authors = "".join(_author(name) for name in paper.authors)
    return f"""<record>
<header>
 <identifier>oai:arXiv.org:{paper.arxiv_id}</identifier>
 <datestamp>{paper.announced_on}</datestamp>
{sets}</header>
<metadata>
 <arXiv xmlns="http://arxiv.org/OAI/arXiv/" {_XSI}>
 <id>{paper.arxiv_id}</id><created>{created}</created>{updated}<authors>{authors}</authors>\
<title>{escape(paper.title)}</title><categories>{escape(" ".join(paper.categories))}</categories>\
{comments}<license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>\
<abstract>  {escape(paper.abstract)}
</abstract></arXiv>
</metadata>
</record>
"""


def _author(name: str) -> str:
    forenames, _, keyname = name.rpartition(" ")
    given = f"<forenames>{escape(forenames)}</forenames>" if forenames else ""
    return f"<author><keyname>{escape(keyname)}</keyname>{given}</author>"
