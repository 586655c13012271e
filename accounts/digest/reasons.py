"""Why a paper is in an issue, and why there is none, in words."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.digest.candidates import Candidate
from accounts.digest.readers import FIRST_ISSUE_DAYS, Liking, Reader

LONGEST_TITLE = 90
WITHDRAWN = "withdrawn"


def because(liking: Liking, title: str) -> str:
    return {
        Liking.SAVED: _("because you saved “%s”"),
        Liking.VOTED: _("because you voted for “%s”"),
        Liking.ASKED: _("because you asked for more like “%s”"),
    }[liking] % shortened(title)


def matches(query: str) -> str:
    return _("matches %s") % shortened(query)


def following(name: str) -> str:
    return _("You follow: %s") % name


def in_list(title: str) -> str:
    return _("New in the list “%s”") % shortened(title)


def added() -> str:
    return _("added to a list you follow or take part in")


def left_out(section: str, shown: int, came: int) -> str:
    return _("%(section)s (%(shown)s of %(came)s)") % {
        "section": section,
        "shown": shown,
        "came": came,
    }


def support(paper: Candidate) -> str:
    upvotes, votes, stars = paper.upvotes, paper.votes, paper.stars
    parts = [
        ngettext("%s upvote on Hugging Face", "%s upvotes on Hugging Face", upvotes) % upvotes
        if upvotes
        else "",
        ngettext("%s vote here", "%s votes here", votes) % votes if votes else "",
        ngettext("%s star on GitHub", "%s stars on GitHub", stars) % stars if stars else "",
    ]
    return ", ".join(part for part in parts if part)


def missed(paper: Candidate) -> str:
    if paper.announced_on is None:
        return support(paper)
    day = date_format(paper.announced_on, "j F")
    return _("of %(day)s: %(support)s") % {"day": day, "support": support(paper)}


def announced(paper: Candidate, today: date) -> str:
    place = {"category": paper.category or _("an unnamed category")}
    if paper.announced_on is None or paper.announced_on == today:
        return _("new in %(category)s today") % place
    day = date_format(paper.announced_on, "j F")
    return _("new in %(category)s on %(day)s") % {**place, "day": day}


def news(event: str) -> str:
    """Of "v3": there is a third version; of "withdrawn": that."""
    if event == WITHDRAWN:
        return _("withdrawn; you saved it")
    return _("version %s is out; you saved it") % event.removeprefix("v")


def why_nothing(reader: Reader, *, only_trending: bool) -> str:
    if only_trending:
        return _("Nothing matched; there were trending papers, which you want only beside matches.")
    if not reader.sections:
        return _("All sections are switched off in your settings.")
    if reader.last_issue_on is None:
        return _("Nothing new for you was announced or rose in the last %s days.") % (
            FIRST_ISSUE_DAYS
        )
    last = date_format(reader.last_issue_on, "j F Y")
    return _("Nothing new for you was announced or rose since your last issue of %s.") % last


def shortened(text: str) -> str:
    if len(text) <= LONGEST_TITLE:
        return text
    return text[: LONGEST_TITLE - 1].rstrip() + "…"
