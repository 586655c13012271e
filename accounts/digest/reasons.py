"""Why a paper is in an issue, and why there is none, as sentences (papers/sentences.py)."""

from datetime import date

from accounts.digest.candidates import Candidate
from accounts.digest.readers import FIRST_ISSUE_DAYS, Liking, Reader
from papers.sentences import day, joined, plural_sentence, sentence

LONGEST_TITLE = 90
WITHDRAWN = "withdrawn"


def because(liking: Liking, title: str) -> str:
    title = shortened(title)
    if liking == Liking.SAVED:
        return sentence("because you saved “%(title)s”", title=title)
    if liking == Liking.VOTED:
        return sentence("because you voted for “%(title)s”", title=title)
    return sentence("because you asked for more like “%(title)s”", title=title)


def matches(query: str) -> str:
    return sentence("matches %(query)s", query=shortened(query))


def following(name: str) -> str:
    return sentence("You follow: %(name)s", name=name)


def in_list(title: str) -> str:
    return sentence("New in the list “%(title)s”", title=shortened(title))


def added() -> str:
    return sentence("added to a list you follow or take part in")


def left_out(section: str, shown: int, came: int) -> str:
    return sentence("%(section)s (%(shown)s of %(came)s)", section=section, shown=shown, came=came)


def support(paper: Candidate) -> str:
    upvotes, votes, stars = paper.upvotes, paper.votes, paper.stars
    parts = []
    if upvotes:
        parts.append(
            plural_sentence(
                "%(n)s upvote on Hugging Face", "%(n)s upvotes on Hugging Face", upvotes
            )
        )
    if votes:
        parts.append(plural_sentence("%(n)s vote here", "%(n)s votes here", votes))
    if stars:
        parts.append(plural_sentence("%(n)s star on GitHub", "%(n)s stars on GitHub", stars))
    return joined(parts)


def missed(paper: Candidate) -> str:
    if paper.announced_on is None:
        return support(paper)
    on = day(paper.announced_on, "j F")
    return sentence("of %(day)s: %(support)s", day=on, support=support(paper))


def announced(paper: Candidate, today: date) -> str:
    category = paper.category or sentence("an unnamed category")
    if paper.announced_on is None or paper.announced_on == today:
        return sentence("new in %(category)s today", category=category)
    on = day(paper.announced_on, "j F")
    return sentence("new in %(category)s on %(day)s", category=category, day=on)


def news(event: str) -> str:
    """Of "v3": there is a third version; of "withdrawn": that."""
    if event == WITHDRAWN:
        return sentence("withdrawn; you saved it")
    return sentence("version %(number)s is out; you saved it", number=event.removeprefix("v"))


def why_nothing(reader: Reader, *, only_trending: bool) -> str:
    if only_trending:
        return sentence(
            "Nothing matched; there were trending papers, which you want only beside matches."
        )
    if not reader.sections:
        return sentence("All sections are switched off in your settings.")
    if reader.last_issue_on is None:
        return sentence(
            "Nothing new for you was announced or rose in the last %(n)s days.", n=FIRST_ISSUE_DAYS
        )
    last = day(reader.last_issue_on, "j F Y")
    return sentence(
        "Nothing new for you was announced or rose since your last issue of %(day)s.", day=last
    )


def shortened(text: str) -> str:
    if len(text) <= LONGEST_TITLE:
        return text
    return text[: LONGEST_TITLE - 1].rstrip() + "…"
