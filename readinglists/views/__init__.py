from readinglists.views.add_this import add_this, from_anywhere
from readinglists.views.entries import move, note, remove
from readinglists.views.links import make_link, revoke_link, shared
from readinglists.views.list_follows import follow_list, unfollow_list
from readinglists.views.lists import create, delete, edit, lists, show
from readinglists.views.more_like import more_like
from readinglists.views.save import add, save_control

__all__ = [
    "add",
    "add_this",
    "create",
    "delete",
    "edit",
    "follow_list",
    "from_anywhere",
    "lists",
    "make_link",
    "more_like",
    "move",
    "note",
    "remove",
    "revoke_link",
    "save_control",
    "shared",
    "show",
    "unfollow_list",
]
