from readinglists.models.history import ListChange
from readinglists.models.imports import ImportRow, ListImport, WaitingEntry
from readinglists.models.lists import Entry, Heading, ReadingList, ReadingState
from readinglists.models.members import Invitation, Member, Role
from readinglists.models.sharing import ListFollow, ShareLink

__all__ = [
    "Entry",
    "Heading",
    "ImportRow",
    "Invitation",
    "ListChange",
    "ListFollow",
    "ListImport",
    "Member",
    "ReadingList",
    "ReadingState",
    "Role",
    "ShareLink",
    "WaitingEntry",
]
