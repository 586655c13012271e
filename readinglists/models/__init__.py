from readinglists.models.history import ListChange
from readinglists.models.lists import Entry, Heading, ReadingList, ReadingState
from readinglists.models.members import Invitation, Member, Role
from readinglists.models.sharing import ListFollow, ShareLink

__all__ = [
    "Entry",
    "Heading",
    "Invitation",
    "ListChange",
    "ListFollow",
    "Member",
    "ReadingList",
    "ReadingState",
    "Role",
    "ShareLink",
]
