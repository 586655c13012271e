"""Where models are kept: in Postgres for all machines, and on each machine's disk, mapped.

Decides nothing about what is in them. A model is never changed once it is stored, so a copy on disk
is right as long as it is there; lost, it is fetched again. Read more: DESIGN 3.4.
"""

import os
import shutil
import tempfile
import threading
from pathlib import Path
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db import transaction

from papers.meaning.model import ARRAYS, Model
from papers.models import MeaningPart, MeaningSlot

PART_BYTES = 4 << 20
# The live one, and the one before it while the slots change.
_KEPT_MODELS = 2

_lock = threading.Lock()
_open: dict[tuple[Path, UUID], Model] = {}


class ModelMissing(Exception):
    """The database has no such model, or not all of it."""


def save(model: Model) -> None:
    """Write the model's arrays to the database, in one transaction."""
    with transaction.atomic():
        for name in ARRAYS:
            data = memoryview(getattr(model, name).tobytes())
            for number, start in enumerate(range(0, len(data), PART_BYTES)):
                MeaningPart.objects.create(
                    model_key=model.key,
                    array=name,
                    number=number,
                    data=bytes(data[start : start + PART_BYTES]),
                )


def forget_unused() -> None:
    """Delete the models that no slot has vectors of."""
    used = MeaningSlot.objects.exclude(model_key=None).values("model_key")
    MeaningPart.objects.exclude(model_key__in=used).delete()


def load(key: UUID) -> Model:
    """Return the model, mapped from this machine's disk; raises ModelMissing.

    Its pages are shared by all processes of the machine and given back when memory is short.
    """
    folder = _folder()
    with _lock:
        model = _open.get((folder, key))
        if model is None:
            path = folder / str(key)
            if not path.is_dir():
                _fetch(key, path)
            model = _open[folder, key] = _map(key, path)
            while len(_open) > _KEPT_MODELS:
                _open.pop(next(iter(_open)))
        return model


def _folder() -> Path:
    return Path(settings.SEARCH_INDEX).with_name("meaning")


def _fetch(key: UUID, path: Path) -> None:
    """Copy the model from the database; it appears under its name only when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="new-", dir=path.parent))
    try:
        for name, (kind, width) in ARRAYS.items():
            size = _copy_array(key, name, fresh / name)
            if not size or size % (np.dtype(kind).itemsize * width):
                raise ModelMissing(f"The model {key} is not whole in the database.")
        fresh.replace(path)
    except OSError:
        if not path.is_dir():  # else another process was faster
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    _remove_older(path)


def _copy_array(key: UUID, name: str, path: Path) -> int:
    parts = MeaningPart.objects.filter(model_key=key, array=name).order_by("number")
    with path.open("wb") as file:
        for pk in parts.values_list("pk", flat=True):
            file.write(MeaningPart.objects.values_list("data", flat=True).get(pk=pk))
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def _remove_older(path: Path) -> None:
    # A process that has one mapped keeps it until it lets go.
    folders = [each for each in path.parent.iterdir() if each.is_dir() and each != path]
    whole = [each for each in folders if not each.name.startswith("new-")]
    newest_first = sorted(whole, key=lambda each: each.stat().st_mtime, reverse=True)
    for each in newest_first[_KEPT_MODELS - 1 :]:
        shutil.rmtree(each, ignore_errors=True)


def _map(key: UUID, path: Path) -> Model:
    arrays = {}
    for name, (kind, width) in ARRAYS.items():
        mapped = np.memmap(path / name, dtype=kind, mode="r")
        arrays[name] = np.asarray(mapped.reshape(-1, width) if width > 1 else mapped)
    return Model(key, arrays["terms"], arrays["weights"], arrays["components"])
