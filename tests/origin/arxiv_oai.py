"""Answers as oaipmh.arxiv.org/oai does (OAI-PMH 2.0), for the verbs and the formats in use."""

from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode

from tests.origin.library import Library
from tests.origin.oai_records import FORMATS, deleted_record, record_of, set_of
from tests.origin.replies import XML, Query, Reply, attribute, escape

LIST_ARGUMENTS = {"verb", "metadataPrefix", "set", "from", "until"}
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


class OaiError(Exception):
    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass
class OaiServer:
    """Identify, GetRecord and ListRecords.

    `deleted_on` are papers whose record is marked as deleted from a day on. Tokens die when
    `expire_tokens` is called, as the real ones do every midnight.
    """

    page_size: int = 1_000
    deleted_on: dict[str, date] = field(default_factory=dict)
    _token_generation: int = 0

    def expire_tokens(self) -> None:
        self._token_generation += 1

    def answer(self, library: Library, day: date, query: Query) -> Reply:
        """Of the records changed up to `day`; a paper's changes on the day it was announced."""
        try:
            content = self._content(library, day, query)
        except OaiError as error:
            content = f"<error code={attribute(error.code)}>{escape(str(error))}</error>"
        return Reply(200, XML, _envelope(day, query, content).encode())

    def _content(self, library: Library, day: date, query: Query) -> str:
        verb = query.text("verb")
        if verb == "Identify":
            return _IDENTIFY
        if verb == "GetRecord":
            return _get_record(library, day, query)
        if verb == "ListRecords":
            return self._list_records(library, day, self._arguments(query))
        raise OaiError("badVerb", f"{verb or 'No verb'} is not answered here.")

    def _arguments(self, query: Query) -> dict[str, str]:
        """The arguments of the harvest, those in the token if there is one."""
        arguments = dict(query.values)
        token = arguments.pop("resumptionToken", None)
        if token is None:
            arguments |= {"skip": "0", "generation": str(self._token_generation)}
        elif set(arguments) != {"verb"}:
            raise OaiError("badArgument", "No other parameters allowed with resumptionToken")
        else:
            arguments = dict(parse_qsl(unquote(token)))
        if arguments.get("generation") != str(self._token_generation):
            raise OaiError("badResumptionToken", "The token is not valid or has expired.")
        if set(arguments) - LIST_ARGUMENTS - {"skip", "generation"}:
            raise OaiError("badArgument", "Unallowed parameter.")
        _check_format(arguments.get("metadataPrefix", ""))
        return arguments

    def _list_records(self, library: Library, day: date, arguments: dict[str, str]) -> str:
        first, last = _day(arguments.get("from", "")), _day(arguments.get("until", ""))
        found = [
            (changed_on, arxiv_id)
            for changed_on, arxiv_id in self._changes(library, min(last or day, day))
            if (first is None or changed_on >= first)
            and _is_in_set(library, arxiv_id, arguments.get("set", ""))
        ]
        skip = int(arguments["skip"])
        page = found[skip : skip + self.page_size]
        if not page:
            raise OaiError("noRecordsMatch", "No record matches.")
        records = "".join(self._record(library, *each, arguments) for each in page)
        more = ""
        if skip + len(page) < len(found):
            following = quote(urlencode(arguments | {"skip": skip + len(page)}))
            more = f"<resumptionToken expires='{day}T00:00:00Z'>{following}</resumptionToken>\n"
        elif skip:
            more = "<resumptionToken/>\n"
        return f"<ListRecords>\n{records}{more}</ListRecords>"

    def _changes(self, library: Library, until: date) -> list[tuple[date, str]]:
        gone = {key: day for key, day in self.deleted_on.items() if day <= until}
        kept = [change for change in library.changes_until(until) if change[1] not in gone]
        return sorted(kept + [(day, key) for key, day in gone.items()])

    def _record(
        self, library: Library, changed_on: date, arxiv_id: str, arguments: dict[str, str]
    ) -> str:
        if self.deleted_on.get(arxiv_id) == changed_on:
            return deleted_record(arxiv_id, changed_on)
        paper = library.get(arxiv_id)
        assert paper is not None
        return record_of(paper, arguments["metadataPrefix"])


def _envelope(day: date, query: Query, content: str) -> str:
    asked = "".join(f" {name}={attribute(value)}" for name, value in sorted(query.values.items()))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" {_XSI}>
<responseDate>{day}T04:00:00Z</responseDate>
<request{asked}>http://oaipmh.arxiv.org/oai</request>
{content}
</OAI-PMH>
"""


_IDENTIFY = """<Identify>
<repositoryName>arXiv</repositoryName>
<baseURL>http://oaipmh.arxiv.org/oai</baseURL>
<protocolVersion>2.0</protocolVersion>
<adminEmail>help@arxiv.org</adminEmail>
<earliestDatestamp>2005-09-16</earliestDatestamp>
<deletedRecord>persistent</deletedRecord>
<granularity>YYYY-MM-DD</granularity>
</Identify>"""


def _get_record(library: Library, day: date, query: Query) -> str:
    _check_format(query.text("metadataPrefix"))
    identifier = query.text("identifier")
    paper = library.get(identifier.removeprefix("oai:arXiv.org:"))
    if paper is None or paper.announced_on is None or paper.announced_on > day:
        raise OaiError("idDoesNotExist", f"{identifier} is not known.")
    return f"<GetRecord>\n{record_of(paper, query.text('metadataPrefix'))}</GetRecord>"


def _check_format(prefix: str) -> None:
    if not prefix:
        raise OaiError("badArgument", "metadataPrefix is missing.")
    if prefix not in FORMATS:
        raise OaiError("cannotDisseminateFormat", f"{prefix} is not offered here.")


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if text else None  # noqa: DTZ007
    except ValueError:
        raise OaiError("badArgument", f"{text} is not a date.") from None


def _is_in_set(library: Library, arxiv_id: str, set_spec: str) -> bool:
    specs = (f"{set_of(category)}:" for category in library.categories(arxiv_id))
    return not set_spec or any(spec.startswith(f"{set_spec}:") for spec in specs)
