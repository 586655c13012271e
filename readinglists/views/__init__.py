from readinglists.views.entries import move, note, remove
from readinglists.views.imports import (
    delete_import,
    forget_not_found,
    imports,
    show_import,
    write_import,
)
from readinglists.views.links import make_link, revoke_link, shared
from readinglists.views.list_follows import follow_list, unfollow_list
from readinglists.views.lists import create, delete, edit, lists, show
from readinglists.views.more_like import more_like
from readinglists.views.save import add, save_control

__all__ = [
    "add",
    "create",
    "delete",
    "delete_import",
    "edit",
    "follow_list",
    "forget_not_found",
    "imports",
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
    "show_import",
    "unfollow_list",
    "write_import",
]
