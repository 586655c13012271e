"""An uploaded archive, kept for a day while its reader looks at what it holds."""

import zlib
from datetime import datetime
from io import BytesIO
from typing import IO

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.archive import read
from accounts.archive.read import Archive
from accounts.archive.taking_in import Preview, TakenIn, preview, take_in
from accounts.archive.values import BadArchive
from accounts.models import ArchiveUpload, User

PREVIEWED_SECONDS = 24 * 3600


def keep(user: User, file: IO[bytes], *, now: datetime) -> None:
    """Keep the file, if it is an archive, in place of one before. Raises BadArchive in words."""
    body = read.unpack(file)
    read.parse(body, now=now)
    kept = {"content": zlib.compress(body), "uploaded_at": now}
    ArchiveUpload.objects.update_or_create(user=user, defaults=kept)


def find_preview(user: User, *, now: datetime) -> Preview | None:
    """Return what is kept as whoever decides about it sees it. Read once, and remembered for as
    long as the file is kept: reading one may take seconds."""
    kept = ArchiveUpload.objects.filter(user=user).only("uploaded_at").first()
    if kept is None:
        return None
    key = f"archive-preview:{user.pk}:{kept.uploaded_at.isoformat()}"
    found: Preview | None = cache.get(key)
    if found is None and (archive := find(user, now=now)):
        found = preview(archive)
        cache.set(key, found, PREVIEWED_SECONDS)
    return found


def find(user: User, *, now: datetime) -> Archive | None:
    kept = ArchiveUpload.objects.filter(user=user).first()
    if kept is None:
        return None
    return read.read(BytesIO(zlib.decompress(bytes(kept.content))), now=now)


@transaction.atomic
def take_in_kept(user: User, *, with_settings: bool, now: datetime) -> TakenIn:
    """Take in what is kept, once. Raises BadArchive, in words, when there is nothing any more."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # of two presses one comes second
    archive = find(user, now=now)
    if archive is None:
        raise BadArchive(_("There is no file to import any more: send it again."))
    ArchiveUpload.objects.filter(user=user).delete()
    return take_in(user, archive, with_settings=with_settings, now=now)
