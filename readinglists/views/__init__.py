from readinglists.views.entries import move, note, remove
from readinglists.views.list_follows import unfollow_list
from readinglists.views.lists import create, delete, edit, lists, show
from readinglists.views.more_like import more_like
from readinglists.views.public_lists import (
    copy_public_list,
    follow_public_list,
    public_file,
    public_lists,
    show_public_list,
)
from readinglists.views.save import add, save_control
from readinglists.views.shared import copy_shared, follow_list, shared, shared_file
from readinglists.views.sharing import (
    change_link,
    delete_link,
    list_file,
    make_link,
    publish,
    revoke_link,
    rotate_link,
    set_byline,
    show_sharing,
    withdraw,
)

__all__ = [
    "add",
    "change_link",
    "copy_public_list",
    "copy_shared",
    "create",
    "delete",
    "delete_link",
    "edit",
    "follow_list",
    "follow_public_list",
    "list_file",
    "lists",
    "make_link",
    "more_like",
    "move",
    "note",
    "public_file",
    "public_lists",
    "publish",
    "remove",
    "revoke_link",
    "rotate_link",
    "save_control",
    "set_byline",
    "shared",
    "shared_file",
    "show",
    "show_public_list",
    "show_sharing",
    "unfollow_list",
    "withdraw",
]
