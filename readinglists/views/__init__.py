from readinglists.views.add_this import add_this, from_anywhere
from readinglists.views.bulk import bulk
from readinglists.views.entries import move, note, remove, tags
from readinglists.views.entry_page import entry
from readinglists.views.headings import add_heading, move_heading, remove_heading, rename_heading
from readinglists.views.history import history
from readinglists.views.imports import (
    delete_import,
    forget_not_found,
    imports,
    show_import,
    write_import,
)
from readinglists.views.invitations import (
    answer_by_token,
    answer_invitation,
    invitation,
    resend_invitation,
    withdraw_invitation,
)
from readinglists.views.keeping import archive, bin_page, delete_for_good, make_default, restore
from readinglists.views.list_follows import unfollow_list
from readinglists.views.list_page import show
from readinglists.views.lists import create, delete, edit, lists
from readinglists.views.more_like import more_like
from readinglists.views.people import (
    change_role,
    invite,
    join_by_link,
    leave,
    people,
    remove_member,
    tell_additions,
    transfer,
)
from readinglists.views.public_lists import (
    copy_public_list,
    follow_public_list,
    public_file,
    public_lists,
    show_public_list,
)
from readinglists.views.save import add, press, save_control
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
from readinglists.views.states import own_note, state, undo_states
from readinglists.views.undoing import undo

__all__ = [
    "add",
    "add_heading",
    "add_this",
    "answer_by_token",
    "answer_invitation",
    "archive",
    "bin_page",
    "bulk",
    "change_link",
    "change_role",
    "copy_public_list",
    "copy_shared",
    "create",
    "delete",
    "delete_for_good",
    "delete_import",
    "delete_link",
    "edit",
    "entry",
    "follow_list",
    "follow_public_list",
    "forget_not_found",
    "from_anywhere",
    "history",
    "imports",
    "invitation",
    "invite",
    "join_by_link",
    "leave",
    "list_file",
    "lists",
    "make_default",
    "make_link",
    "more_like",
    "move",
    "move_heading",
    "note",
    "own_note",
    "people",
    "press",
    "public_file",
    "public_lists",
    "publish",
    "remove",
    "remove_heading",
    "remove_member",
    "rename_heading",
    "resend_invitation",
    "restore",
    "revoke_link",
    "rotate_link",
    "save_control",
    "set_byline",
    "shared",
    "shared_file",
    "show",
    "show_import",
    "show_public_list",
    "show_sharing",
    "state",
    "tags",
    "tell_additions",
    "transfer",
    "undo",
    "undo_states",
    "unfollow_list",
    "withdraw",
    "withdraw_invitation",
    "write_import",
]
