"""What the history of a list says of each kind of change: a whole sentence, which a language can
turn as it likes, once for who did it and once for everybody else.

Which values go into them: history_page.py. `%(who)s` is a name, or "Somebody".
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from readinglists.models import ListChange

Kind = ListChange.Kind


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence: `own` of the reader's own change, `others` with the name of who made it."""

    own: Any
    others: Any

    def by(self, who: str, **values: str) -> str:
        """Return the sentence; `who` is "" where the reader did it."""
        return str(self.others if who else self.own) % {"who": who, **values}


OF_KIND = {
    Kind.ADDED: Said(_("You added"), _("%(who)s added")),
    Kind.REMOVED: Said(_("You removed"), _("%(who)s removed")),
    Kind.MOVED: Said(_("You moved"), _("%(who)s moved")),
    Kind.SENT: Said(_("You moved to another list"), _("%(who)s moved to another list")),
    Kind.BROUGHT: Said(
        _("You moved here from another list"), _("%(who)s moved here from another list")
    ),
    Kind.NOTE: Said(_("You changed the note"), _("%(who)s changed the note")),
    Kind.TAGS: Said(_("You changed the tags"), _("%(who)s changed the tags")),
    Kind.HEADING: Said(_("You changed a heading"), _("%(who)s changed a heading")),
    Kind.DETAILS: Said(
        _("You changed title or description"), _("%(who)s changed title or description")
    ),
    Kind.IMPORTED: Said(_("You imported"), _("%(who)s imported")),
    Kind.UNDONE: Said(_("You undid a change"), _("%(who)s undid a change")),
    Kind.JOINED: Said(_("You joined"), _("%(who)s joined")),
    Kind.LEFT: Said(_("You left"), _("%(who)s left")),
    Kind.SHARED: Said(
        _("You changed who may see or edit it"), _("%(who)s changed who may see or edit it")
    ),
}
# By the words that are stored with a change. Those of other changes follow after a colon.
OF_WORDS = {
    "through a link": Said(_("You joined through a link"), _("%(who)s joined through a link")),
    "by invitation": Said(_("You joined by invitation"), _("%(who)s joined by invitation")),
    "invited somebody to edit": Said(
        _("You invited somebody to edit"), _("%(who)s invited somebody to edit")
    ),
    "invited somebody": Said(_("You invited somebody"), _("%(who)s invited somebody")),
    "withdrew an invitation": Said(
        _("You withdrew an invitation"), _("%(who)s withdrew an invitation")
    ),
    "an invitation was declined": Said(
        _("An invitation was declined"), _("An invitation was declined")
    ),
}
IMPORTED_FILE = Said(_("You imported “%(file)s”"), _("%(who)s imported “%(file)s”"))
ADDED_HEADING = Said(_("You added the heading “%(new)s”"), _("%(who)s added the heading “%(new)s”"))
REMOVED_HEADING = Said(
    _("You removed the heading “%(old)s”"), _("%(who)s removed the heading “%(old)s”")
)
RENAMED_HEADING = Said(
    _("You renamed the heading “%(old)s” to “%(new)s”"),
    _("%(who)s renamed the heading “%(old)s” to “%(new)s”"),
)
MOVED_HEADING = Said(
    _("You moved the heading “%(title)s”"), _("%(who)s moved the heading “%(title)s”")
)
MOVED_A_HEADING = Said(_("You moved a heading"), _("%(who)s moved a heading"))
# A move from list to list, where the reader may know the other one.
OF_OTHER_LIST = {
    Kind.SENT: Said(_("You moved to “%(title)s”"), _("%(who)s moved to “%(title)s”")),
    Kind.BROUGHT: Said(
        _("You moved here from “%(title)s”"), _("%(who)s moved here from “%(title)s”")
    ),
}
UNDID = Said(_("You undid %(what)s"), _("%(who)s undid %(what)s"))
# What was undone, as the object of that sentence.
UNDOABLE = {
    Kind.ADDED: _("an addition"),
    Kind.REMOVED: _("a removal"),
    Kind.MOVED: _("a move"),
    Kind.SENT: _("a move to another list"),
    Kind.BROUGHT: _("a move from another list"),
    Kind.NOTE: _("a change of the note"),
    Kind.TAGS: _("a change of the tags"),
    Kind.HEADING: _("a change of a heading"),
    Kind.DETAILS: _("a change of title or description"),
    Kind.IMPORTED: _("an import"),
    Kind.UNDONE: _("the undoing of a change"),
}
