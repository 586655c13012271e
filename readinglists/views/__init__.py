from readinglists.views.entries import move, note, remove
from readinglists.views.history import history
from readinglists.views.invitations import (
    answer_by_token,
    answer_invitation,
    invitation,
    resend_invitation,
    withdraw_invitation,
)
from readinglists.views.links import make_link, revoke_link, shared
from readinglists.views.list_follows import follow_list, unfollow_list
from readinglists.views.lists import create, delete, edit, lists, show
from readinglists.views.more_like import more_like
from readinglists.views.people import (
    change_role,
    invite,
    join_by_link,
    leave,
    people,
    remove_member,
    transfer,
)
from readinglists.views.save import add, save_control

__all__ = [
    "add",
    "answer_by_token",
    "answer_invitation",
    "change_role",
    "create",
    "delete",
    "edit",
    "follow_list",
    "history",
    "invitation",
    "invite",
    "join_by_link",
    "leave",
    "lists",
    "make_link",
    "more_like",
    "move",
    "note",
    "people",
    "remove",
    "remove_member",
    "resend_invitation",
    "revoke_link",
    "save_control",
    "shared",
    "show",
    "transfer",
    "unfollow_list",
    "withdraw_invitation",
]
